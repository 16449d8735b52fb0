"""Who may be told, and every message with what became of it."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Index,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

metadata = MetaData()

# What is sealed was encrypted for its row: it cannot be read, nor moved to another row, in the database.
contacts = Table(
    "contacts",
    metadata,
    Column("user_id", UUID(as_uuid=True)),
    Column("version", BigInteger, nullable=False),
    Column("email_sealed", Text, nullable=False),
    Column("phone_sealed", Text),
    Column("first_name_sealed", Text, nullable=False),
    Column("sms_consent", Boolean, nullable=False),
    Column("sms_opted_out_at", DateTime(timezone=True)),
    Column("time_zone", Text),
    Column("language", Text, nullable=False, server_default=text("'en'")),
    # What a number is found by when it writes to us.
    Column("phone_print", BigInteger),
    Column("zones", ARRAY(Text), nullable=False, server_default="{}"),
    # What the person said themselves; until then the consent counts that came with the account.
    Column("sms_consent_chosen", Boolean),
    Column("email_dead_at", DateTime(timezone=True)),
    Column("phone_dead_at", DateTime(timezone=True)),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("user_id", name="pk_contacts"),
    CheckConstraint("sms_opted_out_at IS NULL OR phone_sealed IS NOT NULL", name="ck_contacts_opted_out_phone"),
    CheckConstraint("language IN ('en', 'es')", name="ck_contacts_language"),
    CheckConstraint("phone_dead_at IS NULL OR phone_sealed IS NOT NULL", name="ck_contacts_dead_phone"),
    Index("ix_contacts_phone_print", "phone_print"),
    Index(
        "ix_contacts_unprinted",
        "user_id",
        postgresql_where=text("phone_sealed IS NOT NULL AND phone_print IS NULL"),
    ),
)

contact_accounts = Table(
    "contact_accounts",
    metadata,
    Column("user_id", UUID(as_uuid=True)),
    Column("account_id", UUID(as_uuid=True)),
    Column("last4", Text, nullable=False),
    PrimaryKeyConstraint("user_id", "account_id", name="pk_contact_accounts"),
    ForeignKeyConstraint(["user_id"], ["contacts.user_id"], name="fk_contact_accounts_contact", ondelete="CASCADE"),
    CheckConstraint("last4 ~ '^[0-9A-Za-z]{1,4}$'", name="ck_contact_accounts_last4"),
    Index("ix_contact_accounts_account_id", "account_id"),
)

# What accounts told of flags; one that was cleared is kept, so that an older event does not set it again.
account_flags = Table(
    "account_flags",
    metadata,
    Column("account_id", UUID(as_uuid=True)),
    Column("kind", Text),
    Column("sequence", BigInteger, nullable=False),
    Column("stands", Boolean, nullable=False),
    PrimaryKeyConstraint("account_id", "kind", name="pk_account_flags"),
)

messages = Table(
    "messages",
    metadata,
    Column("id", UUID(as_uuid=True)),
    Column("source_key", Text, nullable=False),
    Column("user_id", UUID(as_uuid=True)),
    Column("account_id", UUID(as_uuid=True)),
    Column("channel", Text, nullable=False),
    Column("template", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("not_before", DateTime(timezone=True)),
    Column("variables_sealed", Text),
    Column("vendor_id", Text),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("sent_at", DateTime(timezone=True)),
    Column("delivered_at", DateTime(timezone=True)),
    # Every time it was decided: the rule, and the facts that it rested on.
    Column("decisions", JSONB, nullable=False, server_default="[]"),
    PrimaryKeyConstraint("id", name="pk_messages"),
    UniqueConstraint("source_key", name="uq_messages_source_key"),
    CheckConstraint("channel IN ('email', 'sms', 'inbox')", name="ck_messages_channel"),
    CheckConstraint(
        "state IN ('queued', 'sending', 'sent', 'delivered', 'failed', 'suppressed', 'unknown')",
        name="ck_messages_state",
    ),
    CheckConstraint(
        "(variables_sealed IS NOT NULL) = (state IN ('queued', 'sending'))", name="ck_messages_words_wiped"
    ),
    CheckConstraint(
        "CASE WHEN state IN ('sent', 'delivered') THEN sent_at IS NOT NULL"
        " ELSE sent_at IS NULL OR state IN ('failed', 'suppressed') END",
        name="ck_messages_sent_at",
    ),
    CheckConstraint(
        "CASE WHEN state = 'delivered' THEN delivered_at IS NOT NULL ELSE delivered_at IS NULL OR state = 'failed' END",
        name="ck_messages_delivered_at",
    ),
    CheckConstraint("not_before IS NULL OR state = 'queued'", name="ck_messages_not_before"),
    Index("ix_messages_user_id", "user_id", "id"),
    Index("ix_messages_waiting", "not_before", postgresql_where=text("not_before IS NOT NULL")),
    Index("ix_messages_left", "id", postgresql_where=text("channel = 'inbox' AND state = 'queued'")),
    Index("ix_messages_unsettled", "changed_at", postgresql_where=text("state IN ('sending', 'unknown')")),
)
