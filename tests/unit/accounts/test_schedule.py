"""Due dates keep their day, and the last payment absorbs what is left."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.accounts.rules.schedule import (
    amortisation_rows,
    current_instalment_number,
    due_on,
    instalments_due_before,
    level_payment_cents,
    maturity_on,
)
from services.accounts.rules.terms import InvalidTerms
from tests.unit.accounts.builders import a_loan, the_reference_lease


def test_a_due_day_of_the_31st_is_clamped_month_by_month_and_comes_back() -> None:
    terms = a_loan(first_due_on=date(2027, 12, 31))
    assert [due_on(terms=terms, number=number) for number in (1, 2, 3, 4, 5)] == [
        date(2027, 12, 31),
        date(2028, 1, 31),
        date(2028, 2, 29),
        date(2028, 3, 31),
        date(2028, 4, 30),
    ]


def test_a_first_due_date_may_differ_from_the_due_day() -> None:
    terms = a_loan(first_due_on=date(2026, 2, 28), due_day=31)
    assert due_on(terms=terms, number=2) == date(2026, 3, 31)


def test_a_loan_matures_with_its_last_instalment_and_a_lease_a_month_after_it() -> None:
    assert maturity_on(terms=a_loan(payment_count=60)) == date(2030, 12, 5)
    assert maturity_on(terms=the_reference_lease()) == date(2029, 1, 15)


@given(
    first=st.dates(date(2024, 1, 1), date(2027, 12, 31)),
    due_day=st.integers(1, 31),
    on=st.dates(date(2023, 1, 1), date(2034, 1, 1)),
)
def test_the_current_instalment_is_the_first_one_due_on_or_after_the_date(first: date, due_day: int, on: date) -> None:
    terms = a_loan(first_due_on=first, due_day=due_day, payment_count=48)
    due_dates = [due_on(terms=terms, number=number) for number in range(1, 49)]
    earlier = sum(due < on for due in due_dates)
    assert instalments_due_before(terms=terms, on=on) == earlier
    assert current_instalment_number(terms=terms, on=on) == min(earlier + 1, 48)


def test_an_instalment_is_still_the_current_one_on_its_due_date() -> None:
    terms = a_loan()
    assert [current_instalment_number(terms=terms, on=due_on(terms=terms, number=n)) for n in (1, 2, 60)] == [1, 2, 60]


def test_a_level_payment_repays_in_equal_periods() -> None:
    assert (
        level_payment_cents(principal_cents=1_825_000, annual_rate_percent=Decimal("6.49"), payment_count=60) == 35700
    )
    assert level_payment_cents(principal_cents=120_000, annual_rate_percent=Decimal(0), payment_count=12) == 10_000


@given(rate=st.decimals("0", "29.99", places=2), principal=st.integers(1, 9_000_000), payment=st.integers(1, 200_000))
def test_the_schedule_always_ends_at_zero(rate: Decimal, principal: int, payment: int) -> None:
    terms = a_loan(rate=str(rate), payment_cents=payment, payment_count=24)
    rows = amortisation_rows(
        terms=terms, principal_cents=principal, interest_from_on=date(2025, 12, 5), accrued=Decimal(0), first_number=1
    )
    assert rows[-1].balance_cents == 0
    assert sum(row.principal_cents for row in rows) == principal
    assert all(row.payment_cents == row.interest_cents + row.principal_cents for row in rows)
    assert all(row.payment_cents <= payment for row in rows[:-1])


def test_the_first_row_charges_the_days_since_the_last_payment() -> None:
    rows = amortisation_rows(
        terms=a_loan(),
        principal_cents=1_825_000,
        interest_from_on=date(2025, 12, 5),
        accrued=Decimal(0),
        first_number=1,
    )
    assert rows[0].due_on == date(2025, 12, 5) + timedelta(days=31)
    assert (rows[0].interest_cents, rows[0].principal_cents) == (10060, 31177)


def test_terms_that_no_contract_can_have_are_refused() -> None:
    with pytest.raises(InvalidTerms, match="due day"):
        a_loan(due_day=32)
    with pytest.raises(InvalidTerms, match="annual rate"):
        a_loan(rate="649")
