"""The servicemember's cap: only for what was made before service, never a rise, lower instalments, and back again."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from services.accounts.rules.amendments import in_force
from services.accounts.rules.engine import replay
from services.accounts.rules.schedule import instalment_cents
from services.accounts.rules.servicemember import cap, end_of_cap, is_before_service
from services.accounts.rules.terms import LoanTerms
from tests.unit.accounts.builders import a_loan, a_payment, an_opening

CALLED_UP = date(2026, 1, 1)
# 60 months at 8.90 % on $21,000.00.
TERMS = a_loan(rate="8.90", payment_cents=43_491, first_due_on=date(2026, 1, 31))
OPENING = an_opening(as_of_on=CALLED_UP, principal_cents=2_100_000)


def capped(terms: LoanTerms = TERMS, *, from_on: date = CALLED_UP) -> object:
    state = replay(terms=terms, opening=OPENING)
    return cap(terms=terms, state=state, from_on=from_on, source_key="cap")


def test_a_cap_is_for_contracts_made_before_service_and_the_doubt_is_the_holders() -> None:
    assert is_before_service(contract_on=date(2025, 12, 31), called_up_on=CALLED_UP)
    assert is_before_service(contract_on=None, called_up_on=CALLED_UP)
    assert not is_before_service(contract_on=CALLED_UP, called_up_on=CALLED_UP)


def test_it_lowers_the_instalments_to_what_six_percent_takes() -> None:
    event = cap(terms=TERMS, state=replay(terms=TERMS, opening=OPENING), from_on=CALLED_UP, source_key="cap")
    assert event is not None
    assert (event.annual_rate_percent, event.from_number, event.payment_cents) == (Decimal("6.00"), 1, 40_599)


def test_it_forgives_50_06_of_thirty_days() -> None:
    state = replay(terms=TERMS, opening=OPENING)
    event = cap(terms=TERMS, state=state, from_on=CALLED_UP, source_key="cap")
    assert event is not None
    paid = a_payment(on=date(2026, 1, 31), cents=40_599)
    after = replay(terms=TERMS, opening=OPENING, events=[event], payments=[paid])
    assert after.allocations[-1].explanation["forgiven_cents"] == 5_006
    assert after.allocations[-1].instalments == (1,)


@pytest.mark.parametrize("rate", ["6.00", "4.90", "0"])
def test_a_loan_that_bears_no_more_is_left_alone(rate: str) -> None:
    assert capped(a_loan(rate=rate)) is None


def test_it_never_begins_before_the_books() -> None:
    event = cap(terms=TERMS, state=replay(terms=TERMS, opening=OPENING), from_on=date(2024, 1, 1), source_key="cap")
    assert event is not None
    assert event.effective_on == OPENING.as_of_on


def test_its_end_brings_back_the_contracts_rate_and_instalments() -> None:
    state = replay(terms=TERMS, opening=OPENING)
    begun = cap(terms=TERMS, state=state, from_on=CALLED_UP, source_key="cap")
    assert begun is not None
    served = replay(terms=TERMS, opening=OPENING, events=[begun])
    ended = end_of_cap(terms=TERMS, state=served, on=date(2026, 7, 1), source_key="end")
    assert ended is not None
    after = replay(terms=TERMS, opening=OPENING, events=[begun, ended])
    amended = in_force(terms=TERMS, state=after)
    assert (amended.annual_rate_percent, instalment_cents(terms=amended, number=2)) == (Decimal("8.90"), 43_491)
    assert after.amendments.forgiven_above_percent is None


def test_without_a_cap_there_is_nothing_to_end() -> None:
    state = replay(terms=TERMS, opening=OPENING)
    assert end_of_cap(terms=TERMS, state=state, on=date(2026, 7, 1), source_key="end") is None


def test_a_loan_without_an_instalment_left_keeps_what_it_asks_for() -> None:
    state = replace(replay(terms=TERMS, opening=OPENING), next_instalment_number=61)
    event = cap(terms=TERMS, state=state, from_on=CALLED_UP, source_key="cap")
    assert event is not None
    assert (event.from_number, event.payment_cents) == (None, None)
