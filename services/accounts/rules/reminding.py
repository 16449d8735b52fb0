"""Of what a customer is reminded on a day, and what becomes of a reminder whose day was missed."""

from dataclasses import dataclass
from datetime import date, timedelta

from services.accounts.contract.schemas import REMINDER_DAYS
from services.accounts.rules.agenda import reminder_of
from services.accounts.rules.amendments import in_force
from services.accounts.rules.billing import asked_by
from services.accounts.rules.schedule import due_on
from services.accounts.rules.state import AccountState
from services.accounts.rules.terms import Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """`days_before` names it by its day; `days_left` are those until `due_on` when it is decided.

    `is_told` is false where its day was missed and a later one of the same instalment is told in its place.
    """

    instalment_number: int
    due_on: date
    days_before: int
    days_left: int
    amount_due_cents: int
    is_told: bool


def decide_reminder(
    *, terms: Terms, state: AccountState, present: AccountState, on: date, today: date
) -> Reminder | None:  # fmt: skip
    """The reminder of a day; None on most days, and for one that comes too late.

    `terms` are the contract's; `state` is what was known when the day began, `present` what is known today, both with
    their credit applied. A day that is caught up reminds of nothing that has fallen due or was paid meanwhile.
    """
    known_terms, present_terms = in_force(terms=terms, state=state), in_force(terms=terms, state=present)
    number = reminder_of(terms=known_terms, state=state, on=on)
    if number is None:
        return None
    due = due_on(terms=known_terms, number=number)
    asked = asked_by(terms=present_terms, state=present, number=number)
    if today >= due or asked.due_on != due or asked.amount_due_cents == 0:
        return None
    days_of_others = (due - timedelta(days=days) for days in REMINDER_DAYS)
    return Reminder(
        instalment_number=number,
        due_on=due,
        days_before=(due - on).days,
        days_left=(due - today).days,
        amount_due_cents=asked.amount_due_cents,
        is_told=not any(on < each <= today for each in days_of_others),
    )
