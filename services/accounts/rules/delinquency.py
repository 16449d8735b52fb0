"""How late an account is: the days, the bucket, and since when the unbroken run of lateness goes on."""

from collections.abc import Callable
from datetime import date

from services.accounts.contract.schemas import BUCKET_DAYS
from services.accounts.rules.schedule import due_on
from services.accounts.rules.state import AccountState
from services.accounts.rules.terms import Terms


def oldest_unpaid_due_on(*, terms: Terms, state: AccountState) -> date | None:
    """The due date of the oldest instalment that is not paid in full; None where none is left."""
    number = state.next_instalment_number
    return due_on(terms=terms, number=number) if number <= terms.payment_count else None


def days_past_due(*, terms: Terms, state: AccountState, on: date) -> int:
    due = oldest_unpaid_due_on(terms=terms, state=state)
    return max(0, (on - due).days) if due else 0


def bucket_of(days: int) -> int:
    """The first day of the bucket that holds an account so many days past due; 0 for one that is current."""
    return max((first for first in BUCKET_DAYS if first <= days), default=0)


def delinquent_since(*, terms: Terms, state: AccountState, on: date) -> date | None:
    """The due date with which the run that still goes on at the end of a day began; None for a current account.

    Money that pays one instalment while another is late breaks no run; only a day without anything late does.
    """
    due = oldest_unpaid_due_on(terms=terms, state=state)
    if due is None or due >= on:
        return None
    return state.delinquent_since_on or due


def carried_run(
    *, before: AccountState, after: AccountState, in_force: Callable[[AccountState], Terms], on: date
) -> date | None:
    """What an event of that day makes of the run: it goes on as long as something is late before and after."""
    due = oldest_unpaid_due_on(terms=in_force(after), state=after)
    if due is None or due >= on:
        return None
    return delinquent_since(terms=in_force(before), state=before, on=on) or due
