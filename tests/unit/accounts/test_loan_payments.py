"""A payment on a loan falls where the contract says, to the cent, and says why."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from services.accounts.rules.engine import apply_event, replay
from services.accounts.rules.state import ConflictingEvents, EffectiveBeforeOpening, EventOutOfOrder
from services.accounts.rules.terms import InvalidTerms
from tests.unit.accounts.builders import a_loan, a_payment, an_opening

OPENED_ON = date(2025, 12, 5)


def test_fees_come_last_so_that_the_instalment_is_filled_first() -> None:
    opening = an_opening(
        as_of_on=date(2026, 1, 5), principal_cents=1_825_000, accrued_interest_cents=9_640, fees_due_cents=4_000
    )
    state = replay(
        terms=a_loan(first_due_on=date(2026, 1, 5)),
        opening=opening,
        payments=[a_payment(on=date(2026, 1, 5), cents=45_000)],
    )
    (allocation,) = state.allocations
    assert (allocation.interest_cents, allocation.principal_cents, allocation.fees_cents) == (9_640, 31_597, 3_763)
    assert (state.fees_due_cents, state.next_instalment_number, allocation.instalments) == (237, 2, (1,))


def test_a_second_payment_is_right_once_the_returned_first_one_is_absent() -> None:
    terms = a_loan(rate="6.90", payment_cents=48_600, first_due_on=date(2026, 1, 5))
    opening = an_opening(as_of_on=OPENED_ON, principal_cents=2_460_000)
    first = a_payment(on=OPENED_ON + timedelta(days=31), cents=48_600)
    second = a_payment(on=OPENED_ON + timedelta(days=45), cents=48_600)
    with_first = replay(terms=terms, opening=opening, payments=[first])
    assert with_first.allocations[0].interest_cents == 14_416
    assert with_first.principal_cents == 2_425_816
    without_first = replay(terms=terms, opening=opening, payments=[second])
    assert without_first.allocations[0].interest_cents == 20_927
    assert without_first.allocations[0].principal_cents == 27_673
    assert without_first.principal_cents == 2_432_327


def test_the_tie_is_posted_half_up() -> None:
    opening = an_opening(as_of_on=date(2025, 3, 1))
    state = replay(terms=a_loan(), opening=opening, payments=[a_payment(on=date(2025, 3, 30), cents=20_000)])
    assert state.allocations[0].interest_cents == 9_411


def test_a_payment_that_does_not_cover_the_interest_leaves_the_rest_owed_without_interest_on_it() -> None:
    opening = an_opening(as_of_on=OPENED_ON)
    whole = a_payment(on=OPENED_ON + timedelta(days=62), cents=60_000)
    short = a_payment(on=OPENED_ON + timedelta(days=31), cents=5_000)
    once = replay(terms=a_loan(), opening=opening, payments=[whole])
    after_short = replay(terms=a_loan(), opening=opening, payments=[short])
    assert after_short.principal_cents == 1_825_000
    assert after_short.accrued_interest == Decimal("5059.5")
    both = replay(terms=a_loan(), opening=opening, payments=[short, whole])
    assert sum(a.interest_cents for a in both.allocations) == once.allocations[0].interest_cents == 20_119


def test_extra_money_lowers_the_principal_and_leaves_the_next_due_date() -> None:
    state = replay(terms=a_loan(), opening=an_opening(), payments=[a_payment(on=date(2026, 1, 5), cents=3 * 41_237)])
    assert (state.next_instalment_number, state.partial_paid_cents, state.payments_made) == (2, 0, 1)
    assert state.principal_cents == 1_825_000 - (3 * 41_237 - 10_060)


def test_extra_money_paid_ahead_moves_the_next_due_date_and_still_lowers_the_principal() -> None:
    payment = a_payment(on=date(2026, 1, 5), cents=3 * 41_237 + 100, extra="paid_ahead")
    state = replay(terms=a_loan(), opening=an_opening(), payments=[payment])
    assert (state.next_instalment_number, state.partial_paid_cents, state.payments_made) == (4, 100, 3)
    assert state.principal_cents == 1_825_000 - (3 * 41_237 + 100 - 10_060)
    assert state.allocations[0].instalments == (1, 2, 3)


def test_the_contract_decides_about_extra_money_when_the_payment_does_not() -> None:
    payment = a_payment(on=date(2026, 1, 5), cents=2 * 41_237)
    state = replay(terms=a_loan(extra_default="paid_ahead"), opening=an_opening(), payments=[payment])
    assert state.next_instalment_number == 3


def test_fees_are_paid_before_extra_principal() -> None:
    payment = a_payment(on=date(2026, 1, 5), cents=41_237 + 3_000)
    state = replay(terms=a_loan(), opening=an_opening(fees_due_cents=2_500), payments=[payment])
    assert (state.allocations[0].fees_cents, state.allocations[0].principal_cents) == (2_500, 41_237 - 10_060 + 500)


def test_a_late_payment_fills_the_oldest_instalment_first() -> None:
    payment = a_payment(on=date(2026, 2, 20), cents=41_237 + 10_000)
    state = replay(terms=a_loan(), opening=an_opening(), payments=[payment])
    assert (state.next_instalment_number, state.partial_paid_cents) == (2, 10_000)
    assert [step["to"] for step in state.allocations[0].explanation["steps"]] == [
        "accrued_interest",
        "past_due_principal",
    ]


def test_money_beyond_the_payoff_is_the_customers() -> None:
    opening = an_opening(
        principal_cents=50_000, next_instalment_number=60, as_of_on=date(2030, 11, 5), fees_due_cents=1_500
    )
    state = replay(terms=a_loan(), opening=opening, payments=[a_payment(on=date(2030, 12, 5), cents=60_000)])
    interest = state.allocations[0].interest_cents
    assert interest == 267
    assert (state.principal_cents, state.fees_due_cents) == (0, 0)
    assert state.unapplied_cents == 60_000 - 50_000 - 1_500 - interest
    assert state.next_instalment_number == 61


def test_a_level_payment_does_not_complete_a_larger_last_instalment() -> None:
    opening = an_opening(principal_cents=90_000, next_instalment_number=60, as_of_on=date(2030, 11, 5))
    state = replay(terms=a_loan(), opening=opening, payments=[a_payment(on=date(2030, 12, 5), cents=41_237)])
    assert (state.next_instalment_number, state.allocations[0].instalments) == (60, ())
    assert state.principal_cents == 90_000 - (41_237 - 480)


def test_a_payoff_in_mid_term_leaves_no_instalment() -> None:
    state = replay(terms=a_loan(), opening=an_opening(), payments=[a_payment(on=date(2026, 1, 5), cents=1_835_060)])
    assert (state.principal_cents, state.unapplied_cents, state.next_instalment_number) == (0, 0, 61)


def test_money_after_the_payoff_pays_fees_and_is_then_credit() -> None:
    opening = an_opening(principal_cents=0, next_instalment_number=61, as_of_on=date(2030, 12, 5), fees_due_cents=700)
    state = replay(terms=a_loan(), opening=opening, payments=[a_payment(on=date(2031, 1, 9), cents=1_000)])
    assert (state.fees_due_cents, state.unapplied_cents) == (0, 300)


def test_interest_paid_beyond_the_payment_date_is_not_charged_twice() -> None:
    opening = an_opening(as_of_on=date(2026, 1, 1), interest_paid_through_on=date(2026, 1, 20))
    payment = a_payment(on=date(2026, 1, 5), cents=41_237)
    state = replay(terms=a_loan(), opening=opening, payments=[payment])
    assert state.allocations[0].interest_cents == 0
    assert state.interest_from_on == date(2026, 1, 20)


def test_the_explanation_reproduces_the_interest() -> None:
    state = replay(terms=a_loan(), opening=an_opening(), payments=[a_payment(on=date(2026, 1, 5), cents=41_237)])
    explanation = state.allocations[0].explanation
    assert explanation["days"] == 31
    assert explanation["per_diem"] == "3.2450"
    assert explanation["annual_rate_percent"] == "6.49"
    assert explanation["interest_owed_cents"] == 10_060
    assert explanation["steps"] == [
        {"to": "accrued_interest", "amount_cents": 10_060},
        {"to": "current_principal", "amount_cents": 31_177},
    ]


def test_a_payment_effective_before_the_opening_is_refused() -> None:
    with pytest.raises(EffectiveBeforeOpening, match="2025-12-04"):
        replay(terms=a_loan(), opening=an_opening(), payments=[a_payment(on=date(2025, 12, 4), cents=1)])


def test_a_payment_that_belongs_earlier_cannot_be_added_at_the_end() -> None:
    state = replay(terms=a_loan(), opening=an_opening(), payments=[a_payment(on=date(2026, 1, 5), cents=41_237)])
    for misplaced in (a_payment(on=date(2026, 1, 4), cents=100), a_payment(on=date(2026, 1, 5), cents=41_237)):
        with pytest.raises(EventOutOfOrder):
            apply_event(terms=a_loan(), state=state, event=misplaced)


def test_a_payment_given_twice_counts_once_and_two_under_one_key_are_refused() -> None:
    payment = a_payment(on=date(2026, 1, 5), cents=41_237, key="payment:1")
    state = replay(terms=a_loan(), opening=an_opening(), payments=[payment, payment])
    assert len(state.allocations) == 1
    other = a_payment(on=date(2026, 1, 5), cents=41_238, key="payment:1")
    with pytest.raises(ConflictingEvents):
        replay(terms=a_loan(), opening=an_opening(), payments=[payment, other])


def test_a_payment_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="more than zero"):
        a_payment(on=date(2026, 1, 5), cents=0)


def test_a_loan_cannot_owe_principal_after_its_last_instalment() -> None:
    with pytest.raises(InvalidTerms, match="instalment left"):
        replay(terms=a_loan(), opening=an_opening(next_instalment_number=61), payments=[])
