"""Which readings are believed, and the miles at the end that follow from them."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.leases.rules.mileage import (
    MileageProjection,
    Reading,
    contradicted_by,
    is_plausible,
    project_mileage,
    prorated_allowance,
)

START = Reading(miles=12, read_on=date(2024, 1, 15))
ENDS_ON = date(2027, 1, 15)


def projected(*, miles: int, read_on: date, ends_on: date = ENDS_ON) -> MileageProjection | None:
    last = Reading(miles=miles, read_on=read_on)
    return project_mileage(last=last, start=START, ends_on=ends_on, allowance_miles=36_000, cents_per_mile=20)


def test_the_pace_so_far_goes_on_to_the_end() -> None:
    # 1,000 days for 30,000 miles, then 96 days to the end.
    projection = projected(miles=30_012, read_on=START.read_on + timedelta(days=1_000))
    assert projection is not None
    assert (projection.miles_per_day, projection.projected_miles) == (Decimal(30), 32_892)
    assert (projection.allowed_miles, projection.excess_miles, projection.excess_cents) == (36_012, 0, 0)


def test_the_worked_excess_is_836_dollars() -> None:
    projection = projected(miles=12 + 36_000 + 4_180, read_on=ENDS_ON)
    assert projection is not None
    assert (projection.excess_miles, projection.excess_cents) == (4_180, 83_600)


def test_the_first_day_says_nothing_of_the_pace() -> None:
    assert projected(miles=12, read_on=START.read_on) is None


@given(st.integers(0, 200_000), st.integers(1, 1_096))
def test_nobody_is_projected_to_fewer_miles_than_driven(driven: int, days: int) -> None:
    last = Reading(miles=START.miles + driven, read_on=START.read_on + timedelta(days=days))
    projection = projected(miles=last.miles, read_on=last.read_on)
    assert projection is not None
    assert projection.projected_miles >= last.miles
    assert projection.excess_cents == 20 * max(0, projection.projected_miles - projection.allowed_miles)


@pytest.mark.parametrize(
    ("miles", "read_on", "is_contradicted"),
    [
        (20_000, date(2026, 1, 1), False),
        (19_999, date(2026, 1, 1), True),
        (19_999, date(2025, 12, 31), False),
        (20_001, date(2025, 12, 31), True),
        (20_000, date(2027, 1, 1), False),
    ],
)
def test_an_odometer_never_runs_back(miles: int, read_on: date, is_contradicted: bool) -> None:
    known = [Reading(miles=20_000, read_on=date(2026, 1, 1))]
    assert (contradicted_by(Reading(miles=miles, read_on=read_on), known=known) is not None) is is_contradicted


@pytest.mark.parametrize(("miles", "expected"), [(5_012, True), (5_013, False)])
def test_more_miles_than_can_be_driven_are_flagged(miles: int, expected: bool) -> None:
    reading = Reading(miles=miles, read_on=START.read_on + timedelta(days=10))
    assert is_plausible(reading, known=[], start=START) is expected


@pytest.mark.parametrize(("used_days", "miles"), [(0, 0), (548, 18_000), (1_096, 36_000), (1_127, 37_018)])
def test_each_day_carries_as_much_of_the_allowance(used_days: int, miles: int) -> None:
    assert prorated_allowance(allowance_miles=36_000, term_days=1_096, used_days=used_days) == miles
