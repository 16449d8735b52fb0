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
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    and_,
    bindparam,
    cast,
    func,
    or_,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

from services.payments.contract.schemas import CHEQUE
from services.payments.models.ach import (
    ach_entries,
    ach_files,
    ach_intakes,
    ach_notices,
    notice_as_told,
    settlement_differences,
    settlement_reports,
)
from services.payments.models.autopay import (
    autopay_consents,
    autopay_drafts,
    autopay_enrolments,
    drafts_to_come,
    is_drawable,
)
from services.payments.models.lockbox import (
    lockbox_files,
    lockbox_receipts,
    lockbox_refusals,
    receipt_as_told,
    receipts_shown,
)
from services.payments.models.metadata import metadata
from services.payments.rules.states import COUNTED, OPEN, SCHEDULED, TO_COME

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
    Column("disabled_at", DateTime(timezone=True)),
    Column("disabled_because", Text),
    Column("consent_version", Text),
    Column("consent_text", Text),
    Column("consent_at", DateTime(timezone=True)),
    Column("debits_from_on", Date),
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
    CheckConstraint("(disabled_at IS NULL) = (disabled_because IS NULL)", name="ck_payment_methods_disabled"),
    Index("ix_payment_methods_user", "user_id", "id", postgresql_where=text("removed_at IS NULL")),
)

payments = Table(
    "payments",
    metadata,
    Column("id", UUID(as_uuid=True), nullable=False),
    Column("account_id", UUID(as_uuid=True), nullable=False),
    Column("payer_id", Text, nullable=False),
    Column("payment_method_id", UUID(as_uuid=True)),
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
    Column("settled_on", Date),
    Column("returned_on", Date),
    Column("return_code", Text),
    Column("present_again_on", Date),
    Column("reversed_on", Date),
    Column("disputed_on", Date),
    Column("refunded_on", Date),
    Column("cheque_number", Text),
    Column("drawn_on_last4", Text),
    Column("cancel_code", Text),
    Column("claimed_until", DateTime(timezone=True)),
    Column("draft_id", UUID(as_uuid=True)),
    Column("consent_id", UUID(as_uuid=True)),
    Column("made_on", Date),
    Column("card_fee_cents", BigInteger, nullable=False, server_default="0"),
    PrimaryKeyConstraint("id", name="pk_payments"),
    ForeignKeyConstraint(["payment_method_id"], ["payment_methods.id"], name="fk_payments_payment_method"),
    # The odd last instalment may be less than a dollar, and is drawn too.
    CheckConstraint(
        "amount_cents >= CASE WHEN num_nonnulls(cheque_number, draft_id) = 0 THEN 100 ELSE 1 END",
        name="ck_payments_amount_minimum",
    ),
    CheckConstraint("(draft_id IS NULL) = (consent_id IS NULL)", name="ck_payments_draft_cites_consent"),
    UniqueConstraint("draft_id", name="uq_payments_draft"),
    CheckConstraint("(payment_method_id IS NULL) = (cheque_number IS NOT NULL)", name="ck_payments_one_source"),
    CheckConstraint(
        "drawn_on_last4 IS NULL OR cheque_number IS NOT NULL AND drawn_on_last4 ~ '^[0-9]{4}$'",
        name="ck_payments_drawn_on_last4",
    ),
    CheckConstraint(
        "status IN ('scheduled', 'submitting', 'unknown', 'posted', 'declined', 'settled', 'returned', 'cancelled')",
        name="ck_payments_status",
    ),
    CheckConstraint("(status = 'cancelled') = (cancel_code IS NOT NULL)", name="ck_payments_cancel_has_code"),
    CheckConstraint("extra IN ('principal', 'paid_ahead')", name="ck_payments_extra"),
    CheckConstraint("(status = 'declined') = (decline_code IS NOT NULL)", name="ck_payments_decline_has_code"),
    CheckConstraint(
        "status NOT IN ('posted', 'settled', 'returned') OR processor_reference IS NOT NULL",
        name="ck_payments_posted_was_charged",
    ),
    CheckConstraint(
        "applied_at IS NULL OR status IN ('posted', 'settled', 'returned')", name="ck_payments_applied_was_posted"
    ),
    CheckConstraint(
        "CASE status WHEN 'settled' THEN settled_on IS NOT NULL WHEN 'returned' THEN true ELSE settled_on IS NULL END",
        name="ck_payments_settled_on",
    ),
    CheckConstraint(
        "num_nonnulls(returned_on, return_code) = CASE status WHEN 'returned' THEN 2 ELSE 0 END",
        name="ck_payments_returned_on",
    ),
    CheckConstraint("present_again_on IS NULL OR status = 'returned'", name="ck_payments_present_again_on"),
    CheckConstraint("refunded_on IS NULL OR processor_reference IS NOT NULL", name="ck_payments_refunded_on"),
    CheckConstraint("card_fee_cents >= 0", name="ck_payments_card_fee"),
    CheckConstraint("presentment_number >= 1", name="ck_payments_presentment_number"),
    Index("ix_payments_account", "account_id", "id"),
    Index("ix_payments_pending", "account_id", postgresql_where=text("applied_at IS NULL AND status <> 'declined'")),
    Index("ix_payments_scheduled", "effective_on", "id", postgresql_where=text("status = 'scheduled'")),
    Index("ix_payments_present_again", "present_again_on", postgresql_where=text("present_again_on IS NOT NULL")),
)

# Append-only: a trigger refuses every change.
payment_returns = Table(
    "payment_returns",
    metadata,
    Column("payment_id", UUID(as_uuid=True), nullable=False),
    Column("presentment_number", Integer, nullable=False),
    Column("processor_reference", Text, nullable=False),
    Column("return_code", Text, nullable=False),
    Column("effective_on", Date, nullable=False),
    Column("settled_on", Date),
    Column("returned_on", Date, nullable=False),
    Column("present_again_on", Date),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("payment_id", "presentment_number", name="pk_payment_returns"),
    ForeignKeyConstraint(["payment_id"], ["payments.id"], name="fk_payment_returns_payment"),
)

refunds = Table(
    "refunds",
    metadata,
    Column("id", UUID(as_uuid=True), nullable=False),
    Column("kind", Text, nullable=False),
    Column("payment_id", UUID(as_uuid=True), nullable=False),
    Column("presentment_number", Integer, nullable=False),
    Column("account_id", UUID(as_uuid=True), nullable=False),
    Column("amount_cents", BigInteger, nullable=False),
    Column("status", Text, nullable=False),
    Column("processor_reference", Text),
    Column("failure_code", Text),
    Column("requested_by", Text, nullable=False),
    Column("reason", Text),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("unknown_at", DateTime(timezone=True)),
    Column("paid_on", Date),
    PrimaryKeyConstraint("id", name="pk_refunds"),
    CheckConstraint("kind IN ('surplus', 'payment')", name="ck_refunds_kind"),
    CheckConstraint("amount_cents > 0", name="ck_refunds_amount"),
    CheckConstraint("status IN ('requested', 'unknown', 'paid', 'failed', 'cancelled')", name="ck_refunds_status"),
    CheckConstraint(
        "CASE status WHEN 'paid' THEN num_nulls(paid_on, processor_reference) = 0 "
        "WHEN 'failed' THEN true ELSE paid_on IS NULL END",
        name="ck_refunds_paid",
    ),
    CheckConstraint("(status = 'failed') = (failure_code IS NOT NULL)", name="ck_refunds_failed"),
    Index("ix_refunds_payment", "payment_id"),
    Index(
        "uq_refunds_of_a_whole_payment", "payment_id", "presentment_number", unique=True,
        postgresql_where=text("kind = 'payment' AND status NOT IN ('failed', 'cancelled')"),
    ),
)  # fmt: skip

work_items = Table(
    "work_items",
    metadata,
    Column("id", UUID(as_uuid=True), nullable=False),
    Column("account_id", UUID(as_uuid=True), nullable=False),
    Column("payment_id", UUID(as_uuid=True)),
    Column("source_key", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("details", JSONB, nullable=False),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("closed_at", DateTime(timezone=True)),
    Column("closed_by", Text),
    Column("note", Text),
    PrimaryKeyConstraint("id", name="pk_work_items"),
    UniqueConstraint("source_key", name="uq_work_items_source_key"),
    CheckConstraint("closed_at IS NOT NULL OR num_nonnulls(closed_by, note) = 0", name="ck_work_items_closed"),
    Index("ix_work_items_open", "id", postgresql_where=text("closed_at IS NULL")),
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
    Column("state", Text),
    PrimaryKeyConstraint("account_id", name="pk_account_standings"),
)

payment_days = Table(
    "payment_days",
    metadata,
    Column("business_on", Date, nullable=False),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("closed_at", DateTime(timezone=True)),
    Column("posted_count", Integer),
    Column("posted_cents", BigInteger),
    PrimaryKeyConstraint("business_on", name="pk_payment_days"),
)

payment_book = Table(
    "payment_book",
    metadata,
    Column("is_the_only_one", Boolean, nullable=False),
    Column("business_on", Date, nullable=False),
    PrimaryKeyConstraint("is_the_only_one", name="pk_payment_book"),
)

payment_postings = Table(
    "payment_postings",
    metadata,
    Column("payment_id", UUID(as_uuid=True), nullable=False),
    Column("presentment_number", Integer, nullable=False),
    Column("booked_on", Date, nullable=False),
    Column("amount_cents", BigInteger, nullable=False),
    PrimaryKeyConstraint("payment_id", "presentment_number", name="pk_payment_postings"),
)

is_scheduled = payments.c.status == SCHEDULED
is_under_way = payments.c.status.in_(sorted(OPEN))

is_pending = and_(payments.c.status.in_(sorted(COUNTED)), payments.c.applied_at.is_(None))
is_to_come = and_(payments.c.status.in_(sorted(TO_COME)), payments.c.applied_at.is_(None))

payments_shown = select(
    payments,
    func.coalesce(payment_methods.c.type, CHEQUE).label("method_type"),
    func.coalesce(payment_methods.c.last4, payments.c.drawn_on_last4, func.right(payments.c.cheque_number, 4)).label(
        "method_last4"
    ),
).outerjoin(payment_methods, payments.c.payment_method_id == payment_methods.c.id)
"""What may be shown of a payment; a mailed cheque names no method of ours, and shows the end of a number of its own."""

# Of which method, and on which account, where an entry of ours is named.
notices_shown = (
    select(
        ach_notices,
        ach_intakes.c.name.label("file_name"),
        ach_intakes.c.taken_at,
        payments.c.account_id,
        func.coalesce(payments.c.payment_method_id, payment_methods.c.id).label("payment_method_id"),
    )
    .join(ach_intakes, ach_intakes.c.id == ach_notices.c.intake_id)
    .outerjoin(ach_entries, ach_entries.c.id == ach_notices.c.entry_id)
    .outerjoin(payments, cast(payments.c.id, Text) == func.split_part(ach_entries.c.charge_key, "/", 1))
    .outerjoin(payment_methods, func.concat("prenote:", cast(payment_methods.c.id, Text)) == ach_entries.c.charge_key)
)

enrolments_shown = (
    select(
        autopay_enrolments,
        payment_methods.c.type.label("method_type"),
        payment_methods.c.last4.label("method_last4"),
        payment_methods.c.removed_at.label("method_removed_at"),
        payment_methods.c.disabled_at.label("method_disabled_at"),
        payment_methods.c.debits_from_on,
        autopay_consents.c.version.label("consent_version"),
        autopay_consents.c.recorded_at.label("consent_at"),
    )
    .join(payment_methods, payment_methods.c.id == autopay_enrolments.c.payment_method_id)
    .join(autopay_consents, autopay_consents.c.id == autopay_enrolments.c.consent_id)
)

due_work = select(
    or_(
        select(payments.c.id).where(is_scheduled, payments.c.effective_on <= bindparam("on_day")).exists(),
        select(autopay_drafts.c.id).where(is_drawable, autopay_drafts.c.draft_on <= bindparam("on_day")).exists(),
        select(autopay_enrolments.c.account_id)
        .where(autopay_enrolments.c.status != "cancelled", autopay_enrolments.c.look_on <= bindparam("on_day"))
        .exists(),
    )
)

__all__ = [
    "account_standings",
    "ach_entries",
    "ach_files",
    "ach_intakes",
    "ach_notices",
    "autopay_consents",
    "autopay_drafts",
    "autopay_enrolments",
    "drafts_to_come",
    "due_work",
    "enrolments_shown",
    "is_drawable",
    "is_pending",
    "is_scheduled",
    "is_to_come",
    "is_under_way",
    "lockbox_files",
    "lockbox_receipts",
    "lockbox_refusals",
    "metadata",
    "notice_as_told",
    "notices_shown",
    "payment_book",
    "payment_days",
    "payment_methods",
    "payment_postings",
    "payment_returns",
    "payments",
    "payments_shown",
    "receipt_as_told",
    "receipts_shown",
    "refunds",
    "settlement_differences",
    "settlement_reports",
    "work_items",
]
