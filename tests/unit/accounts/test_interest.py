"""Interest follows the calendar to the cent, on each day count."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.money import round_half_up_cents
from services.accounts.rules.interest import (
    AccrualSpan,
    accrual_days,
    accrual_spans,
    format_per_diem,
    interest_cents,
    per_diem_cents,
)
from services.accounts.rules.terms import DayCount

REFERENCE_RATE = Decimal("6.49")


def reference_interest(*, from_on: date, to_on: date, day_count: DayCount = "actual/365") -> Decimal:
    return interest_cents(
        principal_cents=1_825_000,
        annual_rate_percent=REFERENCE_RATE,
        day_count=day_count,
        from_on=from_on,
        to_on=to_on,
    )


def test_thirty_one_days_of_the_reference_loan_cost_100_60() -> None:
    exact = reference_interest(from_on=date(2025, 3, 1), to_on=date(2025, 4, 1))
    assert exact == Decimal("10059.5")
    assert round_half_up_cents(exact) == 10060


def test_the_tie_of_29_days_goes_up() -> None:
    exact = reference_interest(from_on=date(2025, 3, 1), to_on=date(2025, 3, 30))
    assert exact == Decimal("9410.5")
    assert round_half_up_cents(exact) == 9411


def test_a_30_360_month_of_the_reference_loan_costs_98_70() -> None:
    exact = reference_interest(from_on=date(2025, 3, 1), to_on=date(2025, 4, 1), day_count="30/360")
    assert round_half_up_cents(exact) == 9870


def test_29_days_within_a_leap_year_are_divided_by_366() -> None:
    exact = reference_interest(from_on=date(2024, 2, 1), to_on=date(2024, 3, 1), day_count="actual/actual")
    assert round_half_up_cents(exact) == 9385


def test_actual_365_stays_at_365_in_a_leap_year() -> None:
    exact = reference_interest(from_on=date(2024, 2, 1), to_on=date(2024, 3, 1))
    assert round_half_up_cents(exact) == 9411


def test_actual_actual_splits_at_the_first_of_january() -> None:
    spans = accrual_spans(day_count="actual/actual", from_on=date(2023, 12, 20), to_on=date(2024, 1, 11))
    assert spans == (AccrualSpan(12, 365), AccrualSpan(10, 366))
    exact = reference_interest(from_on=date(2023, 12, 20), to_on=date(2024, 1, 11), day_count="actual/actual")
    by_hand = 1_825_000 * REFERENCE_RATE / 100 * (Decimal(12) / 365 + Decimal(10) / 366)
    assert abs(exact - by_hand) < Decimal("1e-15")


@pytest.mark.parametrize(
    ("from_on", "to_on", "days"),
    [
        (date(2025, 1, 31), date(2025, 2, 28), 28),
        (date(2025, 1, 31), date(2025, 3, 31), 60),
        (date(2025, 1, 30), date(2025, 3, 31), 60),
        (date(2025, 1, 29), date(2025, 3, 31), 62),
        (date(2025, 2, 28), date(2025, 3, 28), 30),
        (date(2024, 12, 15), date(2025, 12, 15), 360),
    ],
)
def test_30_360_counts_months_of_thirty_days(from_on: date, to_on: date, days: int) -> None:
    assert accrual_days(day_count="30/360", from_on=from_on, to_on=to_on) == days


def test_the_reference_per_diem_keeps_four_decimals() -> None:
    per_diem = per_diem_cents(
        principal_cents=1_825_000, annual_rate_percent=REFERENCE_RATE, day_count="actual/365", on=date(2025, 3, 1)
    )
    assert format_per_diem(per_diem) == "3.2450"


def test_no_interest_accrues_when_the_dates_do_not_advance() -> None:
    assert reference_interest(from_on=date(2025, 3, 9), to_on=date(2025, 3, 9)) == 0
    assert reference_interest(from_on=date(2025, 3, 9), to_on=date(2025, 3, 1)) == 0


@given(
    start=st.dates(date(2019, 1, 1), date(2031, 1, 1)),
    first_days=st.integers(0, 800),
    second_days=st.integers(0, 800),
    day_count=st.sampled_from(["actual/365", "actual/actual"]),
)
def test_interest_of_two_adjoining_periods_adds_up(
    start: date, first_days: int, second_days: int, day_count: DayCount
) -> None:
    middle = date.fromordinal(start.toordinal() + first_days)
    end = date.fromordinal(middle.toordinal() + second_days)
    whole = reference_interest(from_on=start, to_on=end, day_count=day_count)
    parts = reference_interest(from_on=start, to_on=middle, day_count=day_count)
    parts += reference_interest(from_on=middle, to_on=end, day_count=day_count)
    assert abs(whole - parts) < Decimal("1e-15")
