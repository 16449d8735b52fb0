"""May due dates move, from which instalment on, and never sooner than they would have been."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
from services.accounts.rules.engine import replay
from services.accounts.rules.events import Acceleration, AccountEvent
from services.accounts.rules.moving import Asked, decide_deferment, decide_due_date_change
from services.accounts.rules.moving_wording import move_as_told
from services.accounts.rules.schedule import due_on
from services.accounts.rules.terms import LoanTerms, Opening
from tests.unit.accounts.builders import a_loan, a_payment, an_opening, the_reference_lease
from tests.unit.accounts.histories import loans

TODAY = date(2026, 4, 20)
TERMS = a_loan(rate="7.20", first_due_on=date(2026, 4, 5), payment_count=48)
OPENING = an_opening(as_of_on=date(2026, 4, 5), principal_cents=1_540_000, next_instalment_number=2)


def asked(
    *events: AccountEvent, terms: Any = TERMS, opening: Opening = OPENING, status: str = "open",
    earlier: Sequence[date] = (), on: date = TODAY,
) -> Asked:  # fmt: skip
    state = replay(terms=terms, opening=opening, events=events)
    return Asked(status=status, terms=terms, state=state, earlier=earlier, on=on)


def told(question: Asked, event: Any) -> dict[str, Any]:
    after = replay(terms=question.terms, opening=question.state.opening, events=[event])
    return move_as_told(
        account_id="a", is_preview=True, terms=question.terms, before=question.state, after=after, event=event,
        allocation=after.allocations[-1],
    )  # fmt: skip


class TestADueDateChange:
    def test_to_a_later_day_is_in_the_same_month_and_costs_45_57(self) -> None:
        event = decide_due_date_change(asked(), due_day=20, source_key="change")
        assert (event.from_number, event.due_day, event.months, event.effective_on) == (2, 20, 0, TODAY)
        found = told(asked(), event)
        assert (found["due_on_before"], found["due_on"]) == (date(2026, 5, 5), date(2026, 5, 20))
        assert found["added_interest_cents"] == 4_557
        assert "adds $45.57 of interest (15 days)" in found["explanation"]["sentence"]

    def test_to_an_earlier_day_waits_a_month(self) -> None:
        event = decide_due_date_change(asked(), due_day=4, source_key="change")
        assert (event.months, told(asked(), event)["due_on"]) == (1, date(2026, 6, 4))

    def test_from_the_31st_is_not_sooner_in_any_month_because_of_february(self) -> None:
        terms = a_loan(first_due_on=date(2026, 1, 31), due_day=31)
        question = asked(terms=terms, on=date(2026, 2, 10), opening=replace(OPENING, as_of_on=date(2026, 2, 1)))
        event = decide_due_date_change(question, due_day=28, source_key="change")
        assert (event.from_number, event.months) == (2, 1)
        assert told(question, event)["due_on"] == date(2026, 3, 28)

    def test_to_the_same_day_is_refused(self) -> None:
        with pytest.raises(DueDayUnchanged):
            decide_due_date_change(asked(), due_day=5, source_key="change")

    @given(
        case=loans(), days=st.lists(st.tuples(st.integers(1, 28), st.integers(0, 400)), min_size=1, max_size=3),
    )  # fmt: skip
    def test_moves_every_instalment_later_by_less_than_two_months_and_none_over_another(
        self, case: tuple[LoanTerms, Opening], days: list[tuple[int, int]]
    ) -> None:
        terms, opening = case
        terms = replace(terms, due_date_changes_per_year=120)
        on, events = opening.as_of_on, list[AccountEvent]()
        for index, (due_day, later) in enumerate(days):
            on += timedelta(days=later)
            state = replay(terms=terms, opening=opening, events=events)
            question = Asked(status="open", terms=terms, state=state, earlier=(), on=on)
            try:
                event = decide_due_date_change(question, due_day=due_day, source_key=f"change:{index}")
            except (AccountPastDue, DueDayUnchanged, NoInstalmentToMove):
                continue
            before = _due_dates(terms, opening, events)
            events.append(event)
            after = _due_dates(terms, opening, events)
            assert before[: event.from_number - 1] == after[: event.from_number - 1]
            assert all(0 <= (new - old).days <= 59 for old, new in zip(before, after, strict=True))
            assert after == sorted(set(after))
            assert not is_in_draft_window(due_on=before[event.from_number - 1], on=on)


def _due_dates(terms: LoanTerms, opening: Opening, events: list[AccountEvent]) -> list[date]:
    amended = in_force(terms=terms, state=replay(terms=terms, opening=opening, events=events))
    return [due_on(terms=amended, number=number) for number in range(1, terms.payment_count + 1)]


class TestADeferment:
    @pytest.mark.parametrize(
        ("first_due_on", "on", "months", "added"),
        [
            (date(2026, 4, 5), date(2026, 3, 20), 1, 9_113),
            (date(2028, 1, 5), date(2027, 12, 20), 2, 18_227),
        ],
    )
    def test_adds_what_the_principal_costs_while_it_waits(
        self, first_due_on: date, on: date, months: int, added: int
    ) -> None:
        terms = a_loan(rate="7.20", first_due_on=first_due_on, payment_count=48)
        question = asked(terms=terms, on=on, opening=an_opening(as_of_on=on, principal_cents=1_540_000))
        found = told(question, decide_deferment(question, months=months, source_key="deferment"))
        assert (found["from_instalment"], found["added_interest_cents"]) == (1, added)
        assert found["interest_to_come_cents"] - found["interest_to_come_before_cents"] > added
        assert found["maturity_on"] > found["maturity_on_before"]

    def test_says_what_the_next_drafts_take_and_when(self) -> None:
        drafts = told(asked(), decide_deferment(asked(), months=2, source_key="deferment"))["next_drafts"]
        assert [(draft["instalment_number"], draft["due_on_before"], draft["due_on"]) for draft in drafts] == [
            (2, date(2026, 5, 5), date(2026, 7, 5)),
            (3, date(2026, 6, 5), date(2026, 8, 5)),
            (4, date(2026, 7, 5), date(2026, 9, 5)),
        ]
        assert {draft["amount_cents"] for draft in drafts} == {41_237}

    def test_of_a_lease_bears_no_interest_and_its_credit_pays_first(self) -> None:
        opening = an_opening(
            as_of_on=date(2026, 1, 1), principal_cents=3_150_000, next_instalment_number=1, unapplied_cents=60_000
        )
        question = asked(terms=the_reference_lease(), opening=opening, on=date(2026, 1, 5))
        found = told(question, decide_deferment(question, months=1, source_key="deferment"))
        assert found["added_interest_cents"] == 0
        assert found["interest_to_come_cents"] == found["interest_to_come_before_cents"]
        assert [draft["amount_cents"] for draft in found["next_drafts"]] == [0, 36_480, 48_240]

    def test_longer_than_the_contract_allows_is_refused(self) -> None:
        with pytest.raises(DefermentTooLong, match="at most 2 months"):
            decide_deferment(asked(), months=3, source_key="deferment")

    def test_more_often_than_the_contract_allows_in_all_is_refused(self) -> None:
        long_ago = [date(2018 + year, 1, 1) for year in range(6)]
        with pytest.raises(ChangeLimitReached, match="6 times of deferring payments in all"):
            decide_deferment(asked(earlier=long_ago), months=1, source_key="deferment")


class TestWhatStandsInTheWay:
    @pytest.mark.parametrize(
        ("on", "number"),
        [(date(2026, 4, 29), 2), (date(2026, 4, 30), 3), (date(2026, 5, 5), 3)],
    )
    def test_an_instalment_due_within_three_business_days_does_not_move(self, on: date, number: int) -> None:
        assert decide_deferment(asked(on=on), months=1, source_key="deferment").from_number == number

    def test_of_the_last_instalment_in_its_window_nothing_moves(self) -> None:
        opening = replace(OPENING, next_instalment_number=48)
        with pytest.raises(NoInstalmentToMove):
            decide_deferment(asked(opening=opening, on=date(2030, 3, 4)), months=1, source_key="deferment")

    def test_what_is_past_due_is_named(self) -> None:
        with pytest.raises(AccountPastDue, match=r"\$412.37 has been due since 2026-05-05. Pay it"):
            decide_deferment(asked(on=date(2026, 5, 6)), months=1, source_key="deferment")

    def test_only_an_open_account_changes(self) -> None:
        with pytest.raises(AccountNotOpen):
            decide_due_date_change(asked(status="paid_off"), due_day=20, source_key="change")

    def test_a_balance_called_due_has_no_due_dates(self) -> None:
        called = Acceleration(source_key="called", effective_on=TODAY, reason="default")
        with pytest.raises(ChangeNotPossible, match="called due"):
            decide_due_date_change(asked(called), due_day=20, source_key="change")

    def test_a_second_change_within_twelve_months_says_when_it_is_possible(self) -> None:
        with pytest.raises(ChangeLimitReached, match=r"one time in twelve months\. Ask again from 2026-04-21"):
            decide_due_date_change(asked(earlier=[date(2025, 4, 21)]), due_day=20, source_key="change")
        assert decide_due_date_change(asked(earlier=[date(2025, 4, 20)]), due_day=20, source_key="change")

    def test_a_contract_may_allow_none_or_more(self) -> None:
        none = asked(terms=replace(TERMS, due_date_changes_per_year=0))
        with pytest.raises(ChangeLimitReached, match="does not allow it"):
            decide_due_date_change(none, due_day=20, source_key="change")
        earlier = [date(2026, 1, 1), date(2026, 3, 1)]
        with pytest.raises(ChangeLimitReached, match="Ask again from 2027-01-01"):
            decide_due_date_change(
                asked(terms=replace(TERMS, due_date_changes_per_year=2), earlier=earlier), due_day=20, source_key="x"
            )

    def test_what_was_paid_ahead_does_not_move(self) -> None:
        paid = a_payment(on=date(2026, 4, 19), cents=100_000, extra="paid_ahead")
        assert decide_deferment(asked(paid), months=1, source_key="deferment").from_number == 4
