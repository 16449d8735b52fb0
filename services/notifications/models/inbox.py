"""What lies in inboxes, and what people texted to us."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import UUID

from services.notifications.models.messages import metadata

# The words of a message that is kept for its reader.
inbox_items = Table(
    "inbox_items",
    metadata,
    Column("message_id", UUID(as_uuid=True)),
    Column("user_id", UUID(as_uuid=True), nullable=False),
    Column("title_sealed", Text, nullable=False),
    Column("text_sealed", Text, nullable=False),
    Column("read_at", DateTime(timezone=True)),
    PrimaryKeyConstraint("message_id", name="pk_inbox_items"),
    ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_inbox_items_message"),
    Index("ix_inbox_items_user_id", "user_id", "message_id"),
    Index("ix_inbox_items_unread", "user_id", postgresql_where=text("read_at IS NULL")),
)

# What people wrote to our number; the vendor's id makes each of them one. The words of those that are no keyword
# are in the conversation that they were handed over to.
inbound_texts = Table(
    "inbound_texts",
    metadata,
    Column("id", UUID(as_uuid=True)),
    Column("vendor_id", Text, nullable=False),
    Column("number_print", BigInteger, nullable=False),
    Column("number_sealed", Text, nullable=False),
    Column("word", Text),
    Column("state", Text, nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("id", name="pk_inbound_texts"),
    UniqueConstraint("vendor_id", name="uq_inbound_texts_vendor_id"),
    CheckConstraint("word IN ('stop', 'help', 'start')", name="ck_inbound_texts_word"),
    CheckConstraint("state IN ('heeded', 'handed_over')", name="ck_inbound_texts_state"),
    Index("ix_inbound_texts_number_print", "number_print", "received_at"),
)
