"""When the desk is open: by weekday in the company's zone, across changes of the clock, and never on a holiday."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifications.contract.hours import hours_of

HOURS = hours_of("mon-fri 08:00-20:00; sat 09:00-16:00", zone_name="America/Chicago", closed_on="2026-11-27")
INSTANTS = st.datetimes(timezones=st.just(UTC)).map(
    lambda instant: instant.replace(year=2020 + instant.year % 15, day=1)
)


@pytest.mark.parametrize(
    ("now", "closes_at", "opens_at"),
    [
        ("2026-11-23T13:59:59", None, "2026-11-23T14:00:00"),
        ("2026-11-23T14:00:00", "2026-11-24T02:00:00", None),
        ("2026-11-24T01:59:59", "2026-11-24T02:00:00", None),
        ("2026-11-24T02:00:00", None, "2026-11-24T14:00:00"),
        # Thanksgiving, then the day that the company set.
        ("2026-11-26T18:00:00", None, "2026-11-28T15:00:00"),
        ("2026-11-28T22:00:00", None, "2026-11-30T14:00:00"),
        # Summer: an hour earlier.
        ("2026-07-06T13:00:00", "2026-07-07T01:00:00", None),
    ],
)
def test_open_until_or_closed_until(now: str, closes_at: str | None, opens_at: str | None) -> None:
    instant = datetime.fromisoformat(now).replace(tzinfo=UTC)
    found = (HOURS.closes_at(now=instant), HOURS.opens_at(now=instant))
    assert found == tuple(one and datetime.fromisoformat(one).replace(tzinfo=UTC) for one in (closes_at, opens_at))


@given(now=INSTANTS)
def test_it_is_open_until_it_closes_or_closed_until_it_opens(now: datetime) -> None:
    closes_at, opens_at = HOURS.closes_at(now=now), HOURS.opens_at(now=now)
    assert (closes_at is None) != (opens_at is None)
    if closes_at is not None:
        assert now < closes_at
        assert not HOURS.is_open(now=closes_at)
    if opens_at is not None:
        assert now < opens_at
        assert HOURS.is_open(now=opens_at)
        assert not HOURS.is_open(now=opens_at - timedelta(seconds=1))


def test_days_to_come_without_anybody_are_named() -> None:
    now = datetime(2026, 11, 23, 18, tzinfo=UTC)
    assert HOURS.closed_days(now=now, days=60) == [
        date(2026, 11, 26), date(2026, 11, 27), date(2026, 12, 25), date(2027, 1, 1), date(2027, 1, 18),
    ]  # fmt: skip


def test_a_desk_without_hours_never_opens() -> None:
    closed = hours_of("", zone_name="America/Chicago")
    now = datetime(2026, 11, 23, 18, tzinfo=UTC)
    assert (closed.is_open(now=now), closed.opens_at(now=now)) == (False, None)


@pytest.mark.parametrize(
    "text", ["weekdays 8-5", "mon 20:00-08:00", "fri-mon 08:00-09:00", "xyz 08:00-09:00", "mon 25:00-26:00"]
)
def test_hours_that_make_no_sense_are_refused_at_the_start(text: str) -> None:
    with pytest.raises(ValueError, match=r"hours|begins|hour must be|isoformat"):
        hours_of(text, zone_name="America/Chicago")
