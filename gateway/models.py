"""The gateway's own table: what the live stream has to tell, in the order in which it became true."""

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, Index, MetaData, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB, UUID

metadata = MetaData()

stream_events = Table(
    "stream_events",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("transaction_id", BigInteger, nullable=False, server_default=text("pg_current_xact_id()::text::bigint")),
    Column("account_id", UUID(as_uuid=True)),
    Column("user_id", UUID(as_uuid=True)),
    Column("type", Text, nullable=False),
    Column("data", JSONB, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=text("clock_timestamp()")),
    CheckConstraint("type <> ''", name="ck_stream_events_type"),
    CheckConstraint("num_nonnulls(account_id, user_id) = 1", name="ck_stream_events_audience"),
    Index("ix_stream_events_position", "account_id", "transaction_id", "id"),
    Index("ix_stream_events_person", "user_id", "transaction_id", "id", postgresql_where=text("user_id IS NOT NULL")),
    Index("ix_stream_events_order", "transaction_id", "id"),
    Index("ix_stream_events_created_at", "created_at"),
)
