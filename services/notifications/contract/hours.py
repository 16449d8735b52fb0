"""When the desk is open: hours by weekday in the company's zone, and none on a Federal Reserve holiday."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.accounts.contract.business_days import federal_reserve_holidays

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# No desk is closed for longer than this in a row; one that is has no hours.
DAYS_LOOKED_AHEAD = 15

_PART = re.compile(r"(?P<first>[a-z]{3})(?:-(?P<last>[a-z]{3}))? (?P<opens>\d\d:\d\d)-(?P<closes>\d\d:\d\d)")


@dataclass(frozen=True)
class Hours:
    """From when to when the desk is open on weekdays (0 is Monday), and on which dates it is not."""

    zone: ZoneInfo
    by_weekday: Mapping[int, tuple[time, time]]
    closed_on: frozenset[date] = frozenset()

    def on(self, day: date) -> tuple[datetime, datetime] | None:
        """The two instants of a day between which somebody is there; None on a day without."""
        found = self.by_weekday.get(day.weekday())
        if found is None or day in self.closed_on or day in federal_reserve_holidays(year=day.year):
            return None
        opens, closes = (datetime.combine(day, clock, self.zone).astimezone(UTC) for clock in found)
        return opens, closes

    def is_open(self, *, now: datetime) -> bool:
        return self.closes_at(now=now) is not None

    def closes_at(self, *, now: datetime) -> datetime | None:
        """Until when the desk is open now; None where it is closed."""
        span = self.on(now.astimezone(self.zone).date())
        return span[1] if span and span[0] <= now < span[1] else None

    def opens_at(self, *, now: datetime) -> datetime | None:
        """When it opens next; None where it is open, or never opens."""
        if self.is_open(now=now):
            return None
        today = now.astimezone(self.zone).date()
        spans = (self.on(today + timedelta(days=ahead)) for ahead in range(DAYS_LOOKED_AHEAD))
        return next((span[0] for span in spans if span and span[0] > now), None)

    def closed_days(self, *, now: datetime, days: int) -> list[date]:
        """Of the days to come, today included, those on which the desk would be open by its weekday and is not."""
        today = now.astimezone(self.zone).date()
        coming = (today + timedelta(days=ahead) for ahead in range(days))
        return [day for day in coming if day.weekday() in self.by_weekday and self.on(day) is None]


def hours_of(text: str, *, zone_name: str, closed_on: str = "") -> Hours:
    """Hours as they are set: `mon-fri 08:00-20:00; sat 09:00-16:00`; dates by comma. Raises ValueError."""
    by_weekday: dict[int, tuple[time, time]] = {}
    for part in filter(None, (part.strip().lower() for part in text.split(";"))):
        by_weekday |= _days_of(part)
    dates = frozenset(date.fromisoformat(one.strip()) for one in closed_on.split(",") if one.strip())
    return Hours(zone=ZoneInfo(zone_name), by_weekday=by_weekday, closed_on=dates)


def _days_of(part: str) -> dict[int, tuple[time, time]]:
    found = _PART.fullmatch(part)
    if found is None or not {found["first"], found["last"] or found["first"]} <= set(WEEKDAYS):
        raise ValueError(f"{part!r} names no hours; write them as: mon-fri 08:00-20:00; sat 09:00-16:00")
    opens, closes = time.fromisoformat(found["opens"]), time.fromisoformat(found["closes"])
    first, last = WEEKDAYS.index(found["first"]), WEEKDAYS.index(found["last"] or found["first"])
    if opens >= closes or first > last:
        raise ValueError(f"{part!r} ends before it begins")
    return dict.fromkeys(range(first, last + 1), (opens, closes))
