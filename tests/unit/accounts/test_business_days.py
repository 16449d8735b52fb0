"""Which days banks settle on."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.accounts.contract.business_days import (
    business_day_on_or_after,
    business_day_on_or_before,
    business_days_after,
    business_days_before,
    federal_reserve_holidays,
    is_business_day,
)

DATES = st.dates(min_value=date(1990, 1, 1), max_value=date(2090, 12, 31))


@pytest.mark.parametrize(
    ("year", "published"),
    [
        (
            2025,
            "01-01 01-20 02-17 05-26 06-19 07-04 09-01 10-13 11-11 11-27 12-25",
        ),
        (
            2026,  # 4 July is a Saturday: the banks are open on the Friday before it
            "01-01 01-19 02-16 05-25 06-19 07-04 09-07 10-12 11-11 11-26 12-25",
        ),
        (
            2028,  # 1 January is a Saturday, 11 November too
            "01-01 01-17 02-21 05-29 06-19 07-04 09-04 10-09 11-11 11-23 12-25",
        ),
        (
            2027,  # 4 July is a Sunday and kept on the Monday after it
            "01-01 01-18 02-15 05-31 06-19 07-05 09-06 10-11 11-11 11-25 12-25",
        ),
        (2021, "01-01 01-18 02-15 05-31 07-05 09-06 10-11 11-11 11-25 12-25"),
    ],
)
def test_holidays_are_those_that_the_reserve_banks_publish(year: int, published: str) -> None:
    expected = {date.fromisoformat(f"{year}-{day}") for day in published.split()}
    assert federal_reserve_holidays(year=year) == expected


def test_a_holiday_on_a_saturday_closes_no_friday() -> None:
    assert is_business_day(on=date(2026, 7, 3))
    assert not is_business_day(on=date(2026, 7, 4))


def test_thanksgiving_of_2026_is_stepped_over() -> None:
    assert business_day_on_or_after(on=date(2026, 11, 26)) == date(2026, 11, 27)
    assert business_day_on_or_before(on=date(2026, 11, 26)) == date(2026, 11, 25)
    assert business_days_after(on=date(2026, 11, 25), count=2) == date(2026, 11, 30)
    assert business_days_before(on=date(2026, 11, 30), count=2) == date(2026, 11, 25)


@given(on=DATES, count=st.integers(min_value=1, max_value=30))
def test_counting_ahead_and_back_meets_again(on: date, count: int) -> None:
    start = business_day_on_or_after(on=on)
    ahead = business_days_after(on=start, count=count)
    assert is_business_day(on=ahead)
    assert business_days_before(on=ahead, count=count) == start
    between = [start + timedelta(days=n) for n in range(1, (ahead - start).days + 1)]
    assert sum(is_business_day(on=day) for day in between) == count
