"""The contract says whether fees come last or first, and fees first never make an instalment late."""

from datetime import date

import pytest

from services.accounts.rules.engine import replay
from services.accounts.rules.events import Fee
from services.accounts.rules.lateness import unpaid_cents
from services.accounts.rules.standing import standing
from services.accounts.rules.state import AccountState, Payment
from services.accounts.rules.terms import InvalidTerms, Waterfall
from tests.unit.accounts.builders import a_late_fee, a_loan, a_payment, an_opening, the_reference_lease

DUE_ON = date(2026, 1, 5)
OPENING = an_opening(as_of_on=DUE_ON, principal_cents=1_825_000, accrued_interest_cents=9_640)
# A late fee of 25.00 and one of 15.00 for a returned cheque, both older than the instalment.
FEES = (
    Fee(source_key="fee:1", effective_on=DUE_ON, kind="other_fee", amount_cents=2_500, reason="late"),
    Fee(source_key="fee:2", effective_on=DUE_ON, kind="returned_payment_fee", amount_cents=1_500, reason="R01"),
)


def after(*payments: Payment, waterfall: Waterfall) -> AccountState:
    return replay(terms=a_loan(waterfall=waterfall), opening=OPENING, events=[*FEES, *payments])


def test_450_dollars_with_fees_last_fill_the_instalment_and_leave_2_37_of_the_fees() -> None:
    state = after(a_payment(on=DUE_ON, cents=45_000), waterfall="fees_last")
    paid = state.allocations[-1]
    assert (paid.interest_cents, paid.principal_cents, paid.fees_cents) == (9_640, 31_597, 3_763)
    assert [(fee.source_key, fee.unpaid_cents) for fee in state.open_fees] == [("fee:2", 237)]
    found = standing(terms=a_loan(), state=state, on=date(2026, 1, 6))
    assert (found.days_past_due, found.past_due_cents) == (0, 0)


def test_450_dollars_with_fees_first_leave_the_instalment_2_37_short() -> None:
    state = after(a_payment(on=DUE_ON, cents=45_000), waterfall="fees_first")
    paid = state.allocations[-1]
    assert (paid.fees_cents, paid.interest_cents, paid.principal_cents) == (4_000, 9_640, 31_360)
    assert (state.open_fees, state.next_instalment_number, state.partial_paid_cents) == ((), 1, 41_000)
    found = standing(terms=a_loan(waterfall="fees_first"), state=state, on=date(2026, 1, 6))
    assert (found.past_due_cents, found.days_past_due) == (237, 1)
    steps = [step["to"] for step in paid.explanation["steps"]]
    assert steps == ["fees", "accrued_interest", "current_principal"]


def test_no_late_fee_follows_from_money_that_went_to_earlier_fees() -> None:
    terms = a_loan(waterfall="fees_first")
    state = after(a_payment(on=DUE_ON, cents=45_000), waterfall="fees_first")
    assert unpaid_cents(terms=terms, state=state, number=1) == 0
    fee = a_late_fee(terms=terms, number=1)
    charged = replay(terms=terms, opening=OPENING, events=[*FEES, a_payment(on=DUE_ON, cents=45_000), fee])
    assert (charged.allocations[-1].kind, charged.fees_due_cents) == ("late_fee_reversed", 0)


def test_the_shortfall_of_an_earlier_fee_is_never_charged_for_in_the_months_after_it_either() -> None:
    terms, on = a_loan(waterfall="fees_first"), date(2026, 2, 5)
    payments = (a_payment(on=DUE_ON, cents=45_000), a_payment(on=on, cents=41_237))
    state = after(*payments, waterfall="fees_first")
    assert (state.next_instalment_number, state.partial_paid_cents, state.diverted_cents) == (2, 41_000, 237)
    assert unpaid_cents(terms=terms, state=state, number=2) == 0
    short = after(payments[0], a_payment(on=on, cents=30_000), waterfall="fees_first")
    assert unpaid_cents(terms=terms, state=short, number=2) == 11_237


def test_once_the_shortfall_is_made_up_it_excuses_nothing_any_more() -> None:
    terms = a_loan(waterfall="fees_first")
    payments = (a_payment(on=DUE_ON, cents=45_000), a_payment(on=date(2026, 1, 20), cents=237 + 41_237))
    state = after(*payments, a_payment(on=date(2026, 3, 5), cents=41_000), waterfall="fees_first")
    assert (state.diverted_cents, state.next_instalment_number) == (0, 3)
    assert unpaid_cents(terms=terms, state=state, number=3) == 237


def test_a_lease_may_take_fees_first_too() -> None:
    opening = an_opening(as_of_on=date(2026, 1, 1), principal_cents=3_150_000, fees_due_cents=2_000)
    payment = a_payment(on=date(2026, 1, 15), cents=48_240)
    terms = the_reference_lease(waterfall="fees_first")
    state = replay(terms=terms, opening=opening, payments=[payment])
    assert (state.allocations[0].fees_cents, state.partial_paid_cents, state.fees_due_cents) == (2_000, 46_240, 0)
    assert unpaid_cents(terms=terms, state=state, number=1) == 0
    last = replay(terms=the_reference_lease(), opening=opening, payments=[payment])
    assert (last.allocations[0].fees_cents, last.next_instalment_number) == (0, 2)


def test_the_oldest_fee_is_paid_first() -> None:
    state = after(a_payment(on=DUE_ON, cents=41_237 + 2_600), waterfall="fees_last")
    assert [(fee.source_key, fee.unpaid_cents) for fee in state.open_fees] == [("fee:2", 1_400)]


def test_a_waterfall_that_nobody_knows_is_refused() -> None:
    with pytest.raises(InvalidTerms, match="waterfall"):
        a_loan(waterfall="fees_never")  # type: ignore[arg-type]
