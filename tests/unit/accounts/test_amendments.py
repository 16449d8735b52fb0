"""What may change of a contract after it was signed: its rate, its instalments, its due dates, each to the cent."""

from datetime import date
from decimal import Decimal

import pytest

from services.accounts.rules.engine import replay
from services.accounts.rules.events import (
    Acceleration,
    AccountEvent,
    Deferment,
    DueDateChange,
    InvalidEvent,
    RateChange,
)
from services.accounts.rules.standing import Standing, standing
from services.accounts.rules.state import AccountState
from services.accounts.rules.terms import LoanTerms, Opening
from tests.unit.accounts.builders import a_loan, a_payment, an_opening, the_reference_lease

OPENING = an_opening(as_of_on=date(2026, 4, 5), principal_cents=1_540_000)
TERMS = a_loan(rate="7.20", first_due_on=date(2026, 4, 5), payment_count=48)


def account(*events: AccountEvent, terms: LoanTerms = TERMS, opening: Opening = OPENING) -> AccountState:
    return replay(terms=terms, opening=opening, events=events)


def shown(*events: AccountEvent, on: date) -> Standing:
    return standing(terms=TERMS, state=account(*events), on=on)


def a_cap(on: date, *, percent: str = "6.00") -> RateChange:
    return RateChange(
        source_key=f"rate:{on}", effective_on=on, annual_rate_percent=Decimal(percent), reason="servicemember"
    )


class TestAServicemembersCap:
    TERMS = a_loan(rate="8.90", first_due_on=date(2026, 1, 31))
    OPENING = an_opening(as_of_on=date(2026, 1, 1), principal_cents=2_100_000)
    PAYMENT = a_payment(on=date(2026, 1, 31), cents=41_237)

    def test_forgives_50_06_of_thirty_days(self) -> None:
        plain = account(self.PAYMENT, terms=self.TERMS, opening=self.OPENING)
        capped = account(a_cap(date(2026, 1, 1)), self.PAYMENT, terms=self.TERMS, opening=self.OPENING)
        assert plain.allocations[-1].interest_cents == 15_362
        assert capped.allocations[-1].interest_cents == 10_356
        assert capped.allocations[-1].explanation["forgiven_cents"] == 5_006
        assert capped.allocations[-1].explanation["rate_without_cap_percent"] == "8.90"
        assert plain.principal_cents - capped.principal_cents == 5_006

    def test_that_is_learnt_later_replays_from_the_day_of_the_call_up(self) -> None:
        learnt_later = account(self.PAYMENT, a_cap(date(2026, 1, 1)), terms=self.TERMS, opening=self.OPENING)
        assert learnt_later == account(a_cap(date(2026, 1, 1)), self.PAYMENT, terms=self.TERMS, opening=self.OPENING)

    def test_never_raises_a_rate_that_is_lower_already(self) -> None:
        terms = a_loan(rate="4.90", first_due_on=date(2026, 1, 31))
        capped = account(a_cap(date(2026, 1, 1)), self.PAYMENT, terms=terms, opening=self.OPENING)
        assert capped.allocations[-1].explanation["annual_rate_percent"] == "4.90"
        assert capped.allocations[-1].explanation["forgiven_cents"] == 0

    def test_ends_with_the_contracts_own_rate(self) -> None:
        back = RateChange(
            source_key="rate:back", effective_on=date(2026, 1, 16), annual_rate_percent=Decimal("8.90"),
            reason="modification",
        )  # fmt: skip
        state = account(a_cap(date(2026, 1, 1)), back, self.PAYMENT, terms=self.TERMS, opening=self.OPENING)
        assert state.allocations[-1].explanation["interest_owed_cents"] == 5_178 + 7_681
        assert "forgiven_cents" not in state.allocations[-1].explanation


class TestARateChange:
    def test_splits_the_period_by_days_and_recognises_what_came_before(self) -> None:
        change = RateChange(
            source_key="rate", effective_on=date(2026, 4, 15), annual_rate_percent=Decimal("3.60"),
            reason="modification",
        )  # fmt: skip
        state = account(change, a_payment(on=date(2026, 5, 5), cents=50_000))
        at_first, recorded = state.allocations[0], state.allocations[1]
        assert (at_first.kind, at_first.interest_recognised_cents) == ("rate_changed", 3_038)
        # 10 days at 3.0378 and 20 at 1.5189: 60.76, of which 30.38 were recognised before.
        assert (recorded.interest_cents, recorded.interest_recognised_cents) == (6_076, 3_038)

    def test_can_lower_the_instalments_from_one_on(self) -> None:
        change = RateChange(
            source_key="rate", effective_on=date(2026, 4, 6), annual_rate_percent=Decimal("6.00"),
            reason="servicemember", from_number=2, payment_cents=40_000,
        )  # fmt: skip
        assert shown(change, on=date(2026, 5, 4)).amount_due_cents == 41_237 + 40_000
        first = a_payment(on=date(2026, 4, 5), cents=41_237)
        found = shown(change, first, a_payment(on=date(2026, 5, 5), cents=40_000), on=date(2026, 5, 6))
        assert (found.past_due_cents, found.next_instalment_number, found.payments_made) == (0, 3, 2)

    def test_is_not_for_a_lease(self) -> None:
        opening = an_opening(as_of_on=date(2026, 1, 1), principal_cents=3_150_000)
        with pytest.raises(InvalidEvent, match="lease"):
            replay(terms=the_reference_lease(), opening=opening, events=[a_cap(date(2026, 1, 1))])


class TestADueDateChange:
    FROM_THE_5TH_TO_THE_20TH = DueDateChange(
        source_key="due date", effective_on=date(2026, 4, 1 + 5), from_number=2, due_day=20, months=0
    )

    def test_from_the_5th_to_the_20th_adds_45_57_of_interest(self) -> None:
        (allocation,) = account(self.FROM_THE_5TH_TO_THE_20TH).allocations
        explained = {name: allocation.explanation[name] for name in ("days", "per_diem", "added_interest_cents")}
        assert explained == {"days": 15, "per_diem": "3.0378", "added_interest_cents": 4_557}
        assert (allocation.explanation["due_on_before"], allocation.explanation["due_on"]) == (
            "2026-05-05",
            "2026-05-20",
        )

    def test_moves_every_due_date_from_that_instalment_on(self) -> None:
        first = a_payment(on=date(2026, 4, 5), cents=41_237)
        found = shown(first, self.FROM_THE_5TH_TO_THE_20TH, on=date(2026, 5, 10))
        assert (found.next_due_on, found.past_due_cents, found.days_past_due) == (date(2026, 5, 20), 0, 0)
        assert found.maturity_on == date(2030, 3, 20)

    def test_to_an_earlier_day_can_wait_a_month(self) -> None:
        change = DueDateChange(source_key="due date", effective_on=date(2026, 4, 6), from_number=2, due_day=1, months=1)
        assert shown(a_payment(on=date(2026, 4, 5), cents=41_237), change, on=date(2026, 5, 10)).next_due_on == date(
            2026, 6, 1
        )

    @pytest.mark.parametrize("day", [0, 29, 31])
    def test_is_to_a_day_that_every_month_has(self, day: int) -> None:
        with pytest.raises(InvalidEvent, match="1 to 28"):
            DueDateChange(source_key="due date", effective_on=date(2026, 4, 6), from_number=2, due_day=day, months=0)

    def test_of_an_instalment_that_the_contract_does_not_have_is_refused(self) -> None:
        change = DueDateChange(
            source_key="due date", effective_on=date(2026, 4, 6), from_number=49, due_day=1, months=0
        )
        with pytest.raises(InvalidEvent, match="no instalment 49"):
            account(change)


class TestADeferment:
    def test_of_a_month_adds_91_13_and_of_sixty_days_182_27(self) -> None:
        one = Deferment(source_key="deferment", effective_on=date(2026, 4, 5), from_number=1, months=1)
        assert account(one).allocations[0].explanation["added_interest_cents"] == 9_113
        # From 5 January to 5 March 2028, a leap year: sixty days.
        terms = a_loan(rate="7.20", first_due_on=date(2028, 1, 5), payment_count=48)
        opening = an_opening(as_of_on=date(2028, 1, 5), principal_cents=1_540_000)
        two = Deferment(source_key="deferment", effective_on=date(2028, 1, 5), from_number=1, months=2)
        explained = account(two, terms=terms, opening=opening).allocations[0].explanation
        assert (explained["days"], explained["added_interest_cents"]) == (60, 18_227)

    def test_stops_the_clock_of_lateness_and_moves_maturity(self) -> None:
        deferred = Deferment(source_key="deferment", effective_on=date(2026, 4, 20), from_number=1, months=2)
        late, found = shown(on=date(2026, 4, 25)), shown(deferred, on=date(2026, 4, 25))
        assert (late.days_past_due, late.past_due_cents) == (20, 41_237)
        assert (found.days_past_due, found.past_due_cents, found.next_due_on) == (0, 0, date(2026, 6, 5))
        assert (late.maturity_on, found.maturity_on) == (date(2030, 3, 5), date(2030, 5, 5))

    def test_lets_interest_go_on_so_that_the_next_payment_goes_to_it_first(self) -> None:
        deferred = Deferment(source_key="deferment", effective_on=date(2026, 4, 5), from_number=1, months=1)
        state = account(deferred, a_payment(on=date(2026, 5, 5), cents=41_237))
        assert state.allocations[-1].interest_cents == 9_113
        assert state.allocations[-1].instalments == (1,)

    def test_of_a_lease_bears_no_interest(self) -> None:
        opening = an_opening(as_of_on=date(2026, 1, 1), principal_cents=3_150_000)
        deferred = Deferment(source_key="deferment", effective_on=date(2026, 1, 10), from_number=1, months=1)
        state = replay(terms=the_reference_lease(), opening=opening, events=[deferred])
        assert "added_interest_cents" not in state.allocations[0].explanation
        assert standing(terms=the_reference_lease(), state=state, on=date(2026, 1, 20)).days_past_due == 0

    def test_of_nothing_is_refused(self) -> None:
        with pytest.raises(InvalidEvent, match="1 to 12 months"):
            Deferment(source_key="deferment", effective_on=date(2026, 4, 5), from_number=1, months=0)


def test_a_balance_called_due_is_due_whole() -> None:
    called = Acceleration(source_key="acceleration", effective_on=date(2026, 4, 10), reason="default")
    found = shown(called, on=date(2026, 4, 25))
    assert found.past_due_cents == found.amount_due_cents == found.payoff_ceiling_cents == 1_540_000 + 6_076
