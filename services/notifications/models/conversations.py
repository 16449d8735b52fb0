"""Conversations between customers and staff: what was written and attached is only ever added to."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, UUID

from services.notifications.models.messages import metadata

# Sealed for its row: subject, words, names and contents of files, and the number that a text came from. `*_prints` are
# keyed prints of words, by which staff find them without anybody else being able to read them.
conversations = Table(
    "conversations",
    metadata,
    Column("id", UUID(as_uuid=True)),
    Column("user_id", UUID(as_uuid=True)),
    Column("phone_sealed", Text),
    Column("phone_print", BigInteger),
    Column("account_id", UUID(as_uuid=True)),
    Column("topic", Text, nullable=False),
    Column("subject_sealed", Text, nullable=False),
    Column("subject_prints", ARRAY(BigInteger), nullable=False),
    Column("state", Text, nullable=False),
    Column("queue", Text, nullable=False),
    Column("agent_id", UUID(as_uuid=True)),
    Column("messages_count", Integer, nullable=False),
    Column("last_message_id", UUID(as_uuid=True)),
    Column("last_author", Text),
    Column("customer_read_id", UUID(as_uuid=True)),
    Column("staff_read_id", UUID(as_uuid=True)),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("closed_at", DateTime(timezone=True)),
    PrimaryKeyConstraint("id", name="pk_conversations"),
    CheckConstraint("state IN ('open', 'closed')", name="ck_conversations_state"),
    CheckConstraint("(closed_at IS NOT NULL) = (state = 'closed')", name="ck_conversations_closed_at"),
    CheckConstraint("num_nonnulls(user_id, phone_print) = 1", name="ck_conversations_whose"),
    CheckConstraint("(phone_sealed IS NULL) = (phone_print IS NULL)", name="ck_conversations_phone"),
    CheckConstraint("account_id IS NULL OR user_id IS NOT NULL", name="ck_conversations_account"),
    CheckConstraint("last_author IN ('customer', 'staff')", name="ck_conversations_last_author"),
    CheckConstraint("(last_message_id IS NULL) = (last_author IS NULL)", name="ck_conversations_last_message"),
    Index("ix_conversations_user_id", "user_id", "id"),
    Index("ix_conversations_account_id", "account_id", "id", postgresql_where=text("account_id IS NOT NULL")),
    Index("ix_conversations_phone_print", "phone_print", postgresql_where=text("phone_print IS NOT NULL")),
    Index("ix_conversations_open", "queue", "agent_id", "id", postgresql_where=text("state = 'open'")),
    Index("ix_conversations_subject_prints", "subject_prints", postgresql_using="gin"),
)

# The database refuses to change or to remove one. `source_key` is the vendor's id of a text that came in.
conversation_messages = Table(
    "conversation_messages",
    metadata,
    Column("id", UUID(as_uuid=True)),
    Column("conversation_id", UUID(as_uuid=True), nullable=False),
    Column("author", Text, nullable=False),
    Column("agent_id", UUID(as_uuid=True)),
    Column("channel", Text, nullable=False),
    Column("body_sealed", Text, nullable=False),
    Column("prints", ARRAY(BigInteger), nullable=False),
    Column("source_key", Text),
    Column("created_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("id", name="pk_conversation_messages"),
    UniqueConstraint("source_key", name="uq_conversation_messages_source_key"),
    ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name="fk_conversation_messages_conversation"),
    CheckConstraint("author IN ('customer', 'staff')", name="ck_conversation_messages_author"),
    CheckConstraint("(agent_id IS NOT NULL) = (author = 'staff')", name="ck_conversation_messages_agent"),
    CheckConstraint("channel IN ('portal', 'sms')", name="ck_conversation_messages_channel"),
    Index("ix_conversation_messages_conversation_id", "conversation_id", "id"),
    Index("ix_conversation_messages_prints", "prints", postgresql_using="gin"),
)

# A file that was uploaded; it is part of the conversation once a message names it.
attachments = Table(
    "attachments",
    metadata,
    Column("id", UUID(as_uuid=True)),
    Column("conversation_id", UUID(as_uuid=True), nullable=False),
    Column("author", Text, nullable=False),
    Column("uploaded_by", UUID(as_uuid=True), nullable=False),
    Column("name_sealed", Text, nullable=False),
    Column("media", Text, nullable=False),
    Column("size_bytes", Integer, nullable=False),
    Column("content_sealed", LargeBinary, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("id", name="pk_attachments"),
    ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name="fk_attachments_conversation"),
    CheckConstraint("author IN ('customer', 'staff')", name="ck_attachments_author"),
    CheckConstraint("size_bytes > 0", name="ck_attachments_size_bytes"),
    Index("ix_attachments_conversation_id", "conversation_id", "id"),
    Index("ix_attachments_created_at", "created_at"),
)

message_attachments = Table(
    "message_attachments",
    metadata,
    Column("attachment_id", UUID(as_uuid=True)),
    Column("message_id", UUID(as_uuid=True), nullable=False),
    PrimaryKeyConstraint("attachment_id", name="pk_message_attachments"),
    ForeignKeyConstraint(["attachment_id"], ["attachments.id"], name="fk_message_attachments_attachment"),
    ForeignKeyConstraint(["message_id"], ["conversation_messages.id"], name="fk_message_attachments_message"),
    Index("ix_message_attachments_message_id", "message_id"),
)

# Who did what with a conversation besides writing: opened, handed over, closed, reopened.
conversation_steps = Table(
    "conversation_steps",
    metadata,
    Column("id", BigInteger, Identity(always=True)),
    Column("conversation_id", UUID(as_uuid=True), nullable=False),
    Column("kind", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("actor_id", UUID(as_uuid=True)),
    Column("queue", Text, nullable=False),
    Column("agent_id", UUID(as_uuid=True)),
    Column("created_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("id", name="pk_conversation_steps"),
    ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name="fk_conversation_steps_conversation"),
    CheckConstraint("kind IN ('opened', 'handed_over', 'closed', 'reopened')", name="ck_conversation_steps_kind"),
    CheckConstraint("author IN ('customer', 'staff')", name="ck_conversation_steps_author"),
    Index("ix_conversation_steps_conversation_id", "conversation_id", "id"),
)

CONVERSATION = select(conversations).where(conversations.c.id == bindparam("of_conversation"))
