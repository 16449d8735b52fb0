"""The tables of furnishing: an account's facts month by month, in versions, and the months that are frozen whole."""

from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Integer, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY, UUID

from services.accounts.models.tables import metadata

furnishing_facts = Table(
    "furnishing_facts",
    metadata,
    Column("account_id", UUID(as_uuid=True), primary_key=True),
    Column("month_end_on", Date, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("status_code", Text, nullable=False),
    Column("days_past_due", Integer, nullable=False),
    Column("first_delinquent_on", Date),
    Column("is_deferred", Boolean, nullable=False),
    Column("current_balance_cents", BigInteger, nullable=False),
    Column("amount_past_due_cents", BigInteger, nullable=False),
    Column("charged_off_cents", BigInteger, nullable=False),
    Column("flags", ARRAY(Text), nullable=False),
    Column("compliance_condition_code", Text),
    Column("rests_on_number", Integer, nullable=False),
    Column("reason", Text),
    Column("recorded_by", Text, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
)

furnishing_months = Table(
    "furnishing_months",
    metadata,
    Column("month_end_on", Date, primary_key=True),
    Column("frozen_at", DateTime(timezone=True), nullable=False),
)
