"""A grace that would end on a day without banks ends on the next one with, if the contract says so and only then."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.accounts.contract.portfolio import LoanTermsSchema
from services.accounts.models import terms_as_stored, terms_from_stored
from services.accounts.rules.agenda import Marks, NextAction, Stage, next_action
from services.accounts.rules.assessing import NotChargeable, decide_late_fee, grace_days
from services.accounts.rules.engine import replay
from services.accounts.rules.events import LateFee
from services.accounts.rules.history import History
from services.accounts.rules.late_fees import chargeable_from
from services.accounts.rules.terms import LoanTerms
from tests.unit.accounts.builders import a_loan, a_payment, an_opening

# Ten days after 5 March 2026 it is a Sunday.
DUE_ON, SUNDAY, MONDAY = date(2026, 3, 5), date(2026, 3, 15), date(2026, 3, 16)
AS_WRITTEN = a_loan(first_due_on=DUE_ON)
ROLLING = replace(AS_WRITTEN, grace_rolls=True)
OPENING = an_opening(as_of_on=date(2026, 2, 5))


def decided(terms: LoanTerms, *, on: date) -> LateFee:
    state = replay(terms=terms, opening=OPENING)
    history = History(events=(), held={})
    return decide_late_fee(
        terms=terms, state=state, history=history, number=1, pack="PA", on=on, source_key="late_fee:1"
    )  # fmt: skip


def test_on_a_sunday_it_ends_where_the_contract_says_nothing() -> None:
    assert decided(AS_WRITTEN, on=MONDAY).chargeable_from == MONDAY
    assert grace_days(terms=AS_WRITTEN, jurisdiction="PA", due_on=DUE_ON) == 10


def test_it_rolls_over_the_sunday_where_the_contract_says_so() -> None:
    with pytest.raises(NotChargeable, match="in grace; ask from 2026-03-17 on"):
        decided(ROLLING, on=MONDAY)
    fee = decided(ROLLING, on=MONDAY + timedelta(days=1))
    assert (fee.chargeable_from, fee.amount_cents) == (date(2026, 3, 17), 824)
    assert grace_days(terms=ROLLING, jurisdiction="PA", due_on=DUE_ON) == 11


def test_a_payment_on_the_day_it_rolled_to_is_in_time() -> None:
    fee = decided(ROLLING, on=date(2026, 3, 17))
    paid = a_payment(on=MONDAY, cents=41_237)
    assert replay(terms=ROLLING, opening=OPENING, events=[paid, fee]).fees_due_cents == 0


@pytest.mark.parametrize(
    ("due_on", "last_on"),
    [
        # A Wednesday; the Saturday before Labor Day, which is a holiday too; Thanksgiving; Christmas on a Friday.
        (date(2026, 3, 8), date(2026, 3, 18)),
        (date(2026, 8, 26), date(2026, 9, 8)),
        (date(2026, 11, 16), date(2026, 11, 27)),
        (date(2026, 12, 15), date(2026, 12, 28)),
    ],
)
def test_holidays_of_the_reserve_banks_are_days_without_banks(due_on: date, last_on: date) -> None:
    found = chargeable_from(state="PA", due_on=due_on, grace_days=10, grace_rolls=True)
    assert found == last_on + timedelta(days=1)


@pytest.mark.parametrize(("terms", "fee_on"), [(AS_WRITTEN, MONDAY), (ROLLING, date(2026, 3, 17))])
def test_the_business_day_comes_to_the_account_on_the_first_day_it_may_charge(terms: LoanTerms, fee_on: date) -> None:
    billed = replace(replay(terms=terms, opening=OPENING), billed_due_on=date(2031, 2, 5))
    marks = Marks(reminded_on=date(2031, 2, 5), fees_considered_on=DUE_ON, bucket_due_on=DUE_ON, bucket_days=1)
    found = next_action(status="open", terms=terms, state=billed, pack="PA", marks=marks)
    assert found == NextAction(fee_on, Stage.CLOSING)


def test_it_is_stored_where_a_contract_has_it_and_read_back() -> None:
    assert "grace_rolls" not in terms_as_stored(AS_WRITTEN)
    for terms in (AS_WRITTEN, ROLLING):
        assert terms_from_stored("loan", terms_as_stored(terms)) == terms


def test_a_portfolio_may_name_it() -> None:
    written = {
        "annual_rate_percent": "6.49", "day_count": "actual/365", "payment_cents": 41_237, "payment_count": 60,
        "first_due_on": "2026-03-05", "due_day": 5, "grace_days": 10,
    }  # fmt: skip
    assert LoanTermsSchema().load(written) == AS_WRITTEN
    assert LoanTermsSchema().load({**written, "grace_rolls": True}) == ROLLING
