"""What is furnished of an account for a month: how late it was, since when, what it owed, and what marks it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from services.accounts.rules.amendments import in_force
from services.accounts.rules.delinquency import delinquent_since
from services.accounts.rules.engine import apply_credit, replay_states
from services.accounts.rules.events import AccountEvent, Reversal
from services.accounts.rules.months import months_later
from services.accounts.rules.shown import CHARGED_OFF, CLOSED, OPEN, PAID_OFF, is_paid_off
from services.accounts.rules.standing import standing
from services.accounts.rules.state import AccountState
from services.accounts.rules.terms import Opening, Terms

# Metro 2 account status codes by the first day past due from which each one is told.
BY_LATENESS = ((180, "84"), (150, "83"), (120, "82"), (90, "80"), (60, "78"), (30, "71"), (0, "11"))
CLOSED_CODE, CHARGED_OFF_CODE = "13", "97"
DISPUTE = "dispute"
# The consumer disputes what is furnished, and it is being looked into (FCRA § 623(a)(3)).
DISPUTED_CODE = "XB"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The facts of one account at the end of one month, with everything that was known when they were frozen."""

    status_code: str
    days_past_due: int
    first_delinquent_on: date | None
    is_deferred: bool
    current_balance_cents: int
    amount_past_due_cents: int
    charged_off_cents: int
    flags: tuple[str, ...]
    compliance_condition_code: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A deferment: instalments would have been due on the first date, and are on the second."""

    effective_on: date
    due_on_before: date
    due_on: date


def facts_of(
    *, product: str, status: str, closed_on: date | None, terms: Terms, state: AccountState,
    first_delinquent_on: date | None, deferments: Iterable[Waiting], flags: Collection[str], on: date,
) -> Facts:  # fmt: skip
    """`state` is that of the events through `on`, `status` and `closed_on` are the account's now."""
    then = status_on(product=product, status=status, closed_on=closed_on, state=state, on=on)
    found = standing(terms=terms, state=state, on=on)
    days = found.days_past_due if then == OPEN else 0
    still_owed = state.charged_off_cents - state.recovered_cents
    balance = {OPEN: found.payoff_ceiling_cents, CHARGED_OFF: still_owed}.get(then, 0)
    past_due = {OPEN: found.past_due_cents, CHARGED_OFF: still_owed}.get(then, 0)
    return Facts(
        status_code=_status_code(status=then, days_past_due=days),
        days_past_due=days,
        first_delinquent_on=first_delinquent_on if days or then == CHARGED_OFF else None,
        is_deferred=any(each.effective_on <= on and each.due_on_before <= on < each.due_on for each in deferments),
        current_balance_cents=balance,
        amount_past_due_cents=past_due,
        charged_off_cents=state.charged_off_cents,
        flags=tuple(sorted(flags)),
        compliance_condition_code=DISPUTED_CODE if DISPUTE in flags else None,
    )


def status_on(*, product: str, status: str, closed_on: date | None, state: AccountState, on: date) -> str:
    """What an account was at the end of a day that lies back. One taken over charged off stays what it came as."""
    if state.is_charged_off or (status == CHARGED_OFF and state.principal_cents == 0):
        return CHARGED_OFF
    if closed_on is not None and closed_on <= on:
        return CLOSED
    return PAID_OFF if is_paid_off(product=product, state=state) else OPEN


def states_through(
    *, terms: Terms, opening: Opening, events: Sequence[AccountEvent], on: date
) -> tuple[AccountState, ...]:
    """The states after each event effective by the end of a day, also where it was learnt later."""
    known = [event for event in events if event.effective_on <= on or isinstance(event, Reversal)]
    return replay_states(terms=terms, opening=opening, events=known)


def first_delinquent_on(*, terms: Terms, states: Sequence[AccountState], on: date) -> date | None:
    """The due date with which the run of lateness began that goes on at the end of a day; None for a current account.

    Of an account that was charged off, the run that led there.
    """
    owing = [state for state in states if not state.is_charged_off]
    until = on if len(owing) == len(states) else states[len(owing)].last_effective_on
    state = apply_credit(terms=terms, state=owing[-1], through_on=until)
    return delinquent_since(terms=in_force(terms=terms, state=state), state=state, on=until)


def months_to_freeze(*, last_frozen_on: date | None, today: date) -> list[date]:
    """The month ends that have passed and are not frozen, oldest first; with none frozen yet only the last one."""
    last = months_later(on=today, months=-1, day=31)
    if last_frozen_on is None:
        return [last]
    found, month_end = [], last_frozen_on
    while month_end < last:
        month_end = months_later(on=month_end, months=1, day=31)
        found.append(month_end)
    return found


def _status_code(*, status: str, days_past_due: int) -> str:
    if status == CHARGED_OFF:
        return CHARGED_OFF_CODE
    if status == CLOSED:
        return CLOSED_CODE
    return next(code for first, code in BY_LATENESS if days_past_due >= first)
