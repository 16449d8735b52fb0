"""What the next instalments ask for, and an account as if money that is on its way had arrived."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import islice

from services.accounts.rules.amendments import in_force
from services.accounts.rules.engine import apply_event
from services.accounts.rules.events import Payment
from services.accounts.rules.lease import lease_due_through
from services.accounts.rules.loan import due_through
from services.accounts.rules.schedule import amortisation_rows, due_on
from services.accounts.rules.state import AccountState
from services.accounts.rules.terms import LoanTerms, Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One instalment that is not paid yet, and what of it is still missing."""

    number: int
    due_on: date
    amount_cents: int


def with_payments(*, terms: Terms, state: AccountState, payments: Iterable[Payment]) -> AccountState:
    """The state with payments folded in that all belong at its end.

    Raises EventOutOfOrder when one of them belongs before what is there, and EffectiveBeforeOpening.
    """
    for payment in sorted(payments, key=lambda payment: payment.place):
        state = apply_event(terms=terms, state=state, event=payment)
    return state


def dues_to_come(*, terms: Terms, state: AccountState, count: int) -> tuple[Due, ...]:
    """The next unpaid instalments, oldest first, each as if those before it were paid on their due dates.

    Of a loan's last one it is what clears the loan on its due date, however odd.
    """
    terms = in_force(terms=terms, state=state)
    first = state.next_instalment_number
    if first > terms.payment_count:
        return ()
    if isinstance(terms, LoanTerms):
        return _loan_dues(terms=terms, state=state, count=count)
    numbers = range(first, min(first + count, terms.payment_count + 1))
    through = [lease_due_through(terms=terms, state=state, last_number=number) for number in (first - 1, *numbers)]
    return tuple(
        Due(number=number, due_on=due_on(terms=terms, number=number), amount_cents=upto - before)
        for number, before, upto in zip(numbers, through, through[1:], strict=False)
    )


def _loan_dues(*, terms: LoanTerms, state: AccountState, count: int) -> tuple[Due, ...]:
    if state.principal_cents == 0:
        return ()
    first = state.next_instalment_number
    rows = amortisation_rows(
        terms=terms, principal_cents=state.principal_cents, interest_from_on=state.interest_from_on,
        accrued=state.accrued_interest, first_number=first,
    )  # fmt: skip
    dues = [
        Due(number=row.number, due_on=row.due_on, amount_cents=row.payment_cents) for row in islice(rows, count)
    ]  # fmt: skip
    # What has been paid of the first one is not asked for again.
    missing = due_through(terms=terms, state=state, last_number=first, on=max(dues[0].due_on, state.interest_from_on))
    later = () if state.is_accelerated else dues[1:]
    return (Due(number=first, due_on=dues[0].due_on, amount_cents=missing), *later)
