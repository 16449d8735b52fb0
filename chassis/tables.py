"""The chassis' own tables, present in every service's database; `chassis/migrations` builds them."""

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Index, Integer, MetaData, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB, UUID

metadata = MetaData()

outbox = Table(
    "outbox",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("exchange", Text, nullable=False),
    Column("routing_key", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
    Column("mandatory", Boolean, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=text("clock_timestamp()")),
    Column("transaction_id", BigInteger, nullable=False, server_default=text("pg_current_xact_id()::text::bigint")),
    Column("claimed_until", DateTime(timezone=True)),
    Column("published_at", DateTime(timezone=True)),
    Index("ix_outbox_waiting", "created_at", postgresql_where=text("published_at IS NULL")),
    Index("ix_outbox_cursor", "transaction_id", "id"),
    Index("ix_outbox_published_at", "published_at"),
)

event_sequences = Table(
    "event_sequences",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
)

inbox = Table(
    "inbox",
    metadata,
    Column("event_id", UUID(as_uuid=True), primary_key=True),
    Column("handler", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("tries", Integer, nullable=False, server_default=text("0")),
    Column("ended", Integer, nullable=False, server_default=text("0")),
    Column("next_try_at", DateTime(timezone=True)),
    Column("body", Text),
    Column("error", Text),
    Column("received_at", DateTime(timezone=True), nullable=False, server_default=text("clock_timestamp()")),
    postgresql_partition_by="RANGE (event_id)",
)

attempts = Table(
    "attempts",
    metadata,
    Column("handler", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("tries", Integer, nullable=False, server_default=text("0")),
    Column("ended", Integer, nullable=False, server_default=text("0")),
    Column("claim_number", Integer, nullable=False),
    Column("claimed_until", DateTime(timezone=True)),
    Column("next_try_at", DateTime(timezone=True)),
    Column("body", Text, nullable=False),
    Column("error", Text),
    Column("started_at", DateTime(timezone=True), nullable=False, server_default=text("clock_timestamp()")),
    Column("finished_at", DateTime(timezone=True)),
)

command_replies = Table(
    "command_replies",
    metadata,
    Column("principal", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("reply", JSONB),
    Column("refusal", JSONB),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=text("clock_timestamp()")),
)

bus_mark = Table(
    "bus_mark",
    metadata,
    Column("name", Text, primary_key=True),
    Column("drained_at", DateTime(timezone=True), nullable=False),
)

audit_log = Table(
    "audit_log",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("actor", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("method", Text, nullable=False),
    Column("request", JSONB, nullable=False),
    Column("request_id", Text, nullable=False),
    Column("client_address", Text, nullable=False, server_default=text("''")),
)
