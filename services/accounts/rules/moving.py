"""May due dates move, and from which instalment on? Decided as the contract says, before it is an event."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from chassis.money import format_dollars
from services.accounts.contract.business_days import is_in_draft_window
from services.accounts.contract.errors import (
    AccountNotOpen,
    AccountPastDue,
    ChangeLimitReached,
    ChangeNotPossible,
    DefermentTooLong,
    DueDayUnchanged,
    NoInstalmentToMove,
)
from services.accounts.rules.amendments import in_force
from services.accounts.rules.engine import apply_credit
from services.accounts.rules.events import Deferment, DueDateChange
from services.accounts.rules.months import months_later
from services.accounts.rules.schedule import due_on
from services.accounts.rules.shown import OPEN
from services.accounts.rules.standing import standing
from services.accounts.rules.state import AccountState
from services.accounts.rules.terms import Terms

CALL_US = "Contact us about what you can pay."


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An account on the day on which its due dates are to move; `earlier` are the days of moves of that kind before."""

    status: str
    terms: Terms
    state: AccountState
    earlier: Sequence[date]
    on: date


def decide_due_date_change(asked: Asked, *, due_day: int, source_key: str) -> DueDateChange:
    """To a later day of the month, or to an earlier one a month on: nothing ever falls due sooner than it would have.

    Raises AccountNotOpen, AccountPastDue, ChangeLimitReached, ChangeNotPossible, DueDayUnchanged, NoInstalmentToMove.
    """
    terms, number = _movable(asked)
    _require_rest(asked, per_year=terms.due_date_changes_per_year, what="A due date can be changed")
    agreed = _due_day(terms=terms, number=number)
    if due_day == agreed:
        raise DueDayUnchanged()
    months = 0 if due_day > max(agreed, due_on(terms=terms, number=number).day) else 1
    return DueDateChange(
        source_key=source_key, effective_on=asked.on, from_number=number, due_day=due_day, months=months
    )


def decide_deferment(asked: Asked, *, months: int, source_key: str) -> Deferment:
    """Raises what `decide_due_date_change` does, and DefermentTooLong in place of DueDayUnchanged."""
    terms, number = _movable(asked)
    if terms.deferments_max <= len(asked.earlier):
        raise ChangeLimitReached(
            f"This contract allows {_times(terms.deferments_max)} of deferring payments in all. {CALL_US}"
        )
    _require_rest(asked, per_year=terms.deferments_per_year, what="Payments can be deferred")
    if months > terms.deferment_months_max:
        raise DefermentTooLong(
            f"A deferment of this contract is for at most {terms.deferment_months_max} months. Ask for fewer."
        )
    return Deferment(source_key=source_key, effective_on=asked.on, from_number=number, months=months)


def first_movable_number(*, terms: Terms, state: AccountState, on: date) -> int | None:
    """The first unpaid instalment outside its draft window; None where none is left. `terms` are those in force."""
    for number in range(state.next_instalment_number, terms.payment_count + 1):
        if not is_in_draft_window(due_on=due_on(terms=terms, number=number), on=on):
            return number
    return None


def _movable(asked: Asked) -> tuple[Terms, int]:
    """The terms in force, and from which instalment on due dates may move."""
    if asked.status != OPEN:
        raise AccountNotOpen()
    if asked.state.is_accelerated:
        raise ChangeNotPossible(f"The whole balance was called due, so there is no due date to move. {CALL_US}")
    found = standing(terms=asked.terms, state=asked.state, on=asked.on)
    if found.days_past_due > 0:
        raise AccountPastDue(
            f"{format_dollars(found.past_due_cents)} has been due since {found.next_due_on}. Pay it, then ask again."
        )
    state = apply_credit(terms=asked.terms, state=asked.state, through_on=asked.on)
    terms = in_force(terms=asked.terms, state=state)
    number = first_movable_number(terms=terms, state=state, on=asked.on)
    if number is None:
        raise NoInstalmentToMove()
    return terms, number


def _require_rest(asked: Asked, *, per_year: int, what: str) -> None:
    """Raises ChangeLimitReached where as many moves as a year allows lie less than twelve months back."""
    if per_year == 0:
        raise ChangeLimitReached(f"This contract does not allow it. {CALL_US}")
    year_ago = months_later(on=asked.on, months=-12, day=asked.on.day)
    lately = sorted(day for day in asked.earlier if day > year_ago)
    if len(lately) < per_year:
        return
    oldest = lately[-per_year]
    again_on = months_later(on=oldest, months=12, day=oldest.day)
    raise ChangeLimitReached(f"{what} {_times(per_year)} in twelve months. Ask again from {again_on} on. {CALL_US}")


def _due_day(*, terms: Terms, number: int) -> int:
    """The day of the month that was agreed for an instalment, whether its month has it or not."""
    day = terms.due_day
    for move in terms.moves:
        if number >= move.from_number:
            day = move.due_day or day
    return day


def _times(count: int) -> str:
    return "one time" if count == 1 else f"{count} times"
