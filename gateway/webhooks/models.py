"""The gateway's tables of webhooks: where partners want to be told what, and every telling until it is old."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, UUID

from chassis.resealing import SealedTable
from gateway.models import metadata

ACTIVE, DISABLED = "active", "disabled"
BY_STAFF, GONE, FAILING = "by_staff", "gone", "failing"
WAITING, DELIVERED, FAILED = "waiting", "delivered", "failed"

# Secrets stand in it encrypted. While `previous_secret_until` lies ahead, the previous one signs too.
webhook_endpoints = Table(
    "webhook_endpoints",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("url", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("events", ARRAY(Text), nullable=False),
    Column("secret_sealed", Text, nullable=False),
    Column("previous_secret_sealed", Text),
    Column("previous_secret_until", DateTime(timezone=True)),
    # Who asked for the change of secret that is under way, and by which Idempotency-Key: a digest of both.
    Column("rotation_digest", Text),
    Column("state", Text, nullable=False),
    Column("disabled_reason", Text),
    Column("disabled_at", DateTime(timezone=True)),
    Column("failures_in_row", Integer, nullable=False, server_default=text("0")),
    Column("failing_since", DateTime(timezone=True)),
    Column("paused_until", DateTime(timezone=True)),
    Column("created_at", DateTime(timezone=True), nullable=False),
    # Counts what staff have changed, and that it was disabled.
    Column("version", Integer, nullable=False, server_default=text("1")),
    CheckConstraint("state IN ('active', 'disabled')", name="ck_webhook_endpoints_state"),
    CheckConstraint("disabled_reason IN ('by_staff', 'gone', 'failing')", name="ck_webhook_endpoints_reason"),
    CheckConstraint(
        "num_nonnulls(disabled_reason, disabled_at) = CASE state WHEN 'disabled' THEN 2 ELSE 0 END",
        name="ck_webhook_endpoints_disabled",
    ),
    CheckConstraint(
        "(previous_secret_sealed IS NULL) = (previous_secret_until IS NULL)", name="ck_webhook_endpoints_previous"
    ),
    CheckConstraint("(failures_in_row = 0) = (failing_since IS NULL)", name="ck_webhook_endpoints_failing"),
    CheckConstraint("cardinality(events) > 0", name="ck_webhook_endpoints_events"),
)

# One event for one endpoint. `tries` counts what was begun; a claim ends by itself at `claimed_until`.
webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column(
        "endpoint_id",
        UUID(as_uuid=True),
        ForeignKey("webhook_endpoints.id", name="fk_webhook_deliveries_endpoint", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("event_id", UUID(as_uuid=True), nullable=False),
    Column("type", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("tries", Integer, nullable=False, server_default=text("0")),
    Column("next_try_at", DateTime(timezone=True)),
    Column("claimed_until", DateTime(timezone=True)),
    Column("last_tried_at", DateTime(timezone=True)),
    Column("last_status", Integer),
    Column("last_error", Text),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("settled_at", DateTime(timezone=True)),
    UniqueConstraint("endpoint_id", "event_id", name="uq_webhook_deliveries_event"),
    CheckConstraint("state IN ('waiting', 'delivered', 'failed')", name="ck_webhook_deliveries_state"),
    CheckConstraint(
        "(state = 'waiting') = (next_try_at IS NOT NULL) AND (state = 'waiting') = (settled_at IS NULL)",
        name="ck_webhook_deliveries_waiting",
    ),
    CheckConstraint("claimed_until IS NULL OR state = 'waiting'", name="ck_webhook_deliveries_claimed"),
    Index("ix_webhook_deliveries_due", "endpoint_id", "next_try_at", postgresql_where=text("state = 'waiting'")),
    Index("ix_webhook_deliveries_settled", "settled_at", postgresql_where=text("settled_at IS NOT NULL")),
    Index("ix_webhook_deliveries_listed", "endpoint_id", "id"),
)

# Which columns are encrypted, and what each value is tied to: for bringing them under new keys.
SEALED_TABLES = (
    SealedTable(
        table=webhook_endpoints,
        bound_to=dict.fromkeys(("secret_sealed", "previous_secret_sealed"), "webhook_endpoints.secret:{id}"),
    ),
)
