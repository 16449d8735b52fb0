"""What people chose of the alerts, and every word about their consents."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

from services.notifications.models.messages import metadata

# What a person chose of the alerts; who chose nothing has no row.
choices = Table(
    "choices",
    metadata,
    Column("user_id", UUID(as_uuid=True)),
    Column("version", Integer, nullable=False),
    Column("matrix", JSONB, nullable=False),
    Column("due_soon_days", ARRAY(Integer), nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("user_id", name="pk_choices"),
    CheckConstraint("version > 0", name="ck_choices_version"),
)

# Every word about a consent, in the order in which it was said; a trigger refuses to change one.
consents = Table(
    "consents",
    metadata,
    Column("id", UUID(as_uuid=True)),
    Column("user_id", UUID(as_uuid=True), nullable=False),
    Column("channel", Text, nullable=False),
    Column("is_given", Boolean, nullable=False),
    Column("source", Text, nullable=False),
    Column("version", Text),
    Column("wording", Text),
    Column("proof", JSONB, nullable=False),
    Column("address_last4", Text),
    Column("said_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("id", name="pk_consents"),
    CheckConstraint("channel IN ('email', 'sms')", name="ck_consents_channel"),
    CheckConstraint("source IN ('servicing', 'portal', 'text', 'carrier', 'staff')", name="ck_consents_source"),
    CheckConstraint(
        "NOT (is_given AND source = 'portal') OR num_nonnulls(version, wording) = 2",
        name="ck_consents_given_in_the_portal",
    ),
    Index("ix_consents_user_id", "user_id", "id"),
)
