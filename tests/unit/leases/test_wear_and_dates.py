"""Normal wear costs nothing; the days that matter; and the same as a calendar file."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from services.leases.rules.calendar import calendar_file, lease_dates, milestone_reached
from services.leases.rules.wear import LIMITS, Finding, assess_wear

ENDS_ON = date(2027, 1, 15)


@pytest.mark.parametrize(
    ("item", "inches", "charge_cents"),
    [
        ("body_mark", "3.9", 0),
        ("body_mark", "4", 15_000),
        ("glass_crack", "1.9", 0),
        ("glass_crack", "2", 35_000),
        ("chip", "0.4", 0),
        ("chip", "0.5", 7_500),
        ("tire_tread", "0.126", 0),
        ("tire_tread", "0.125", 16_000),
    ],
)
def test_wear_is_normal_up_to_its_limit(item: str, inches: str, charge_cents: int) -> None:
    (assessed,) = assess_wear([Finding(item=item, inches=Decimal(inches), count=1)])
    assert (assessed.is_normal, assessed.charge_cents) == (charge_cents == 0, charge_cents)


def test_each_one_is_charged() -> None:
    findings = [Finding(item="body_mark", inches=Decimal(5), count=2), Finding(item="chip", inches=Decimal(1), count=1)]
    assert [each.charge_cents for each in assess_wear(findings)] == [30_000, 7_500]
    assert set(LIMITS) == {"body_mark", "glass_crack", "chip", "tire_tread"}


@pytest.mark.parametrize(
    ("days_left", "milestone"),
    [(121, None), (120, 120), (91, 120), (90, 90), (60, 60), (31, 60), (30, 30), (8, 30), (7, 7), (0, 7), (-1, None)],
)
def test_a_milestone_is_reached_on_its_day(days_left: int, milestone: int | None) -> None:
    assert milestone_reached(ends_on=ENDS_ON, today=ENDS_ON - timedelta(days=days_left)) == milestone


def test_the_calendar_file_holds_every_date_once() -> None:
    dates = lease_dates(ends_on=ENDS_ON)
    text = calendar_file(account_id="a1", dates=dates, made_at=datetime(2026, 11, 23, 15, 30, tzinfo=UTC))
    unfolded = text.replace("\r\n ", "")
    assert text.startswith("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n")
    assert text.endswith("END:VCALENDAR\r\n")
    assert all(len(line) <= 75 for line in text.split("\r\n"))
    assert unfolded.count("BEGIN:VEVENT") == len(dates) == 6
    assert "DTSTART;VALUE=DATE:20270115\r\nDTEND;VALUE=DATE:20270116\r\n" in unfolded
    assert "See what returning\\, buying or extending would cost." in unfolded
