"""The tables of payments, what of a payment may be shown, and which payments the ledger has not applied yet."""

from sqlalchemy import (
    BigInteger,
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
    and_,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import UUID

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
    PrimaryKeyConstraint("id", name="pk_payment_methods"),
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
    PrimaryKeyConstraint("id", name="pk_payments"),
    ForeignKeyConstraint(["payment_method_id"], ["payment_methods.id"], name="fk_payments_payment_method"),
    CheckConstraint("amount_cents >= 100", name="ck_payments_amount_minimum"),
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

is_scheduled = payments.c.status == SCHEDULED
is_pending = and_(payments.c.status.in_(sorted(COUNTED)), payments.c.applied_at.is_(None))
is_to_come = and_(payments.c.status.in_(sorted(TO_COME)), payments.c.applied_at.is_(None))

payments_shown = select(
    payments,
    payment_methods.c.type.label("method_type"),
    payment_methods.c.last4.label("method_last4"),
).join(payment_methods, payments.c.payment_method_id == payment_methods.c.id)
