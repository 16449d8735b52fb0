"""Passkeys, and the challenges that one must sign to be added or to sign in."""

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, ForeignKey, Index, Table, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import UUID as UUID_COLUMN

from services.identity.models.base import metadata

passkeys = Table(
    "passkeys",
    metadata,
    Column("id", UUID_COLUMN(as_uuid=True), primary_key=True),
    Column("user_id", UUID_COLUMN(as_uuid=True), ForeignKey("users.id", name="fk_passkeys_user"), nullable=False),
    Column("credential_id", Text, nullable=False),
    Column("public_key", Text, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    Column("label", Text, nullable=False),
    Column("added_at", DateTime(timezone=True), nullable=False),
    Column("last_used_at", DateTime(timezone=True)),
    UniqueConstraint("credential_id", name="uq_passkeys_credential"),
    Index("ix_passkeys_user", "user_id"),
)

# By the hash of the challenge, for the person who adds a passkey, or for whoever wants to sign in with one.
ceremonies = Table(
    "ceremonies",
    metadata,
    Column("challenge_hash", Text, primary_key=True),
    Column("purpose", Text, nullable=False),
    Column("user_id", UUID_COLUMN(as_uuid=True), ForeignKey("users.id", name="fk_ceremonies_user")),
    Column("begun_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("used_at", DateTime(timezone=True)),
    CheckConstraint("purpose IN ('add', 'sign_in')", name="ck_ceremonies_purpose"),
    CheckConstraint("(purpose = 'add') = (user_id IS NOT NULL)", name="ck_ceremonies_user"),
    Index("ix_ceremonies_expires_at", "expires_at"),
)
