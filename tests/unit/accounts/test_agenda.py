"""A day comes to an account exactly when it has something to do for it, and never twice for the same."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.accounts.rules.agenda import (
    AT_ONCE,
    DAY,
    Marks,
    NextAction,
    Stage,
    after_stage,
    fee_candidates,
    next_action,
    reminder_of,
    reopened,
    taken_over,
    told_bucket,
)
from services.accounts.rules.amendments import in_force
from services.accounts.rules.billing import number_to_bill
from services.accounts.rules.delinquency import bucket_of, days_past_due, delinquent_since, oldest_unpaid_due_on
from services.accounts.rules.engine import replay
from services.accounts.rules.events import Payment
from services.accounts.rules.schedule import due_on
from services.accounts.rules.state import AccountState
from services.accounts.rules.terms import LoanTerms
from tests.unit.accounts.builders import a_loan, a_payment, an_opening, undone
from tests.unit.accounts.histories import Case, histories

TERMS = a_loan()
OPENING = an_opening()
FIRST_DUE_ON = date(2026, 1, 5)
TAKEN_OVER_ON = date(2025, 12, 10)


def state_after(*payments: Payment, terms: LoanTerms = TERMS) -> AccountState:
    return replay(terms=terms, opening=OPENING, payments=payments)


def action(state: AccountState, *, marks: Marks | None = None, status: str = "open") -> NextAction | None:
    marks = marks or taken_over(terms=TERMS, state=state, on=TAKEN_OVER_ON)
    return next_action(status=status, terms=TERMS, state=state, pack="TX", marks=marks)


class TestTheNextAction:
    def test_is_the_bill_where_that_comes_first(self) -> None:
        assert action(state_after()) == NextAction(date(2025, 12, 15), Stage.OPENING)

    def test_is_at_once_for_an_account_without_marks(self) -> None:
        assert next_action(status="open", terms=TERMS, state=state_after(), pack="TX", marks=None) == AT_ONCE

    @pytest.mark.parametrize("status", ["paid_off", "closed", "charged_off"])
    def test_is_none_for_an_account_that_is_not_open(self, status: str) -> None:
        assert action(state_after(), status=status) is None

    def test_of_a_late_account_is_its_next_step_or_fee(self) -> None:
        billed = replace(state_after(), billed_due_on=date(2030, 12, 5))
        marks = Marks(
            reminded_on=date(2030, 12, 5), fees_considered_on=FIRST_DUE_ON, bucket_due_on=FIRST_DUE_ON, bucket_days=1
        )
        assert action(billed, marks=marks) == NextAction(FIRST_DUE_ON + timedelta(days=16), Stage.CLOSING)
        considered = replace(marks, fees_considered_on=date(2031, 12, 5))
        assert action(billed, marks=considered) == NextAction(FIRST_DUE_ON + timedelta(days=30), Stage.CLOSING)

    @pytest.mark.parametrize(
        ("found", "after"),
        [
            (NextAction(FIRST_DUE_ON, Stage.OPENING), NextAction(FIRST_DUE_ON, Stage.CLOSING)),
            (NextAction(FIRST_DUE_ON - DAY, Stage.CLOSING), NextAction(FIRST_DUE_ON, Stage.CLOSING)),
            (NextAction(FIRST_DUE_ON + DAY, Stage.OPENING), NextAction(FIRST_DUE_ON + DAY, Stage.OPENING)),
            (None, None),
        ],
    )
    def test_lies_after_the_stage_that_is_over(self, found: NextAction | None, after: NextAction | None) -> None:
        assert after_stage(found, on=FIRST_DUE_ON, stage=Stage.OPENING) == after

    def test_that_a_closing_could_not_do_waits_for_the_next_day_and_hides_no_opening_of_it(self) -> None:
        found = NextAction(FIRST_DUE_ON, Stage.CLOSING)
        assert after_stage(found, on=FIRST_DUE_ON, stage=Stage.CLOSING) == NextAction(FIRST_DUE_ON + DAY, Stage.OPENING)


class TestAnUndonePayment:
    def test_brings_back_the_fee_that_it_had_kept_away(self) -> None:
        paid = a_payment(on=FIRST_DUE_ON, cents=41_237)
        state = replay(terms=TERMS, opening=OPENING, payments=[paid], events=[undone(paid, on=date(2026, 2, 1))])
        marks = Marks(reminded_on=FIRST_DUE_ON, fees_considered_on=date(2026, 2, 1), bucket_due_on=None, bucket_days=0)
        again = reopened(terms=TERMS, state=state, pack="TX", marks=marks)
        on = date(2026, 2, 2)
        assert list(fee_candidates(terms=TERMS, state=state, pack="TX", marks=marks, on=on)) == []
        assert list(fee_candidates(terms=TERMS, state=state, pack="TX", marks=again, on=on)) == [1]


def naive_run(case: Case, on: date) -> date | None:
    """Since when the account is late, found by looking at it at the end of every single day."""
    terms, opening, events = case
    since: date | None = None
    day = opening.as_of_on
    while day <= on:
        state = replay(
            terms=terms, opening=opening, events=[e for e in events if e.effective_on <= day], through_on=day
        )
        due = oldest_unpaid_due_on(terms=in_force(terms=terms, state=state), state=state)
        since = None if due is None or due >= day else since or due
        day += DAY
    return since


@given(histories(only=("payment", "payment", "fee")), st.integers(0, 150))
def test_the_run_of_lateness_is_what_looking_every_day_finds(case: Case, days: int) -> None:
    terms, opening, events = case
    on = opening.as_of_on + timedelta(days=days)
    known = [event for event in events if event.effective_on <= on]
    state = replay(terms=terms, opening=opening, events=known, through_on=on)
    found = delinquent_since(terms=in_force(terms=terms, state=state), state=state, on=on)
    assert found == naive_run((terms, opening, known), on)


@given(histories(only=("payment", "payment", "late_fee", "fee", "waiver", "bill")), st.integers(0, 400))
def test_every_look_at_an_account_is_followed_by_a_later_one_until_nothing_is_left(case: Case, days: int) -> None:
    """The days of a year find their way: each one is after the last, and what lies between has nothing to do."""
    terms, opening, events = case
    state = replay(terms=terms, opening=opening, events=events)
    first_on = state.last_effective_on + timedelta(days=1)
    marks = taken_over(terms=terms, state=state, on=first_on)
    place, looks = NextAction(first_on - DAY, Stage.CLOSING), 0
    found = next_action(status="open", terms=terms, state=state, pack="TX", marks=marks)
    while found is not None and found.on < first_on + timedelta(days=days):
        on, stage = max(found.on, place.on + DAY if place.stage is Stage.CLOSING else place.on), found.stage
        state, marks = looked_at(state, marks, case=case, on=on, stage=stage)
        following = after_stage(
            next_action(status="open", terms=terms, state=state, pack="TX", marks=marks), on=on, stage=stage
        )
        assert following is None or following > NextAction(on, stage)
        place, found, looks = NextAction(on, stage), following, looks + 1
    # A bill, five reminders and a fee for each instalment; five steps for the one that stays unpaid.
    assert looks <= 7 * (days // 28 + 2) + 8


def looked_at(
    state: AccountState, marks: Marks, *, case: Case, on: date, stage: Stage
) -> tuple[AccountState, Marks]:  # fmt: skip
    """What a stage of a day leaves on an account that pays nothing."""
    terms = in_force(terms=case[0], state=state)
    if stage is Stage.OPENING:
        number = number_to_bill(terms=terms, state=state, on=on)
        if number is not None:
            state = replace(state, billed_due_on=due_on(terms=terms, number=number))
        return state, replace(marks, reminded_on=max(on, marks.reminded_on))
    reached = bucket_of(days_past_due(terms=terms, state=state, on=on))
    due = oldest_unpaid_due_on(terms=terms, state=state) if reached else None
    return state, replace(
        marks, fees_considered_on=max(on, marks.fees_considered_on), bucket_due_on=due, bucket_days=reached
    )


def test_a_reminder_is_of_the_first_unpaid_instalment_that_is_still_to_come() -> None:
    late, paid = state_after(), state_after(a_payment(on=date(2025, 12, 20), cents=41_237, extra="paid_ahead"))
    ten_before_the_first, ten_before_the_second = date(2025, 12, 26), date(2026, 1, 26)
    assert reminder_of(terms=TERMS, state=late, on=ten_before_the_first) == 1
    assert reminder_of(terms=TERMS, state=paid, on=ten_before_the_first) is None
    assert reminder_of(terms=TERMS, state=paid, on=ten_before_the_second) == 2
    assert reminder_of(terms=TERMS, state=late, on=ten_before_the_second) == 2


def test_a_bucket_counts_as_told_only_within_one_run() -> None:
    marks = Marks(reminded_on=FIRST_DUE_ON, fees_considered_on=FIRST_DUE_ON, bucket_due_on=FIRST_DUE_ON, bucket_days=30)
    partly = state_after(a_payment(on=date(2026, 2, 10), cents=41_237))
    cured = state_after(a_payment(on=date(2026, 2, 4), cents=41_237))
    on = date(2026, 2, 12)
    assert told_bucket(terms=TERMS, state=partly, marks=marks, on=on) == 30
    assert told_bucket(terms=TERMS, state=cured, marks=marks, on=on) == 0
