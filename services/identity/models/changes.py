"""Contact points that are to change: nothing does before every end has proven itself."""

from typing import Any
from uuid import UUID

from sqlalchemy import (
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

ASKED, WAITING, MADE, VOID = "asked", "waiting", "made", "void"

contact_changes = Table(
    "contact_changes",
    metadata,
    Column("id", UUID_COLUMN(as_uuid=True), primary_key=True),
    Column(
        "user_id", UUID_COLUMN(as_uuid=True), ForeignKey("users.id", name="fk_contact_changes_user"), nullable=False
    ),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("value_sealed", Text),
    Column("asked_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("made_at", DateTime(timezone=True)),
    CheckConstraint("kind IN ('email', 'phone')", name="ck_contact_changes_kind"),
    CheckConstraint("state IN ('asked', 'waiting', 'made', 'void')", name="ck_contact_changes_state"),
    CheckConstraint("(state IN ('asked', 'waiting')) = (value_sealed IS NOT NULL)", name="ck_contact_changes_erased"),
    CheckConstraint("(state = 'made') = (made_at IS NOT NULL)", name="ck_contact_changes_made"),
    Index(
        "uq_contact_changes_open", "user_id", "kind", unique=True,
        postgresql_where=text("state IN ('asked', 'waiting')"),
    ),
    Index("ix_contact_changes_asked_at", "asked_at"),
)  # fmt: skip

# An end of a change: the new address or number, and the one before it. `by` is a link in a mail or a code in a text.
contact_proofs = Table(
    "contact_proofs",
    metadata,
    Column("id", UUID_COLUMN(as_uuid=True), primary_key=True),
    Column(
        "change_id",
        UUID_COLUMN(as_uuid=True),
        ForeignKey("contact_changes.id", name="fk_contact_proofs_change", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("which_end", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("secret_hash", Text, nullable=False),
    Column("tries", Integer, nullable=False, server_default=text("0")),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("proven_at", DateTime(timezone=True)),
    UniqueConstraint("change_id", "which_end", name="uq_contact_proofs_end"),
    UniqueConstraint("secret_hash", name="uq_contact_proofs_secret_hash"),
    CheckConstraint("which_end IN ('old', 'new')", name="ck_contact_proofs_which_end"),
    CheckConstraint("by IN ('link', 'code')", name="ck_contact_proofs_by"),
)


def open_changes_of(user_id: UUID) -> Select[Any]:
    """What a user wants to change and has not proven yet."""
    is_open = contact_changes.c.state.in_((ASKED, WAITING))
    return select(contact_changes).where(contact_changes.c.user_id == user_id, is_open)
