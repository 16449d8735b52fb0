"""The tables of business days: one row a day, one for each batch that a day has done, and one for each reminder."""

from sqlalchemy import BigInteger, Column, Date, DateTime, Integer, SmallInteger, Table
from sqlalchemy.dialects.postgresql import ARRAY, UUID

from services.accounts.models.tables import metadata

business_days = Table(
    "business_days",
    metadata,
    Column("business_on", Date, primary_key=True),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("billed_at", DateTime(timezone=True)),
    Column("awaited_since", DateTime(timezone=True)),
    Column("payments_closed_at", DateTime(timezone=True)),
    Column("payments_count", Integer),
    Column("payments_cents", BigInteger),
    Column("unconfirmed_account_ids", ARRAY(UUID(as_uuid=True))),
    Column("confirmed_at", DateTime(timezone=True)),
    Column("unconfirmed_at", DateTime(timezone=True)),
    Column("closed_at", DateTime(timezone=True)),
)

business_day_batches = Table(
    "business_day_batches",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("business_on", Date, nullable=False),
    Column("stage", SmallInteger, nullable=False),
    Column("accounts_count", Integer, nullable=False),
    Column("bills_count", Integer, nullable=False),
    Column("reminders_count", Integer, nullable=False),
    Column("late_fees_count", Integer, nullable=False),
    Column("past_due_count", Integer, nullable=False),
    Column("failures_count", Integer, nullable=False),
    Column("done_at", DateTime(timezone=True), nullable=False),
)

# One that was missed has no `told_at` until a later one is told in its place.
reminders = Table(
    "reminders",
    metadata,
    Column("account_id", UUID(as_uuid=True), primary_key=True),
    Column("due_on", Date, primary_key=True),
    Column("days_before", SmallInteger, primary_key=True),
    Column("business_on", Date, nullable=False),
    Column("told_at", DateTime(timezone=True)),
)
