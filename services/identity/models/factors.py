"""Second factors, what stands in for a lost one, and sign-ins that wait for one."""

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, ForeignKey, Index, Table, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import UUID as UUID_COLUMN

from services.identity.models.base import metadata

# `last_step` is the newest half minute whose code was used: no code of an app works twice.
factors = Table(
    "factors",
    metadata,
    Column("id", UUID_COLUMN(as_uuid=True), primary_key=True),
    Column("user_id", UUID_COLUMN(as_uuid=True), ForeignKey("users.id", name="fk_factors_user"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("secret_sealed", Text),
    Column("last_step", BigInteger),
    Column("added_at", DateTime(timezone=True), nullable=False),
    Column("confirmed_at", DateTime(timezone=True)),
    CheckConstraint("kind IN ('totp', 'text')", name="ck_factors_kind"),
    CheckConstraint("(kind = 'totp') = (secret_sealed IS NOT NULL)", name="ck_factors_secret"),
    UniqueConstraint("user_id", "kind", name="uq_factors_kind"),
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("id", UUID_COLUMN(as_uuid=True), primary_key=True),
    Column("user_id", UUID_COLUMN(as_uuid=True), ForeignKey("users.id", name="fk_recovery_codes_user"), nullable=False),
    Column("code_hash", Text, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("used_at", DateTime(timezone=True)),
    UniqueConstraint("user_id", "code_hash", name="uq_recovery_codes_code"),
)

# The password was right; the second factor is still to be seen.
challenges = Table(
    "challenges",
    metadata,
    Column("id", UUID_COLUMN(as_uuid=True), primary_key=True),
    Column("user_id", UUID_COLUMN(as_uuid=True), ForeignKey("users.id", name="fk_challenges_user"), nullable=False),
    Column("token_hash", Text, nullable=False),
    Column("device", Text),
    Column("asked_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("passed_at", DateTime(timezone=True)),
    UniqueConstraint("token_hash", name="uq_challenges_token_hash"),
    Index("ix_challenges_user", "user_id"),
    Index("ix_challenges_expires_at", "expires_at"),
)

# A code that was texted: good for the challenge it was asked for, or for the person who is signed in where there is
# none. The code itself is made from the id and a key, and stored nowhere.
texted_codes = Table(
    "texted_codes",
    metadata,
    Column("id", UUID_COLUMN(as_uuid=True), primary_key=True),
    Column("user_id", UUID_COLUMN(as_uuid=True), ForeignKey("users.id", name="fk_texted_codes_user"), nullable=False),
    Column(
        "challenge_id",
        UUID_COLUMN(as_uuid=True),
        ForeignKey("challenges.id", name="fk_texted_codes_challenge", ondelete="CASCADE"),
    ),
    Column("texted_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("used_at", DateTime(timezone=True)),
    Index("ix_texted_codes_user", "user_id", "texted_at"),
)
