"""The facts of a month: how late, since when, by which code; what is deferred is not late, and a run is unbroken."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.accounts.contract.furnishing import STATUS_CODES
from services.accounts.rules.engine import replay
from services.accounts.rules.events import AccountEvent, ChargeOff, Deferment
from services.accounts.rules.furnishing import (
    BY_LATENESS,
    CHARGED_OFF_CODE,
    CLOSED_CODE,
    Facts,
    Waiting,
    facts_of,
    first_delinquent_on,
    months_to_freeze,
    states_through,
)
from services.accounts.rules.months import is_month_end
from services.accounts.rules.standing import standing
from services.accounts.rules.terms import LoanTerms, Opening
from tests.unit.accounts.builders import a_loan, a_payment, an_opening, the_reference_lease, undone
from tests.unit.accounts.histories import Case, histories

# Due on the 5th from January 2026 on, $412.37 each.
TERMS, OPENING = a_loan(), an_opening()
PAYMENT_CENTS = 41_237


def facts(
    *events: AccountEvent, on: date, status: str = "open", closed_on: date | None = None,
    deferments: Sequence[Waiting] = (), flags: Sequence[str] = (), terms: Any = TERMS, opening: Opening = OPENING,
) -> Facts:  # fmt: skip
    states = states_through(terms=terms, opening=opening, events=events, on=on)
    return facts_of(
        product="loan" if isinstance(terms, LoanTerms) else "lease", status=status, closed_on=closed_on, terms=terms,
        state=states[-1], first_delinquent_on=first_delinquent_on(terms=terms, states=states, on=on),
        deferments=deferments, flags=flags, on=on,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("on", "days", "code"),
    [
        (date(2026, 1, 31), 26, "11"), (date(2026, 2, 28), 54, "71"), (date(2026, 3, 31), 85, "78"),
        (date(2026, 4, 30), 115, "80"), (date(2026, 5, 31), 146, "82"), (date(2026, 6, 30), 176, "83"),
        (date(2026, 7, 31), 207, "84"),
    ],
)  # fmt: skip
def test_the_code_follows_the_days_past_due(on: date, days: int, code: str) -> None:
    found = facts(on=on)
    assert (found.days_past_due, found.status_code) == (days, code)
    assert found.first_delinquent_on == date(2026, 1, 5)


def test_the_codes_are_those_of_the_contract() -> None:
    assert {code for _, code in BY_LATENESS} | {CLOSED_CODE, CHARGED_OFF_CODE} == set(STATUS_CODES)


class TestTheFirstDelinquency:
    def since(self, *events: AccountEvent, on: date) -> date | None:
        return facts(*events, on=on).first_delinquent_on

    def test_stays_while_one_instalment_after_the_other_is_paid_late(self) -> None:
        # Each month the oldest is paid after the next was due.
        late = [a_payment(on=date(2026, month, 10), cents=PAYMENT_CENTS) for month in (2, 3, 4)]
        assert self.since(*late, on=date(2026, 4, 30)) == date(2026, 1, 5)
        assert facts(*late, on=date(2026, 4, 30)).days_past_due == 25

    def test_ends_with_a_day_on_which_nothing_is_late_and_begins_anew(self) -> None:
        cured = a_payment(on=date(2026, 2, 10), cents=2 * PAYMENT_CENTS, extra="paid_ahead")
        assert self.since(cured, on=date(2026, 2, 28)) is None
        assert self.since(cured, on=date(2026, 3, 31)) == date(2026, 3, 5)

    def test_is_kept_over_a_part_of_an_instalment(self) -> None:
        part = a_payment(on=date(2026, 2, 10), cents=PAYMENT_CENTS + 100)
        assert self.since(part, on=date(2026, 2, 28)) == date(2026, 1, 5)

    def test_is_as_had_a_returned_payment_never_been(self) -> None:
        cured = a_payment(on=date(2026, 2, 10), cents=2 * PAYMENT_CENTS, extra="paid_ahead")
        returned = undone(cured, on=date(2026, 3, 20))
        assert self.since(cured, returned, on=date(2026, 2, 28)) == date(2026, 1, 5)

    def test_of_what_happens_after_the_month_nothing_shows(self) -> None:
        paid = a_payment(on=date(2026, 3, 1), cents=3 * PAYMENT_CENTS, extra="paid_ahead")
        assert facts(paid, on=date(2026, 2, 28)) == facts(on=date(2026, 2, 28))

    def test_of_a_charged_off_account_is_that_of_the_run_that_led_there(self) -> None:
        charged_off = ChargeOff(source_key="off", effective_on=date(2026, 6, 10), reason="120 days")
        recovered = a_payment(on=date(2026, 6, 20), cents=50_000)
        found = facts(charged_off, recovered, on=date(2026, 6, 30), status="charged_off")
        assert (found.status_code, found.first_delinquent_on, found.days_past_due) == ("97", date(2026, 1, 5), 0)
        assert found.current_balance_cents == found.amount_past_due_cents == found.charged_off_cents - 50_000

    @given(case=histories(), days=st.integers(0, 1_300))
    def test_is_there_exactly_while_something_is_late_and_not_after_the_due_date_of_it(
        self, case: Case, days: int
    ) -> None:
        terms, opening, events = case
        on = opening.as_of_on + timedelta(days=days)
        states = states_through(terms=terms, opening=opening, events=events, on=on)
        if states[-1].is_charged_off:
            return
        found = standing(terms=terms, state=states[-1], on=on)
        since = first_delinquent_on(terms=terms, states=states, on=on)
        assert (since is not None) == (found.days_past_due > 0)
        assert since is None or (found.next_due_on is not None and since <= found.next_due_on < on)

    @given(case=histories(), days=st.integers(0, 1_300))
    def test_the_state_through_a_day_is_that_of_a_replay_of_the_events_by_then(self, case: Case, days: int) -> None:
        terms, opening, events = case
        on = opening.as_of_on + timedelta(days=days)
        known = [event for event in events if event.effective_on <= on]
        whole = replay(terms=terms, opening=opening, events=known)
        learnt_later = {event.source_key for event in events} - {event.source_key for event in known}
        if any(key.startswith("reversal") for key in learnt_later):
            return
        assert replace(states_through(terms=terms, opening=opening, events=events, on=on)[-1], awaited=()) == replace(
            whole, awaited=()
        )


class TestADeferment:
    DEFERRED = Deferment(source_key="deferment", effective_on=date(2026, 1, 2), from_number=1, months=2)
    WAITING = Waiting(effective_on=date(2026, 1, 2), due_on_before=date(2026, 1, 5), due_on=date(2026, 3, 5))

    @pytest.mark.parametrize(
        ("on", "is_deferred"),
        [(date(2025, 12, 31), False), (date(2026, 1, 31), True), (date(2026, 2, 28), True), (date(2026, 3, 31), False)],
    )
    def test_is_marked_while_an_instalment_that_would_have_been_due_waits(self, on: date, is_deferred: bool) -> None:
        assert facts(self.DEFERRED, on=on, deferments=[self.WAITING]).is_deferred is is_deferred

    def test_is_current_and_not_late(self) -> None:
        found = facts(self.DEFERRED, on=date(2026, 2, 28), deferments=[self.WAITING])
        assert (found.status_code, found.days_past_due, found.first_delinquent_on) == ("11", 0, None)
        assert found.amount_past_due_cents == 0


class TestAStatus:
    def test_of_a_loan_closed_by_then_is_closed_and_owes_nothing(self) -> None:
        paid = a_payment(on=date(2026, 1, 5), cents=2_000_000)
        found = facts(paid, on=date(2026, 1, 31), status="closed", closed_on=date(2026, 1, 20))
        assert (found.status_code, found.current_balance_cents) == ("13", 0)
        assert facts(paid, on=date(2026, 1, 31), status="closed", closed_on=date(2026, 2, 3)).status_code == "11"

    def test_of_a_loan_paid_off_after_the_month_is_open_in_it(self) -> None:
        paid = a_payment(on=date(2026, 3, 3), cents=2_000_000)
        found = facts(paid, on=date(2026, 2, 28), status="closed", closed_on=date(2026, 3, 9))
        assert (found.status_code, found.days_past_due) == ("71", 54)

    def test_of_an_account_taken_over_charged_off_stays(self) -> None:
        opening = replace(OPENING, principal_cents=0, next_instalment_number=61)
        assert facts(on=date(2026, 1, 31), status="charged_off", opening=opening).status_code == "97"

    def test_of_a_lease_counts_its_instalments(self) -> None:
        opening = an_opening(as_of_on=date(2026, 1, 1), principal_cents=3_150_000)
        found = facts(on=date(2026, 2, 28), terms=the_reference_lease(), opening=opening)
        assert (found.status_code, found.days_past_due, found.amount_past_due_cents) == ("71", 44, 2 * 48_240)
        assert found.current_balance_cents == 36 * 48_240

    def test_of_a_dispute_is_marked(self) -> None:
        found = facts(on=date(2026, 1, 31), flags=["dispute", "bankruptcy"])
        assert (found.flags, found.compliance_condition_code) == (("bankruptcy", "dispute"), "XB")
        assert facts(on=date(2026, 1, 31), flags=["bankruptcy"]).compliance_condition_code is None


class TestTheMonths:
    def test_are_frozen_once_they_have_ended_and_missed_ones_are_caught_up(self) -> None:
        assert months_to_freeze(last_frozen_on=None, today=date(2026, 11, 23)) == [date(2026, 10, 31)]
        assert months_to_freeze(last_frozen_on=date(2026, 10, 31), today=date(2026, 11, 30)) == []
        assert months_to_freeze(last_frozen_on=date(2026, 10, 31), today=date(2027, 3, 1)) == [
            date(2026, 11, 30), date(2026, 12, 31), date(2027, 1, 31), date(2027, 2, 28),
        ]  # fmt: skip

    @given(today=st.dates(date(2024, 1, 1), date(2032, 1, 1)))
    def test_end_before_the_day(self, today: date) -> None:
        (month_end,) = months_to_freeze(last_frozen_on=None, today=today)
        assert is_month_end(month_end)
        assert 1 <= (today - month_end).days <= 31
