"""What is sent, and what a person proves with it: secrets by their hash, addresses encrypted until they are used."""

from sqlalchemy import CheckConstraint, Column, DateTime, ForeignKey, Index, Table, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import UUID as UUID_COLUMN

from services.identity.models.base import metadata

RECEIVED, NOBODY, SENT, USED, VOID = "received", "nobody", "sent", "used", "void"

# A mail or a text that notifications is still to be asked for. Its facts are erased once it was.
messages = Table(
    "messages",
    metadata,
    Column("id", UUID_COLUMN(as_uuid=True), primary_key=True),
    Column("channel", Text, nullable=False),
    Column("template", Text, nullable=False),
    Column("facts_sealed", Text),
    Column("written_at", DateTime(timezone=True), nullable=False),
    Column("asked_at", DateTime(timezone=True)),
    CheckConstraint("channel IN ('email', 'sms')", name="ck_messages_channel"),
    CheckConstraint("(facts_sealed IS NULL) = (asked_at IS NOT NULL)", name="ck_messages_facts_erased"),
    Index("ix_messages_asked_at", "asked_at"),
)

# Somebody has forgotten the password or the user ID of an address. Whose it is, is looked up after the answer.
recoveries = Table(
    "recoveries",
    metadata,
    Column("id", UUID_COLUMN(as_uuid=True), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("email_sealed", Text),
    Column("user_id", UUID_COLUMN(as_uuid=True), ForeignKey("users.id", name="fk_recoveries_user")),
    Column("token_hash", Text),
    Column("requested_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True)),
    Column("used_at", DateTime(timezone=True)),
    UniqueConstraint("token_hash", name="uq_recoveries_token_hash"),
    CheckConstraint("kind IN ('password', 'user_id')", name="ck_recoveries_kind"),
    CheckConstraint("state IN ('received', 'nobody', 'sent', 'used', 'void')", name="ck_recoveries_state"),
    CheckConstraint("(state = 'received') = (email_sealed IS NOT NULL)", name="ck_recoveries_address_erased"),
    CheckConstraint(
        "(kind = 'password' AND state IN ('sent', 'used')) = (num_nonnulls(user_id, token_hash, expires_at) = 3)",
        name="ck_recoveries_token",
    ),
    CheckConstraint("(state = 'used') = (used_at IS NOT NULL)", name="ck_recoveries_used"),
    Index("ix_recoveries_user", "user_id", "requested_at"),
    Index("ix_recoveries_requested_at", "requested_at"),
)
