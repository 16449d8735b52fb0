"""The table of changes that wait until every party has agreed. `figures` are those that the parties are shown."""

from sqlalchemy import Column, Date, DateTime, Index, Table, Text, text
from sqlalchemy.dialects import postgresql

from services.accounts.models.tables import metadata

awaited_changes = Table(
    "awaited_changes",
    metadata,
    Column("id", postgresql.UUID(as_uuid=True), primary_key=True),
    Column("account_id", postgresql.UUID(as_uuid=True), nullable=False),
    Column("kind", Text, nullable=False),
    Column("asked", postgresql.JSONB, nullable=False),
    Column("figures", postgresql.JSONB, nullable=False),
    Column("summary", Text, nullable=False),
    Column("parties", postgresql.ARRAY(Text), nullable=False),
    # By role, the user who agreed.
    Column("agreed", postgresql.JSONB, nullable=False),
    Column("status", Text, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("asked_at", DateTime(timezone=True), nullable=False),
    Column("decide_by_on", Date, nullable=False),
    Column("closed_by", Text),
    Column("closed_at", DateTime(timezone=True)),
    Index("uq_awaited_changes_waiting", "account_id", unique=True, postgresql_where=text("status = 'offered'")),
)
