"""Sessions with their refresh tokens, and the attempts to open one."""

from sqlalchemy import CheckConstraint, Column, DateTime, ForeignKey, Index, Table, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import UUID as UUID_COLUMN

from services.identity.models.base import metadata

sessions = Table(
    "sessions",
    metadata,
    Column("id", UUID_COLUMN(as_uuid=True), primary_key=True),
    Column("user_id", UUID_COLUMN(as_uuid=True), ForeignKey("users.id", name="fk_sessions_user"), nullable=False),
    Column("device", Text),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("last_used_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    # When the person last proved who they are: on signing in, or again before something delicate.
    Column("proven_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    Column("ended_at", DateTime(timezone=True)),
    Column("end_reason", Text),
    CheckConstraint(
        "end_reason IN ('closed', 'replayed', 'password_changed', 'by_staff')", name="ck_sessions_end_reason"
    ),
    CheckConstraint("(ended_at IS NULL) = (end_reason IS NULL)", name="ck_sessions_ended"),
    Index("ix_sessions_user", "user_id", "id"),
    Index("ix_sessions_expires_at", "expires_at"),
)

refresh_tokens = Table(
    "refresh_tokens",
    metadata,
    Column("id", UUID_COLUMN(as_uuid=True), primary_key=True),
    Column(
        "session_id",
        UUID_COLUMN(as_uuid=True),
        ForeignKey("sessions.id", name="fk_refresh_tokens_session", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("token_hash", Text, nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("used_at", DateTime(timezone=True)),
    Column("successor_id", UUID_COLUMN(as_uuid=True)),
    Column("successor_sealed", Text),
    UniqueConstraint("token_hash", name="uq_refresh_tokens_token_hash"),
    UniqueConstraint("successor_id", name="uq_refresh_tokens_successor"),
    CheckConstraint("(used_at IS NULL) = (successor_id IS NULL)", name="ck_refresh_tokens_rotated"),
    CheckConstraint("successor_sealed IS NULL OR used_at IS NOT NULL", name="ck_refresh_tokens_successor_sealed"),
    Index("ix_refresh_tokens_session", "session_id"),
)

# Attempts to prove who one is, written down before the proof is looked at and forgotten once it holds. `target` is the
# person, or the name where nobody has it; `place` is the network it came from. Both are keyed hashes.
attempts_to_prove = Table(
    "attempts_to_prove",
    metadata,
    Column("id", UUID_COLUMN(as_uuid=True), primary_key=True),
    Column("target", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("attempted_at", DateTime(timezone=True), nullable=False),
    Index("ix_attempts_to_prove_target", "target", "attempted_at"),
    Index("ix_attempts_to_prove_attempted_at", "attempted_at"),
)

# Where a person has signed in before, and with which device, as far as it named itself.
familiar_places = Table(
    "familiar_places",
    metadata,
    Column(
        "user_id", UUID_COLUMN(as_uuid=True), ForeignKey("users.id", name="fk_familiar_places_user"), primary_key=True
    ),
    Column("place", Text, primary_key=True),
    Column("device", Text, primary_key=True),
    Column("seen_at", DateTime(timezone=True), nullable=False),
)
