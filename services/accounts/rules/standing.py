"""What an account owes on a date, as figures that do not depend on its status."""

from dataclasses import dataclass
from datetime import date

from chassis.money import round_half_up_cents
from services.accounts.rules.amendments import in_force
from services.accounts.rules.engine import apply_credit
from services.accounts.rules.lease import lease_due_through
from services.accounts.rules.loan import due_through, interest_owed
from services.accounts.rules.schedule import (
    current_instalment_number,
    due_on,
    instalments_due_before,
    maturity_on,
)
from services.accounts.rules.state import AccountState
from services.accounts.rules.terms import LeaseTerms, LoanTerms, Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The figures of one account on one date.

    `amount_due_cents` is what is past due plus the instalment of the current cycle (the first one due on or after the
    date), less the customer's credit and without fees; money up to it is taken as due by the engine too. It is 0 while
    that instalment is paid. Once the last instalment is among it, it is what clears the loan on that very date.
    `past_due_cents` counts only due dates before the date. `next_due_on` is the due date of the oldest unpaid
    instalment, so it lies in the past for a late account; `next_instalment_cents` is what that one takes if paid on its
    due date (or on the date, when it is late). `payoff_ceiling_cents` closes a loan on the date, fees included and
    credit deducted; of a lease it is every remaining instalment and the fees. None where nothing is left to pay.
    """

    on: date
    principal_balance_cents: int
    accrued_interest_cents: int
    fees_due_cents: int
    unapplied_cents: int
    past_due_cents: int
    amount_due_cents: int
    next_due_on: date | None
    next_instalment_number: int | None
    next_instalment_cents: int
    days_past_due: int
    payoff_ceiling_cents: int
    payments_made: int
    maturity_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class _Owed:
    interest: int
    past_due: int
    due: int
    next_instalment: int
    closing: int


def standing(*, terms: Terms, state: AccountState, on: date) -> Standing:
    """The figures on a date, with a lease's credit used for everything due by then."""
    state = apply_credit(terms=terms, state=state, through_on=on)
    terms = in_force(terms=terms, state=state)
    before = instalments_due_before(terms=terms, on=on)
    current = current_instalment_number(terms=terms, on=on)
    if isinstance(terms, LoanTerms):
        owed = _owed_on_loan(terms=terms, state=state, on=on, before=before, current=current)
    else:
        owed = _owed_on_lease(terms=terms, state=state, before=before, current=current)
    number = state.next_instalment_number if state.next_instalment_number <= terms.payment_count else None
    next_due_on = due_on(terms=terms, number=number) if number else None
    return Standing(
        on=on,
        principal_balance_cents=state.principal_cents,
        accrued_interest_cents=owed.interest,
        fees_due_cents=state.fees_due_cents,
        unapplied_cents=state.unapplied_cents,
        past_due_cents=max(0, owed.past_due - state.unapplied_cents),
        amount_due_cents=max(0, owed.due - state.unapplied_cents),
        next_due_on=next_due_on,
        next_instalment_number=number,
        next_instalment_cents=owed.next_instalment,
        days_past_due=max(0, (on - next_due_on).days) if next_due_on else 0,
        payoff_ceiling_cents=max(0, owed.closing + state.fees_due_cents - state.unapplied_cents),
        payments_made=state.payments_made,
        maturity_on=maturity_on(terms=terms),
    )


def _owed_on_loan(*, terms: LoanTerms, state: AccountState, on: date, before: int, current: int) -> _Owed:
    interest = round_half_up_cents(interest_owed(terms=terms, state=state, on=on))
    number = state.next_instalment_number
    next_instalment = 0
    if number <= terms.payment_count:
        payable_on = max(on, due_on(terms=terms, number=number))
        next_instalment = due_through(terms=terms, state=state, last_number=number, on=payable_on)
    return _Owed(
        interest=interest,
        past_due=due_through(terms=terms, state=state, last_number=before, on=on),
        due=due_through(terms=terms, state=state, last_number=current, on=on),
        next_instalment=next_instalment,
        closing=state.principal_cents + interest,
    )


def _owed_on_lease(*, terms: LeaseTerms, state: AccountState, before: int, current: int) -> _Owed:
    return _Owed(
        interest=0,
        past_due=lease_due_through(terms=terms, state=state, last_number=before),
        due=lease_due_through(terms=terms, state=state, last_number=current),
        next_instalment=lease_due_through(terms=terms, state=state, last_number=state.next_instalment_number),
        closing=lease_due_through(terms=terms, state=state, last_number=terms.payment_count),
    )
