"""How one payment falls on a simple-interest loan, by the contract's waterfall, and then as extra principal."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from chassis.money import round_half_up_cents
from services.accounts.rules.fees import pay_fees
from services.accounts.rules.interest import (
    accrual_spans,
    forgiven_cents,
    format_per_diem,
    interest_cents,
    per_diem_cents,
)
from services.accounts.rules.schedule import (
    instalment_cents,
    instalments_cents,
    instalments_due_before,
)
from services.accounts.rules.state import AccountState, Allocation, Payment
from services.accounts.rules.terms import ExtraMode, LoanTerms, Waterfall

# The steps in which a payment is used up; what is left after them lowers the principal further.
WATERFALL: Mapping[Waterfall, tuple[str, ...]] = {
    "fees_last": ("accrued_interest", "past_due_principal", "current_principal", "fees"),
    "fees_first": ("fees", "accrued_interest", "past_due_principal", "current_principal"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Split:
    due: int
    interest: int
    past_due_principal: int
    current_principal: int
    fees: int
    extra_principal: int
    unapplied: int

    @property
    def principal(self) -> int:
        return self.past_due_principal + self.current_principal + self.extra_principal

    @property
    def toward_instalments(self) -> int:
        return self.interest + self.past_due_principal + self.current_principal

    @property
    def short(self) -> int:
        """What is still due after the payment."""
        return max(0, self.due - self.toward_instalments)


def interest_owed(*, terms: LoanTerms, state: AccountState, on: date) -> Decimal:
    """Unrounded cents of interest owed on a date: what was left unpaid plus the days since; never on interest."""
    return state.accrued_interest + interest_cents(
        principal_cents=state.principal_cents,
        annual_rate_percent=terms.annual_rate_percent,
        day_count=terms.day_count,
        from_on=state.interest_from_on,
        to_on=on,
    )


def due_through(*, terms: LoanTerms, state: AccountState, last_number: int, on: date) -> int:
    """Cents of interest and principal due for the unpaid instalments up to `last_number`, as if paid on `on`.

    Never more than what clears the loan, and exactly that once the last instalment is among them, or all is called.
    """
    owed_cents = round_half_up_cents(interest_owed(terms=terms, state=state, on=on))
    return _due_through(terms=terms, state=state, last_number=last_number, owed_cents=owed_cents)


def _due_through(*, terms: LoanTerms, state: AccountState, last_number: int, owed_cents: int) -> int:
    clearing = state.principal_cents + owed_cents
    first_number = state.next_instalment_number
    if state.is_accelerated and first_number <= terms.payment_count:
        return clearing
    if first_number > last_number:
        return 0
    if last_number >= terms.payment_count:
        return clearing
    asked = instalments_cents(terms=terms, first_number=first_number, last_number=last_number)
    return min(clearing, max(0, asked - state.partial_paid_cents))


def apply_to_loan(*, terms: LoanTerms, state: AccountState, payment: Payment) -> AccountState:
    """Fold one payment, which must not precede the state, into a loan."""
    on = payment.effective_on
    owed = interest_owed(terms=terms, state=state, on=on)
    owed_cents = round_half_up_cents(owed)
    split = _split(terms=terms, state=state, payment=payment, owed_cents=owed_cents)
    mode = payment.extra or terms.extra_default
    counted = split.interest + split.principal if mode == "paid_ahead" else min(split.due, split.toward_instalments)
    principal = state.principal_cents - split.principal
    number, partial, completed = _advance(terms=terms, state=state, counted_cents=counted, cleared=principal == 0)
    allocation = Allocation(
        kind="payment",
        source_key=payment.source_key,
        effective_on=on,
        amount_cents=payment.amount_cents,
        interest_cents=split.interest,
        principal_cents=split.principal,
        tax_cents=0,
        fees_cents=split.fees,
        unapplied_cents=split.unapplied,
        interest_recognised_cents=owed_cents - round_half_up_cents(state.accrued_interest),
        instalments=completed,
        explanation=_explain(terms=terms, state=state, payment=payment, split=split, mode=mode, owed_cents=owed_cents),
    )
    return replace(
        state,
        principal_cents=principal,
        # What a full payment leaves is only the rounding of the posting, not a debt.
        accrued_interest=Decimal(0) if split.interest == owed_cents else owed - split.interest,
        interest_from_on=max(on, state.interest_from_on),
        next_instalment_number=number,
        partial_paid_cents=partial,
        open_fees=pay_fees(state.open_fees, cents=split.fees),
        diverted_cents=min(split.short, state.diverted_cents + split.fees),
        unapplied_cents=state.unapplied_cents + split.unapplied,
        payments_made=state.payments_made + len(completed),
        allocations=(*state.allocations, allocation),
    )


def _split(*, terms: LoanTerms, state: AccountState, payment: Payment, owed_cents: int) -> _Split:
    before, rest = instalments_due_before(terms=terms, on=payment.effective_on), payment.amount_cents
    current = min(before + 1, terms.payment_count)
    past_due = _due_through(terms=terms, state=state, last_number=before, owed_cents=owed_cents)
    due = _due_through(terms=terms, state=state, last_number=current, owed_cents=owed_cents)
    # What falls due is interest first, so that an unpaid part of it leaves less room for principal.
    past_due_principal = min(max(0, past_due - owed_cents), state.principal_cents)
    most = {
        "fees": state.fees_due_cents,
        "accrued_interest": owed_cents,
        "past_due_principal": past_due_principal,
        "current_principal": min(max(0, due - owed_cents), state.principal_cents) - past_due_principal,
    }
    paid = {}
    for step in WATERFALL[terms.waterfall]:
        paid[step] = min(rest, most[step])
        rest -= paid[step]
    extra = min(rest, state.principal_cents - paid["past_due_principal"] - paid["current_principal"])
    return _Split(
        due=due,
        interest=paid["accrued_interest"],
        past_due_principal=paid["past_due_principal"],
        current_principal=paid["current_principal"],
        fees=paid["fees"],
        extra_principal=extra,
        unapplied=rest - extra,
    )


def _advance(
    *, terms: LoanTerms, state: AccountState, counted_cents: int, cleared: bool
) -> tuple[int, int, tuple[int, ...]]:
    """The next instalment, what it has received and the ones completed; only clearing the loan completes the last."""
    number, partial = state.next_instalment_number, state.partial_paid_cents + counted_cents
    completed = []
    while number < terms.payment_count and partial >= (asked := instalment_cents(terms=terms, number=number)):
        partial -= asked
        completed.append(number)
        number += 1
    if not cleared:
        return number, partial, tuple(completed)
    if number <= terms.payment_count and partial > 0:
        completed.append(number)
    return terms.payment_count + 1, 0, tuple(completed)


def _explain(
    *, terms: LoanTerms, state: AccountState, payment: Payment, split: _Split, mode: ExtraMode, owed_cents: int
) -> dict[str, object]:
    on, start = payment.effective_on, state.interest_from_on
    per_diem = per_diem_cents(
        principal_cents=state.principal_cents,
        annual_rate_percent=terms.annual_rate_percent,
        day_count=terms.day_count,
        on=min(start, on),
    )
    spans = accrual_spans(day_count=terms.day_count, from_on=start, to_on=on)
    taken = {
        "accrued_interest": split.interest,
        "past_due_principal": split.past_due_principal,
        "current_principal": split.current_principal,
        "fees": split.fees,
    }
    parts = {step: taken[step] for step in WATERFALL[terms.waterfall]}
    parts |= {f"extra_{mode}": split.extra_principal, "unapplied_credit": split.unapplied}
    return {
        "principal_cents": state.principal_cents,
        "annual_rate_percent": str(terms.annual_rate_percent),
        "day_count": terms.day_count,
        "interest_from_on": start.isoformat(),
        "interest_to_on": max(on, start).isoformat(),
        "days": sum(span.days for span in spans),
        "day_spans": [{"days": span.days, "year_days": span.year_days} for span in spans],
        "per_diem": format_per_diem(per_diem),
        "interest_carried_cents": round_half_up_cents(state.accrued_interest),
        "interest_owed_cents": owed_cents,
        "steps": [{"to": name, "amount_cents": cents} for name, cents in parts.items() if cents],
        **_forgiven(terms=terms, state=state, on=on),
    }


def _forgiven(*, terms: LoanTerms, state: AccountState, on: date) -> dict[str, object]:
    uncapped = state.amendments.forgiven_above_percent
    if uncapped is None:
        return {}
    forgiven = forgiven_cents(
        principal_cents=state.principal_cents,
        rate_percent=uncapped,
        capped_percent=terms.annual_rate_percent,
        day_count=terms.day_count,
        from_on=state.interest_from_on,
        to_on=on,
    )
    return {"rate_without_cap_percent": str(uncapped), "forgiven_cents": forgiven}
