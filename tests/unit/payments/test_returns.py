"""What follows from a bank's return, for every code of the network."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.accounts.contract.business_days import is_business_day
from services.accounts.rules.returned_payment_fees import MISSING_FUNDS
from services.payments.rules.returns import (
    CONSEQUENCES,
    DISPUTE_LOST,
    OTHER,
    PRESENTED_AGAIN_WITHIN,
    PRESENTMENTS_MAX,
    consequence_of,
    decide_return,
)

NETWORK_CODES = [f"R{number:02d}" for number in range(1, 86)]
RETURNED_ON = date(2026, 11, 23)

codes = st.sampled_from([*NETWORK_CODES, DISPUTE_LOST])
days = st.dates(date(2025, 1, 1), date(2030, 12, 31))


def codes_where(which: str) -> set[str]:
    return {code for code in NETWORK_CODES if getattr(consequence_of(code), which)}


class TestTheTable:
    def test_presents_again_only_what_missed_its_funds(self) -> None:
        assert codes_where("may_be_presented_again") == {"R01", "R09"}

    def test_charges_only_for_what_accounts_charges_for(self) -> None:
        assert codes_where("may_cost_fee") == set(MISSING_FUNDS)

    def test_disables_what_is_closed_wrong_unauthorized_or_frozen(self) -> None:
        assert codes_where("disables_method") == {
            "R02", "R03", "R04", "R13", "R20", "R05", "R07", "R10", "R29", "R51", "R14", "R15", "R16",
        }  # fmt: skip

    def test_ends_autopay_where_nobody_may_debit_again(self) -> None:
        ends = {code for code in NETWORK_CODES if consequence_of(code).autopay == "ends"}
        assert ends == {"R05", "R07", "R10", "R29", "R51", "R14", "R15"}

    def test_what_is_our_doing_leaves_autopay_and_costs_nothing(self) -> None:
        for code in ("R06", "R11", "R12", "R17", "R18", "R24", "R28"):
            consequence = consequence_of(code)
            assert (consequence.autopay, consequence.may_cost_fee, consequence.asks_person) == ("goes_on", False, True)

    @pytest.mark.parametrize("code", NETWORK_CODES)
    def test_has_an_answer_for_every_code_and_a_person_for_what_is_unlikely(self, code: str) -> None:
        consequence = consequence_of(code)
        assert consequence.reason
        assert consequence.advice.endswith(".")
        if code not in CONSEQUENCES:
            assert consequence is OTHER
            assert consequence.asks_person

    def test_takes_a_lost_dispute_for_money_that_is_gone(self) -> None:
        lost = consequence_of(DISPUTE_LOST)
        assert (lost.may_be_presented_again, lost.may_cost_fee, lost.asks_person) == (False, False, True)


class TestADecision:
    def decided_on(self, code: str = "R01", **changed: object) -> date | None:
        known = {
            "presentment_number": 1, "first_presented_on": date(2026, 11, 20), "returned_on": RETURNED_ON,
            "is_bank_account": True,
        }  # fmt: skip
        return decide_return(code=code, **{**known, **changed}).present_again_on  # type: ignore[arg-type]

    def test_presents_again_three_business_days_later(self) -> None:
        # Thursday the 26th is Thanksgiving.
        assert self.decided_on() == date(2026, 11, 27)

    def test_presents_twice_more_and_never_a_third_time(self) -> None:
        again = [self.decided_on(presentment_number=number) is not None for number in (1, 2, 3, 4)]
        assert again == [True, True, False, False]

    def test_never_presents_more_than_180_days_after_the_first_time(self) -> None:
        last = date(2026, 11, 27) - timedelta(days=180)
        assert self.decided_on(first_presented_on=last) == date(2026, 11, 27)
        assert self.decided_on(first_presented_on=last - timedelta(days=1)) is None

    def test_never_presents_a_card_again(self) -> None:
        assert self.decided_on(is_bank_account=False) is None

    def test_says_when_the_money_must_be_there(self) -> None:
        decided = decide_return(
            code="R01", presentment_number=1, first_presented_on=RETURNED_ON, returned_on=RETURNED_ON,
            is_bank_account=True,
        )  # fmt: skip
        assert "November 27, 2026" in decided.next_step

    def test_says_how_to_pay_where_nothing_more_is_tried(self) -> None:
        decided = decide_return(
            code="R01", presentment_number=3, first_presented_on=RETURNED_ON, returned_on=RETURNED_ON,
            is_bank_account=True,
        )  # fmt: skip
        assert decided.next_step == "Please pay with another method."

    @given(code=codes, number=st.integers(1, 5), first_on=days, later=st.integers(0, 400), is_bank=st.booleans())
    def test_keeps_the_networks_limits_whatever_comes(
        self, code: str, number: int, first_on: date, later: int, is_bank: bool
    ) -> None:
        returned_on = first_on + timedelta(days=later)
        again_on = decide_return(
            code=code, presentment_number=number, first_presented_on=first_on, returned_on=returned_on,
            is_bank_account=is_bank,
        ).present_again_on  # fmt: skip
        if again_on is not None:
            assert code in ("R01", "R09")
            assert is_bank
            assert number < PRESENTMENTS_MAX
            assert returned_on < again_on <= first_on + PRESENTED_AGAIN_WITHIN
            assert is_business_day(on=again_on)
