"""What the business day has to do for an account by itself, and when it has to look at the account next.

A day has two stages: when it opens bills and reminders go out; when its payments are confirmed late fees are decided
and what is late is marked. Only accounts whose next action has come are looked at, so that a day costs what is due.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import IntEnum

from services.accounts.contract.schemas import BUCKET_DAYS, REMINDER_DAYS
from services.accounts.rules.amendments import in_force
from services.accounts.rules.billing import bill_on, next_to_bill
from services.accounts.rules.delinquency import bucket_of, days_past_due, delinquent_since, oldest_unpaid_due_on
from services.accounts.rules.late_fees import NoLateFeeRule, chargeable_from
from services.accounts.rules.schedule import due_on, instalments_due_before
from services.accounts.rules.shown import OPEN
from services.accounts.rules.state import AccountState
from services.accounts.rules.terms import Terms

DAY = timedelta(days=1)


class Stage(IntEnum):
    """The two parts of a business day."""

    OPENING = 1
    CLOSING = 2


@dataclass(frozen=True, slots=True, order=True)
class NextAction:
    """The day and the stage in which there is something to do."""

    on: date
    stage: Stage


# Of an account that no day has looked at yet: an earlier release took it over.
AT_ONCE = NextAction(date(1970, 1, 1), Stage.OPENING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """How far the days have come with an account; what they posted is in its events.

    Reminders and late fees are done through the two dates. `bucket_days` was reached by the instalment due on
    `bucket_due_on`, or is 0.
    """

    reminded_on: date
    fees_considered_on: date
    bucket_due_on: date | None
    bucket_days: int


def taken_over(*, terms: Terms, state: AccountState, on: date) -> Marks:
    """The marks of an account that the day of that date is the first to look at: nothing earlier is made up for."""
    before = on - DAY
    days = days_past_due(terms=in_force(terms=terms, state=state), state=state, on=before)
    due = oldest_unpaid_due_on(terms=in_force(terms=terms, state=state), state=state)
    return Marks(
        reminded_on=before,
        fees_considered_on=before,
        bucket_due_on=due if days else None,
        bucket_days=bucket_of(days),
    )


def reopened(*, terms: Terms, state: AccountState, pack: str, marks: Marks) -> Marks:
    """The marks of an account of which instalments are unpaid again: their late fees are to be decided after all."""
    terms = in_force(terms=terms, state=state)
    first = next(_chargeable(terms=terms, state=state, pack=pack), None)
    if first is None or first[1] > marks.fees_considered_on:
        return marks
    return replace(marks, fees_considered_on=first[1] - DAY)


def next_action(
    *, status: str, terms: Terms, state: AccountState, pack: str, marks: Marks | None
) -> NextAction | None:  # fmt: skip
    """When a day has to look at the account next, at the latest; None where it never has to.

    `terms` are the contract's, `pack` names its late-fee rules.
    """
    if status != OPEN:
        return None
    if marks is None:
        return AT_ONCE
    terms = in_force(terms=terms, state=state)
    found = (
        _next_bill(terms=terms, state=state),
        _next_reminder(terms=terms, state=state, marks=marks),
        _next_late_fee(terms=terms, state=state, pack=pack, marks=marks),
        _next_step(terms=terms, state=state, marks=marks),
    )
    return min((each for each in found if each is not None), default=None)


def after_stage(action: NextAction | None, *, on: date, stage: Stage) -> NextAction | None:
    """The next action once that stage of a day is over: what could not be done in it waits for the next chance.

    That is the very next stage, whichever it concerns: what waits must not hide what another stage has to do first.
    """
    if action is None or action > NextAction(on, stage):
        return action
    return NextAction(on, Stage.CLOSING) if stage is Stage.OPENING else NextAction(on + DAY, Stage.OPENING)


def reminder_of(*, terms: Terms, state: AccountState, on: date) -> int | None:
    """The unpaid instalment of which a customer is reminded on a day; None on most days. `terms` are those in force."""
    number = _upcoming(terms=terms, state=state, after=on)
    if number is None:
        return None
    return number if (due_on(terms=terms, number=number) - on).days in REMINDER_DAYS else None


def fee_candidates(*, terms: Terms, state: AccountState, pack: str, marks: Marks, on: date) -> Iterator[int]:
    """The unpaid instalments whose late fee comes to be decided by a day and was not considered before."""
    for number, chargeable_on in _chargeable(terms=terms, state=state, pack=pack):
        if chargeable_on > on:
            return
        if chargeable_on > marks.fees_considered_on:
            yield number


def told_bucket(*, terms: Terms, state: AccountState, marks: Marks, on: date) -> int:
    """The bucket that was told of the run that goes on; 0 where the run is a new one. `terms` are those in force."""
    since = delinquent_since(terms=terms, state=state, on=on)
    if since is None or marks.bucket_due_on is None or since > marks.bucket_due_on:
        return 0
    return marks.bucket_days


def _next_bill(*, terms: Terms, state: AccountState) -> NextAction | None:
    number = next_to_bill(terms=terms, state=state)
    return None if number is None else NextAction(bill_on(terms=terms, number=number), Stage.OPENING)


def _next_reminder(*, terms: Terms, state: AccountState, marks: Marks) -> NextAction | None:
    number = _upcoming(terms=terms, state=state, after=marks.reminded_on)
    if number is None:
        return None
    dates = list(_reminder_dates(terms=terms, number=number))
    if number < terms.payment_count:
        dates += _reminder_dates(terms=terms, number=number + 1)
    on = min((each for each in dates if each > marks.reminded_on), default=None)
    return None if on is None else NextAction(on, Stage.OPENING)


def _next_late_fee(*, terms: Terms, state: AccountState, pack: str, marks: Marks) -> NextAction | None:
    if state.is_accelerated:
        return None
    for _, chargeable_on in _chargeable(terms=terms, state=state, pack=pack):
        if chargeable_on > marks.fees_considered_on:
            return NextAction(chargeable_on, Stage.CLOSING)
    return None


def _next_step(*, terms: Terms, state: AccountState, marks: Marks) -> NextAction | None:
    due = oldest_unpaid_due_on(terms=terms, state=state)
    if due is None:
        return None
    reached = marks.bucket_days if due == marks.bucket_due_on else 0
    following = [days for days in BUCKET_DAYS if days > reached]
    return NextAction(due + timedelta(days=following[0]), Stage.CLOSING) if following else None


def _upcoming(*, terms: Terms, state: AccountState, after: date) -> int | None:
    """The first unpaid instalment that is due after a date."""
    number = max(state.next_instalment_number, instalments_due_before(terms=terms, on=after + DAY) + 1)
    return number if number <= terms.payment_count else None


def _reminder_dates(*, terms: Terms, number: int) -> Iterator[date]:
    due = due_on(terms=terms, number=number)
    return (due - timedelta(days=days) for days in REMINDER_DAYS)


def _chargeable(*, terms: Terms, state: AccountState, pack: str) -> Iterator[tuple[int, date]]:
    """Each unpaid instalment with the first day on which it may be charged a late fee, if a law says so."""
    for number in range(state.next_instalment_number, terms.payment_count + 1):
        due = due_on(terms=terms, number=number)
        try:
            yield (
                number,
                chargeable_from(state=pack, due_on=due, grace_days=terms.grace_days, grace_rolls=terms.grace_rolls),
            )
        except NoLateFeeRule:
            return
