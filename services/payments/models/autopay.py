"""The tables of autopay: consents, enrolments and drafts, and which of the drafts may be drawn."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    and_,
    bindparam,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

from services.payments.models.metadata import metadata
from services.payments.rules.drafts import PLANNED, SKIPPED

# Append-only: a trigger refuses every change.
autopay_consents = Table(
    "autopay_consents",
    metadata,
    Column("id", UUID(as_uuid=True), nullable=False),
    Column("account_id", UUID(as_uuid=True), nullable=False),
    Column("user_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("proof", JSONB, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("id", name="pk_autopay_consents"),
    CheckConstraint("kind IN ('given', 'withdrawn')", name="ck_autopay_consents_kind"),
    Index("ix_autopay_consents_account", "account_id", "id"),
)

autopay_enrolments = Table(
    "autopay_enrolments",
    metadata,
    Column("account_id", UUID(as_uuid=True), nullable=False),
    Column("version", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("user_id", Text, nullable=False),
    Column("payment_method_id", UUID(as_uuid=True), nullable=False),
    Column("day_offset", Integer, nullable=False),
    Column("fixed_amount_cents", BigInteger),
    Column("extra_principal_cents", BigInteger, nullable=False),
    Column("maximum_cents", BigInteger),
    Column("consent_id", UUID(as_uuid=True), nullable=False),
    Column("reason_code", Text),
    Column("reason", Text),
    Column("resumes_on", Date),
    Column("is_stale", Boolean, nullable=False),
    Column("look_on", Date),
    Column("claimed_until", DateTime(timezone=True)),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("account_id", name="pk_autopay_enrolments"),
    ForeignKeyConstraint(["payment_method_id"], ["payment_methods.id"], name="fk_autopay_enrolments_payment_method"),
    ForeignKeyConstraint(["consent_id"], ["autopay_consents.id"], name="fk_autopay_enrolments_consent"),
    CheckConstraint("status IN ('active', 'paused', 'cancelled')", name="ck_autopay_enrolments_status"),
    CheckConstraint("(status = 'active') = (reason_code IS NULL)", name="ck_autopay_enrolments_reason"),
    CheckConstraint("resumes_on IS NULL OR status = 'paused'", name="ck_autopay_enrolments_resumes_paused"),
    Index("ix_autopay_enrolments_stale", "account_id", postgresql_where=text("is_stale AND status = 'active'")),
    Index("ix_autopay_enrolments_look", "look_on", postgresql_where=text("status <> 'cancelled'")),
    Index("ix_autopay_enrolments_method", "payment_method_id"),
)

autopay_drafts = Table(
    "autopay_drafts",
    metadata,
    Column("id", UUID(as_uuid=True), nullable=False),
    Column("account_id", UUID(as_uuid=True), nullable=False),
    Column("instalment_number", Integer, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("draft_on", Date, nullable=False),
    Column("amount_cents", BigInteger, nullable=False),
    Column("notified_cents", BigInteger),
    Column("notified_at", DateTime(timezone=True)),
    Column("status", Text, nullable=False),
    Column("claimed_until", DateTime(timezone=True)),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("id", name="pk_autopay_drafts"),
    UniqueConstraint("account_id", "instalment_number", name="uq_autopay_drafts_instalment"),
    CheckConstraint(
        "status IN ('planned', 'skipped', 'drafted', 'covered', 'declined', 'cancelled')",
        name="ck_autopay_drafts_status",
    ),
    CheckConstraint("(notified_cents IS NULL) = (notified_at IS NULL)", name="ck_autopay_drafts_notice_whole"),
    CheckConstraint("status <> 'drafted' OR notified_at IS NOT NULL", name="ck_autopay_drafts_drafted_was_told"),
    Index("ix_autopay_drafts_due", "draft_on", "id", postgresql_where=text("status = 'planned'")),
)

# Nothing is drawn that was not told before.
is_drawable = and_(autopay_drafts.c.status == PLANNED, autopay_drafts.c.notified_at.is_not(None))
drafts_to_come = (
    select(autopay_drafts)
    .where(autopay_drafts.c.account_id == bindparam("of_account"), autopay_drafts.c.status.in_((PLANNED, SKIPPED)))
    .order_by(autopay_drafts.c.draft_on, autopay_drafts.c.instalment_number)
)
