"""Builders for the rules' tests: each takes only what the story is about."""

from datetime import date
from decimal import Decimal

from services.accounts.rules.events import LateFee, Payment, Reversal
from services.accounts.rules.late_fees import LateFee as Chargeable
from services.accounts.rules.late_fees import late_fee
from services.accounts.rules.schedule import due_on
from services.accounts.rules.terms import DayCount, ExtraMode, LeaseTerms, LoanTerms, Opening, Terms, Waterfall


def a_loan(
    *,
    rate: str = "6.49",
    payment_cents: int = 41237,
    payment_count: int = 60,
    first_due_on: date = date(2026, 1, 5),
    due_day: int | None = None,
    day_count: DayCount = "actual/365",
    extra_default: ExtraMode = "principal",
    waterfall: Waterfall = "fees_last",
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
        waterfall=waterfall,
    )


def the_reference_lease(*, first_due_on: date = date(2026, 1, 15), waterfall: Waterfall = "fees_last") -> LeaseTerms:
    return LeaseTerms(
        adjusted_capitalized_cost_cents=3_150_000,
        residual_cents=1_890_000,
        term_months=36,
        base_payment_cents=44_979,
        tax_cents=3_261,
        first_due_on=first_due_on,
        due_day=first_due_on.day,
        grace_days=10,
        waterfall=waterfall,
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


def undone(payment: Payment, *, on: date, code: str | None = "R01") -> Reversal:
    """The payment returned by the bank; without a code, undone by staff."""
    return Reversal(
        source_key=f"reversal:{payment.source_key}",
        effective_on=on,
        payment_key=payment.source_key,
        reason="insufficient funds" if code else "posted to the wrong account",
        return_code=code,
    )


def a_late_fee(
    *, terms: Terms, number: int, state: str = "TX", decided_on: date | None = None, unpaid_cents: int | None = None
) -> LateFee:
    """The fee for an instalment as it would be decided, by default on the first day that allows it."""
    due, cents = due_on(terms=terms, number=number), terms.payment_cents

    def found(as_of: date) -> Chargeable:
        unpaid = unpaid_cents or cents
        return late_fee(state=state, instalment_cents=cents, unpaid_cents=unpaid, due_on=due, as_of=as_of)

    decided_on = decided_on or found(due).chargeable_from
    return LateFee(
        source_key=f"late_fee:{number}",
        effective_on=decided_on,
        amount_cents=found(decided_on).late_fee_cents,
        instalment_number=number,
        instalment_cents=cents,
        due_on=due,
        chargeable_from=found(due).chargeable_from,
        state=state,
    )
