"""What closes a loan on a date: part by part, by the day, and exactly."""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chassis.money import round_half_up_cents
from services.accounts.contract.errors import GoodThroughOutOfRange
from services.accounts.rules.engine import replay
from services.accounts.rules.interest import accrual_days, format_per_diem, interest_cents
from services.accounts.rules.payoff import (
    COUNTED_PAYMENT_RETURNED,
    DRIFT_BEYOND_LIMIT,
    Line,
    PayoffPolicy,
    Promise,
    drift_cents,
    is_met,
    payoff_on,
    refund_cents,
    require_good_through,
    share_refund,
    shown_status,
    why_withdraw,
)
from services.accounts.rules.payoff_wording import explained
from services.accounts.rules.state import AccountState, opened
from services.accounts.rules.terms import LoanTerms, Opening
from tests.unit.accounts.builders import a_loan, a_payment, an_opening, the_reference_lease
from tests.unit.accounts.histories import loans

LAST_PAID_ON, GOOD_THROUGH, PAID_ON = date(2026, 4, 5), date(2026, 4, 30), date(2026, 4, 27)
POLICY = PayoffPolicy(days_ahead_max=30, drift_cents_max=1_000, refunds_small_credit=False)
A_LEASE = the_reference_lease()


def the_worked_loan() -> LoanTerms:
    return a_loan(rate="5.90", payment_count=60, first_due_on=date(2024, 5, 5))


def the_worked_opening(**changed: int) -> Opening:
    """$12,345.67 at 5.90 %, last paid on 5 April 2026, $15.00 of fees."""
    opening: dict[str, Any] = {"principal_cents": 1_234_567, "fees_due_cents": 1_500, "next_instalment_number": 25}
    return an_opening(as_of_on=LAST_PAID_ON, **{**opening, **changed})


def the_worked_state(**changed: int) -> AccountState:
    return opened(opening=the_worked_opening(**changed))


def a_promise(**changed: Any) -> Promise:
    known: dict[str, Any] = {"payoff_cents": 1_241_056, "good_through": GOOD_THROUGH, "status": "live"}
    return Promise(**{**known, "received_cents": 1_241_056, **changed})


class TestTheWorkedExample:
    def test_is_what_a_servicing_expert_finds(self) -> None:
        figures = payoff_on(terms=the_worked_loan(), state=the_worked_state(), on=GOOD_THROUGH)
        parts = (figures.principal_cents, figures.interest_cents, figures.fees_cents)
        assert parts == (1_234_567, 4_989, 1_500)
        assert (figures.payoff_cents, format_per_diem(figures.per_diem)) == (1_241_056, "1.9956")

    def test_costs_less_three_days_earlier_and_the_difference_is_the_refund(self) -> None:
        early = payoff_on(terms=the_worked_loan(), state=the_worked_state(), on=PAID_ON).payoff_cents
        assert early == 1_240_457
        paid = replay(
            terms=the_worked_loan(), opening=the_worked_opening(), payments=[a_payment(on=PAID_ON, cents=1_241_056)]
        )
        assert refund_cents(unapplied_cents=paid.unapplied_cents, policy=POLICY) == 599

    def test_explains_itself(self) -> None:
        terms, state = the_worked_loan(), the_worked_state()
        figures = payoff_on(terms=terms, state=state, on=GOOD_THROUGH)
        explanation: dict[str, Any] = explained(terms=terms, state=state, figures=figures)
        assert explanation["sentence"] == (
            "$12,410.56 closes the account if it is effective by April 30, 2026. "
            "Each day after that adds $1.9956 while nothing else changes."
        )
        assert [part["sentence"] for part in explanation["parts"]] == [
            "Principal not yet repaid: $12,345.67.",
            (
                "Interest on $12,345.67 at 5.90% a year from April 5, 2026 to April 30, 2026: "
                "25 days of a 365-day year: $49.89."
            ),
            "Fees charged and not yet paid: $15.00.",
        ]
        assert explanation["interest"]["days"] == 25
        assert explanation["notes"] == [
            "Payments that are still on their way are not counted.",
            "The account closes, and its title is released, once the money has settled.",
            "Should the bank return a payment that is counted here, the account opens again even if this was paid.",
        ]

    def test_takes_the_customers_credit_off(self) -> None:
        figures = payoff_on(terms=the_worked_loan(), state=the_worked_state(unapplied_cents=5_000), on=GOOD_THROUGH)
        assert (figures.credit_cents, figures.payoff_cents) == (5_000, 1_241_056 - 5_000)

    def test_is_never_below_zero(self) -> None:
        figures = payoff_on(terms=the_worked_loan(), state=the_worked_state(unapplied_cents=9_999_999), on=PAID_ON)
        assert (figures.credit_cents, figures.payoff_cents) == (1_240_457, 0)


@st.composite
def quoted_loans(draw: st.DrawFn) -> tuple[LoanTerms, AccountState, date]:
    """A loan somewhere in its life, and the day of a quote."""
    terms, opening = draw(loans())
    first = draw(st.integers(0, 200))
    payment = a_payment(on=opening.as_of_on + timedelta(days=first), cents=draw(st.integers(1, 200_000)))
    state = replay(terms=terms, opening=opening, payments=[payment])
    return terms, state, payment.effective_on + timedelta(days=draw(st.integers(0, 60)))


def owed_unrounded(terms: LoanTerms, state: AccountState, on: date) -> Decimal:
    return state.accrued_interest + interest_cents(
        principal_cents=state.principal_cents,
        annual_rate_percent=terms.annual_rate_percent,
        day_count=terms.day_count,
        from_on=state.interest_from_on,
        to_on=on,
    )


@given(case=quoted_loans(), days=st.integers(0, 45))
def test_each_day_adds_the_per_diem_to_within_the_cent_that_rounding_costs(
    case: tuple[LoanTerms, AccountState, date], days: int
) -> None:
    terms, state, on = case
    later = on + timedelta(days=days)
    assume(terms.day_count != "actual/actual" or later.year == on.year)
    first, second = (payoff_on(terms=terms, state=state, on=day) for day in (on, later))
    printed = Decimal(format_per_diem(first.per_diem)) * 100
    counted = accrual_days(day_count=terms.day_count, from_on=state.interest_from_on, to_on=later) - accrual_days(
        day_count=terms.day_count, from_on=state.interest_from_on, to_on=on
    )
    # Four places of a dollar leave half of a hundredth of a cent a day.
    assert abs(second.payoff_cents - first.payoff_cents - printed * counted) <= 1 + counted * Decimal("0.005")
    exact = owed_unrounded(terms, state, on) + first.per_diem * counted
    to_the_cent = exact.quantize(Decimal("0.0000000001"), rounding=ROUND_HALF_UP)
    assert second.interest_cents == round_half_up_cents(to_the_cent)


@given(case=quoted_loans())
def test_paying_exactly_the_quote_closes_the_loan_at_zero(case: tuple[LoanTerms, AccountState, date]) -> None:
    terms, state, on = case
    quote = payoff_on(terms=terms, state=state, on=on).payoff_cents
    assume(quote > 0)
    history = [a_payment(on=state.last_effective_on, cents=sum(a.amount_cents for a in state.allocations))]
    paid = replay(terms=terms, opening=state.opening, payments=[*history, a_payment(on=on, cents=quote, key="quote")])
    assert not any((paid.principal_cents, paid.accrued_interest, paid.fees_due_cents))
    assert paid.unapplied_cents == state.unapplied_cents
    if quote > 1:
        short = a_payment(on=on, cents=quote - 1, key="short")
        left = replay(terms=terms, opening=state.opening, payments=[*history, short])
        assert payoff_on(terms=terms, state=left, on=on).payoff_cents == 1


class TestTheLastGoodDay:
    TODAY = date(2026, 4, 10)

    @pytest.mark.parametrize("days", [0, 1, 30])
    def test_is_today_or_within_the_policy(self, days: int) -> None:
        require_good_through(good_through=self.TODAY + timedelta(days=days), today=self.TODAY, policy=POLICY)

    @pytest.mark.parametrize("days", [-1, 31, 400])
    def test_is_neither_past_nor_further_ahead(self, days: int) -> None:
        with pytest.raises(GoodThroughOutOfRange) as refused:
            require_good_through(good_through=self.TODAY + timedelta(days=days), today=self.TODAY, policy=POLICY)
        assert refused.value.errors[0].pointer == "/good_through"
        assert "Choose a date from 2026-04-10 to 2026-05-10." in refused.value.detail

    @pytest.mark.parametrize(("today", "shown"), [(GOOD_THROUGH, "live"), (GOOD_THROUGH + timedelta(1), "expired")])
    def test_ends_the_quote_whether_noted_or_not(self, today: date, shown: str) -> None:
        assert shown_status(status="live", good_through=GOOD_THROUGH, today=today) == shown

    def test_does_not_change_what_became_of_a_quote_before(self) -> None:
        for status in ("met", "withdrawn"):
            assert shown_status(status=status, good_through=GOOD_THROUGH, today=date(2027, 1, 1)) == status


class TestMeetingAQuote:
    @pytest.mark.parametrize("status", ["live", "expired"])
    def test_takes_all_the_money_in_time_also_when_it_is_told_late(self, status: str) -> None:
        assert is_met(promise=a_promise(status=status), effective_on=GOOD_THROUGH)

    def test_is_not_done_by_a_cent_less(self) -> None:
        assert not is_met(promise=a_promise(received_cents=1_241_055), effective_on=PAID_ON)

    def test_is_not_done_a_day_late(self) -> None:
        assert not is_met(promise=a_promise(), effective_on=GOOD_THROUGH + timedelta(days=1))

    def test_is_done_once(self) -> None:
        assert not is_met(promise=a_promise(status="met"), effective_on=PAID_ON)

    @pytest.mark.parametrize(("days", "met"), [(-1, True), (0, True), (1, False)])
    def test_holds_for_money_given_before_we_withdrew_it(self, days: int, met: bool) -> None:
        withdrawn_on = PAID_ON - timedelta(days=days)
        promise = a_promise(status="withdrawn", withdrawn_reason=DRIFT_BEYOND_LIMIT, withdrawn_on=withdrawn_on)
        assert is_met(promise=promise, effective_on=PAID_ON) is met

    def test_is_void_once_a_payment_that_it_counted_came_back(self) -> None:
        promise = a_promise(status="withdrawn", withdrawn_reason=COUNTED_PAYMENT_RETURNED, withdrawn_on=GOOD_THROUGH)
        assert not is_met(promise=promise, effective_on=PAID_ON)


class TestDrift:
    def drift(self, state: AccountState, *, received_cents: int = 0) -> int:
        promise = a_promise(received_cents=received_cents)
        return drift_cents(promise=promise, terms=the_worked_loan(), state=state)

    def test_is_nothing_while_nothing_is_found(self) -> None:
        assert self.drift(the_worked_state()) == 0

    def test_is_what_we_find_out_after_the_promise(self) -> None:
        assert self.drift(the_worked_state(fees_due_cents=4_000)) == 2_500

    def test_is_not_made_by_the_customers_own_money(self) -> None:
        terms, opening = the_worked_loan(), the_worked_opening()
        paid = replay(terms=terms, opening=opening, payments=[a_payment(on=date(2026, 4, 15), cents=50_000)])
        assert -200 < self.drift(paid, received_cents=50_000) <= 0

    def test_within_the_limit_is_ours(self) -> None:
        assert why_withdraw(drift_cents=1_000, limit_cents=1_000, counted_returned=False) is None

    def test_beyond_the_limit_ends_the_promise(self) -> None:
        assert why_withdraw(drift_cents=1_001, limit_cents=1_000, counted_returned=False) == DRIFT_BEYOND_LIMIT

    def test_a_returned_payment_that_was_counted_ends_it_at_any_amount(self) -> None:
        assert why_withdraw(drift_cents=0, limit_cents=1_000, counted_returned=True) == COUNTED_PAYMENT_RETURNED


class TestARefund:
    @pytest.mark.parametrize(("credit", "refund"), [(0, 0), (1, 0), (100, 0), (101, 101), (59_900, 59_900)])
    def test_is_everything_above_a_dollar(self, credit: int, refund: int) -> None:
        assert refund_cents(unapplied_cents=credit, policy=POLICY) == refund

    def test_may_be_less_where_the_company_wants_it(self) -> None:
        generous = PayoffPolicy(days_ahead_max=30, drift_cents_max=0, refunds_small_credit=True)
        assert refund_cents(unapplied_cents=1, policy=generous) == 1


class TestALease:
    LINES = (
        Line(code="residual", description="Price of the vehicle under the lease", amount_cents=1_890_000),
        Line(code="sales_tax", description="Sales tax", amount_cents=139_200),
    )

    def figures(self, on: date, *, credit: int = 0) -> Any:
        opening = an_opening(
            as_of_on=A_LEASE.first_due_on, principal_cents=3_150_000, fees_due_cents=2_500, unapplied_cents=credit
        )
        return payoff_on(terms=A_LEASE, state=opened(opening=opening), on=on, lines=self.LINES)

    def test_is_priced_by_its_lines_with_what_is_due_and_the_fees(self) -> None:
        figures = self.figures(date(2026, 2, 15))
        assert (figures.other_cents, figures.fees_cents) == (1_890_000 + 139_200 + 2 * 48_240, 2_500)
        assert figures.payoff_cents == 2_029_200 + 96_480 + 2_500
        assert self.figures(date(2026, 2, 14)).other_cents == 2_029_200 + 48_240

    def test_names_each_line(self) -> None:
        state = opened(opening=an_opening(as_of_on=A_LEASE.first_due_on, principal_cents=3_150_000))
        figures = payoff_on(terms=A_LEASE, state=state, on=date(2026, 1, 20), lines=self.LINES)
        explanation: dict[str, Any] = explained(terms=A_LEASE, state=state, figures=figures, lines=self.LINES)
        assert [(part["code"], part["amount_cents"]) for part in explanation["parts"]] == [
            ("instalments_due", 48_240),
            ("residual", 1_890_000),
            ("sales_tax", 139_200),
        ]
        assert sum(part["amount_cents"] for part in explanation["parts"]) == figures.payoff_cents


@pytest.mark.parametrize(
    ("cents", "shares"),
    [
        (599, [("last", 599)]),
        (10_000, [("last", 10_000)]),
        (10_019, [("last", 10_000), ("larger", 19)]),
        (10_700, [("last", 10_000), ("largest", 700)]),
        # Beyond what any one payment brought it waits for a person.
        (19_001, [("last", 10_000)]),
    ],
)
def test_no_payment_carries_back_more_than_it_brought(cents: int, shares: list[tuple[str, int]]) -> None:
    room_cents = {"last": 10_000, "spent": 0, "larger": 600, "largest": 9_000}
    assert share_refund(cents=cents, arrived_key="last", room_cents=room_cents) == shares


def test_a_payment_that_has_carried_everything_back_carries_no_more() -> None:
    assert share_refund(cents=50, arrived_key="spent", room_cents={"spent": 0, "other": 50}) == [("other", 50)]
    assert share_refund(cents=50, arrived_key="undone", room_cents={}) == []
