"""Builders for the rules' tests: each takes only what the story is about."""

from datetime import date
from decimal import Decimal

from services.accounts.rules.state import Payment
from services.accounts.rules.terms import DayCount, ExtraMode, LeaseTerms, LoanTerms, Opening


def a_loan(
    *,
    rate: str = "6.49",
    payment_cents: int = 41237,
    payment_count: int = 60,
    first_due_on: date = date(2026, 1, 5),
    due_day: int | None = None,
    day_count: DayCount = "actual/365",
    extra_default: ExtraMode = "principal",
) -> LoanTerms:
    return LoanTerms(
        annual_rate_percent=Decimal(rate),
        day_count=day_count,
        payment_cents=payment_cents,
        payment_count=payment_count,
        first_due_on=first_due_on,
        due_day=due_day or first_due_on.day,
        grace_days=10,
        extra_default=extra_default,
    )


def the_reference_lease(*, first_due_on: date = date(2026, 1, 15)) -> LeaseTerms:
    return LeaseTerms(
        adjusted_capitalized_cost_cents=3_150_000,
        residual_cents=1_890_000,
        term_months=36,
        base_payment_cents=44_979,
        tax_cents=3_261,
        first_due_on=first_due_on,
        due_day=first_due_on.day,
        grace_days=10,
    )


def an_opening(
    *,
    as_of_on: date = date(2025, 12, 5),
    principal_cents: int = 1_825_000,
    accrued_interest_cents: int = 0,
    interest_paid_through_on: date | None = None,
    next_instalment_number: int = 1,
    partial_paid_cents: int = 0,
    fees_due_cents: int = 0,
    unapplied_cents: int = 0,
) -> Opening:
    return Opening(
        as_of_on=as_of_on,
        principal_cents=principal_cents,
        accrued_interest_cents=accrued_interest_cents,
        interest_paid_through_on=interest_paid_through_on or as_of_on,
        next_instalment_number=next_instalment_number,
        partial_paid_cents=partial_paid_cents,
        fees_due_cents=fees_due_cents,
        unapplied_cents=unapplied_cents,
        payments_made=next_instalment_number - 1,
    )


def a_payment(*, on: date, cents: int, key: str | None = None, extra: ExtraMode | None = None) -> Payment:
    return Payment(source_key=key or f"payment:{on.isoformat()}", effective_on=on, amount_cents=cents, extra=extra)
