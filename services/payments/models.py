"""The tables of payments, what of a payment may be shown, and which payments the ledger has not applied yet."""

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
    MetaData,
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

from services.payments.rules.drafts import PLANNED, SKIPPED
from services.payments.rules.states import COUNTED, SCHEDULED, TO_COME

metadata = MetaData()

payment_methods = Table(
    "payment_methods",
    metadata,
    Column("id", UUID(as_uuid=True), nullable=False),
    Column("user_id", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("last4", Text, nullable=False),
    Column("routing_number", Text),
    Column("account_number_encrypted", Text),
    Column("account_type", Text),
    Column("holder_name", Text),
    Column("processor_token", Text),
    Column("brand", Text),
    Column("exp_month", Integer),
    Column("exp_year", Integer),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("removed_at", DateTime(timezone=True)),
    Column("consent_version", Text),
    Column("consent_text", Text),
    Column("consent_at", DateTime(timezone=True)),
    PrimaryKeyConstraint("id", name="pk_payment_methods"),
    CheckConstraint(
        "num_nulls(consent_version, consent_text, consent_at) IN (0, 3)", name="ck_payment_methods_consent_whole"
    ),
    CheckConstraint(
        "CASE type "
        "WHEN 'bank_account' THEN num_nulls(routing_number, account_number_encrypted, account_type, holder_name) = 0 "
        "AND num_nonnulls(processor_token, brand, exp_month, exp_year) = 0 "
        "WHEN 'card' THEN num_nulls(processor_token, brand, exp_month, exp_year) = 0 "
        "AND num_nonnulls(routing_number, account_number_encrypted, account_type, holder_name) = 0 "
        "ELSE false END",
        name="ck_payment_methods_fields_of_type",
    ),
    CheckConstraint("last4 ~ '^[0-9]{4}$'", name="ck_payment_methods_last4"),
    Index("ix_payment_methods_user", "user_id", "id", postgresql_where=text("removed_at IS NULL")),
)

payments = Table(
    "payments",
    metadata,
    Column("id", UUID(as_uuid=True), nullable=False),
    Column("account_id", UUID(as_uuid=True), nullable=False),
    Column("payer_id", Text, nullable=False),
    Column("payment_method_id", UUID(as_uuid=True), nullable=False),
    Column("amount_cents", BigInteger, nullable=False),
    Column("effective_on", Date, nullable=False),
    Column("extra", Text),
    Column("status", Text, nullable=False),
    Column("presentment_number", Integer, nullable=False),
    Column("processor_reference", Text),
    Column("decline_code", Text),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("unknown_at", DateTime(timezone=True)),
    Column("applied_at", DateTime(timezone=True)),
    Column("quote_id", UUID(as_uuid=True)),
    Column("cancel_code", Text),
    Column("claimed_until", DateTime(timezone=True)),
    Column("draft_id", UUID(as_uuid=True)),
    Column("consent_id", UUID(as_uuid=True)),
    PrimaryKeyConstraint("id", name="pk_payments"),
    ForeignKeyConstraint(["payment_method_id"], ["payment_methods.id"], name="fk_payments_payment_method"),
    # The odd last instalment may be less than a dollar, and is drawn too.
    CheckConstraint(
        "amount_cents >= 100 OR draft_id IS NOT NULL AND amount_cents > 0", name="ck_payments_amount_minimum"
    ),
    CheckConstraint("(draft_id IS NULL) = (consent_id IS NULL)", name="ck_payments_draft_cites_consent"),
    UniqueConstraint("draft_id", name="uq_payments_draft"),
    CheckConstraint(
        "status IN ('scheduled', 'submitting', 'unknown', 'posted', 'declined', 'cancelled')",
        name="ck_payments_status",
    ),
    CheckConstraint("(status = 'cancelled') = (cancel_code IS NOT NULL)", name="ck_payments_cancel_has_code"),
    CheckConstraint("extra IN ('principal', 'paid_ahead')", name="ck_payments_extra"),
    CheckConstraint("(status = 'declined') = (decline_code IS NOT NULL)", name="ck_payments_decline_has_code"),
    CheckConstraint("status <> 'posted' OR processor_reference IS NOT NULL", name="ck_payments_posted_was_charged"),
    CheckConstraint("applied_at IS NULL OR status = 'posted'", name="ck_payments_applied_was_posted"),
    CheckConstraint("presentment_number >= 1", name="ck_payments_presentment_number"),
    Index("ix_payments_account", "account_id", "id"),
    Index("ix_payments_pending", "account_id", postgresql_where=text("applied_at IS NULL AND status <> 'declined'")),
    Index("ix_payments_scheduled", "effective_on", "id", postgresql_where=text("status = 'scheduled'")),
)

account_standings = Table(
    "account_standings",
    metadata,
    Column("account_id", UUID(as_uuid=True), nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("status", Text, nullable=False),
    Column("amount_due_cents", BigInteger, nullable=False),
    Column("past_due_cents", BigInteger, nullable=False),
    Column("next_due_on", Date),
    Column("next_instalment_number", Integer),
    Column("days_past_due", Integer, nullable=False),
    Column("payoff_ceiling_cents", BigInteger, nullable=False),
    Column("payments_made", Integer, nullable=False),
    PrimaryKeyConstraint("account_id", name="pk_account_standings"),
)

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
is_scheduled = payments.c.status == SCHEDULED
is_pending = and_(payments.c.status.in_(sorted(COUNTED)), payments.c.applied_at.is_(None))
is_to_come = and_(payments.c.status.in_(sorted(TO_COME)), payments.c.applied_at.is_(None))

payments_shown = select(
    payments,
    payment_methods.c.type.label("method_type"),
    payment_methods.c.last4.label("method_last4"),
).join(payment_methods, payments.c.payment_method_id == payment_methods.c.id)

enrolments_shown = (
    select(
        autopay_enrolments,
        payment_methods.c.type.label("method_type"),
        payment_methods.c.last4.label("method_last4"),
        payment_methods.c.removed_at.label("method_removed_at"),
        autopay_consents.c.version.label("consent_version"),
        autopay_consents.c.recorded_at.label("consent_at"),
    )
    .join(payment_methods, payment_methods.c.id == autopay_enrolments.c.payment_method_id)
    .join(autopay_consents, autopay_consents.c.id == autopay_enrolments.c.consent_id)
)
