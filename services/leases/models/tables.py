"""The contract, what was heard about it, and the answers that follow."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Integer,
    MetaData,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

metadata = MetaData()

leases = Table(
    "leases",
    metadata,
    Column("account_id", UUID(as_uuid=True), primary_key=True),
    Column("term_months", Integer, nullable=False),
    Column("first_due_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    Column("adjusted_capitalized_cost_cents", BigInteger, nullable=False),
    Column("residual_cents", BigInteger, nullable=False),
    Column("base_payment_cents", BigInteger, nullable=False),
    Column("tax_cents", BigInteger, nullable=False),
    Column("mileage_allowance_miles", Integer),
    Column("excess_mile_cents", BigInteger),
    Column("purchase_option_fee_cents", BigInteger),
    Column("disposition_fee_cents", BigInteger),
    Column("start_miles", Integer),
    Column("gross_capitalized_cost_cents", BigInteger),
    Column("capitalized_cost_reduction_cents", BigInteger),
    Column("vehicle", JSONB, nullable=False),
)

lease_facts = Table(
    "lease_facts",
    metadata,
    Column("event_id", UUID(as_uuid=True), primary_key=True),
    Column("account_id", UUID(as_uuid=True), nullable=False),
    Column("name", Text, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("data", JSONB, nullable=False),
)

lease_standings = Table(
    "lease_standings",
    metadata,
    Column("account_id", UUID(as_uuid=True), primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("status", Text, nullable=False),
    Column("past_due_cents", BigInteger, nullable=False),
    Column("maturity_on", Date),
)

lease_payments = Table(
    "lease_payments",
    metadata,
    Column("payment_id", Text, primary_key=True),
    Column("presentment_number", Integer, primary_key=True),
    Column("account_id", UUID(as_uuid=True), nullable=False),
    Column("amount_cents", BigInteger, nullable=False),
    Column("is_applied", Boolean, nullable=False),
)

odometer_readings = Table(
    "odometer_readings",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("account_id", UUID(as_uuid=True), nullable=False),
    Column("miles", Integer, nullable=False),
    Column("read_on", Date, nullable=False),
    Column("source", Text, nullable=False),
    Column("is_plausible", Boolean, nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
)

lease_eligibilities = Table(
    "lease_eligibilities",
    metadata,
    Column("account_id", UUID(as_uuid=True), primary_key=True),
    Column("evaluated_on", Date, nullable=False),
    Column("evaluated_at", DateTime(timezone=True), nullable=False),
    Column("cause_event_id", UUID(as_uuid=True)),
    Column("reasons", JSONB, nullable=False),
)
