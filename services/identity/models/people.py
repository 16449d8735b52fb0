"""Users, the accounts they may act on, and how they came to us."""

from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Select,
    Table,
    Text,
    UniqueConstraint,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import UUID as UUID_COLUMN

from services.identity.models.base import metadata

UNVERIFIED, ACTIVE, CLOSED = "unverified", "active", "closed"
RECEIVED, NO_MATCH, MATCHED, DONE, ABANDONED = "received", "no_match", "matched", "done", "abandoned"

users = Table(
    "users",
    metadata,
    Column("id", UUID_COLUMN(as_uuid=True), primary_key=True),
    Column("email", Text, nullable=False),
    Column("user_name", Text),
    Column("password_hash", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("party_id", Text),
    Column("first_name", Text, nullable=False),
    Column("last_name", Text, nullable=False),
    Column("phone_sealed", Text),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Column("mailing_address_sealed", Text),
    # The name that accounts matched, once the person has given another one.
    Column("matched_last_name", Text),
    Column("sms_consent", Boolean, nullable=False),
    Column("language", Text, nullable=False, server_default=text("'en'")),
    Column("accepted_terms", Text),
    Column("accepted_terms_at", DateTime(timezone=True)),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("email_verified_at", DateTime(timezone=True)),
    UniqueConstraint("email", name="uq_users_email"),
    UniqueConstraint("user_name", name="uq_users_user_name"),
    CheckConstraint("email = lower(email)", name="ck_users_email_lower"),
    CheckConstraint(
        "user_name <> '' AND user_name = lower(user_name) AND user_name NOT LIKE '%@%'", name="ck_users_user_name"
    ),
    CheckConstraint("password_hash LIKE '$argon2id$%'", name="ck_users_password_hashed"),
    CheckConstraint("status IN ('unverified', 'active', 'closed')", name="ck_users_status"),
    CheckConstraint("status <> 'active' OR email_verified_at IS NOT NULL", name="ck_users_active_verified"),
    CheckConstraint("role IN ('customer', 'agent')", name="ck_users_role"),
    CheckConstraint("language IN ('en', 'es')", name="ck_users_language"),
    CheckConstraint("role <> 'customer' OR party_id IS NOT NULL", name="ck_users_customer_party"),
    CheckConstraint(
        "role <> 'customer' OR num_nonnulls(accepted_terms, accepted_terms_at) = 2", name="ck_users_customer_terms"
    ),
    Index("uq_users_active_party", "party_id", unique=True, postgresql_where=text("status = 'active'")),
)

user_accounts = Table(
    "user_accounts",
    metadata,
    Column(
        "user_id", UUID_COLUMN(as_uuid=True), ForeignKey("users.id", name="fk_user_accounts_user"), primary_key=True
    ),
    Column("account_id", UUID_COLUMN(as_uuid=True), primary_key=True),
    Column("role", Text, nullable=False),
    Column("account_last4", Text, nullable=False),
    Column("linked_at", DateTime(timezone=True), nullable=False),
    Index("ix_user_accounts_account", "account_id"),
)

# Wrong claims on an account by users who have signed in.
link_failures = Table(
    "link_failures",
    metadata,
    Column("id", UUID_COLUMN(as_uuid=True), primary_key=True),
    Column("user_id", UUID_COLUMN(as_uuid=True), ForeignKey("users.id", name="fk_link_failures_user"), nullable=False),
    Column("account_digest", Text, nullable=False),
    Column("failed_at", DateTime(timezone=True), nullable=False),
    Index("ix_link_failures_account", "account_digest", "failed_at"),
)

registrations = Table(
    "registrations",
    metadata,
    Column("id", UUID_COLUMN(as_uuid=True), primary_key=True),
    Column("state", Text, nullable=False),
    Column("account_digest", Text, nullable=False),
    Column("accepted_terms", Text, nullable=False),
    Column("language", Text, nullable=False, server_default=text("'en'")),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("closed_at", DateTime(timezone=True)),
    Column("email", Text),
    Column("user_name", Text),
    Column("password_hash", Text),
    Column("claim_sealed", Text),
    Column("user_id", UUID_COLUMN(as_uuid=True), ForeignKey("users.id", name="fk_registrations_user")),
    Column("mail_template", Text),
    Column("mail_to", Text),
    Column("mail_first_name", Text),
    CheckConstraint("state IN ('received', 'no_match', 'matched', 'done', 'abandoned')", name="ck_registrations_state"),
    CheckConstraint("language IN ('en', 'es')", name="ck_registrations_language"),
    CheckConstraint(
        "(state = 'received') = (email IS NOT NULL AND password_hash IS NOT NULL AND claim_sealed IS NOT NULL)"
        " AND (state = 'received' OR num_nonnulls(email, user_name, password_hash, claim_sealed) = 0)",
        name="ck_registrations_secrets_erased",
    ),
    CheckConstraint(
        "num_nonnulls(mail_template, mail_to, mail_first_name) = CASE state WHEN 'matched' THEN 3 ELSE 0 END",
        name="ck_registrations_mail_waiting",
    ),
    Index("ix_registrations_account_digest", "account_digest", "received_at"),
    Index("ix_registrations_received_at", "received_at"),
    Index("ix_registrations_user", "user_id", "closed_at", postgresql_where=text("user_id IS NOT NULL")),
)

verifications = Table(
    "verifications",
    metadata,
    Column(
        "registration_id",
        UUID_COLUMN(as_uuid=True),
        ForeignKey("registrations.id", name="fk_verifications_registration"),
        primary_key=True,
    ),
    Column("user_id", UUID_COLUMN(as_uuid=True), ForeignKey("users.id", name="fk_verifications_user"), nullable=False),
    Column("token_hash", Text, nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("used_at", DateTime(timezone=True)),
    UniqueConstraint("token_hash", name="uq_verifications_token_hash"),
    Index("ix_verifications_user", "user_id"),
)


def links_of(user_id: UUID) -> Select[Any]:
    """The accounts on which a user may act, the first linked first."""
    mine = select(user_accounts).where(user_accounts.c.user_id == user_id)
    return mine.order_by(user_accounts.c.linked_at, user_accounts.c.account_id)
