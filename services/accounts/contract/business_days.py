"""The days on which banks settle: no Saturday, no Sunday, no holiday of the Federal Reserve Banks.

Source: frbservices.org, holiday schedules. A holiday on a Sunday is kept on the Monday after it; one on a Saturday is
not made up for: the Reserve Banks are open on the Friday before it.
"""

from datetime import date, timedelta
from functools import lru_cache

MONDAY, THURSDAY, SATURDAY, SUNDAY = 0, 3, 5, 6
JUNETEENTH_SINCE_YEAR = 2022
DRAFT_WINDOW_BUSINESS_DAYS = 3
"""So many business days before its date a draft can no longer be stopped by its customer (12 CFR 1005.10(c)), and an
instalment that is due no longer moves. Accounts and payments both count by this."""

DRAFT_DAYS_BEFORE_DUE_MAX = 10
"""A draft may be so many days before its due date. One that was drawn has paid its instalment, which then stays; one
that was not is not drawn once its instalment has moved."""

FIXED = ((1, 1), (6, 19), (7, 4), (11, 11), (12, 25))


@lru_cache(maxsize=256)
def federal_reserve_holidays(*, year: int) -> frozenset[date]:
    """The days of that calendar year on which the Reserve Banks are closed, weekends apart."""
    fixed = (date(year, month, day) for month, day in FIXED if (month, day) != (6, 19) or year >= JUNETEENTH_SINCE_YEAR)
    return frozenset(
        {
            *(day + timedelta(days=1) if day.weekday() == SUNDAY else day for day in fixed),
            _nth(year=year, month=1, weekday=MONDAY, nth=3),
            _nth(year=year, month=2, weekday=MONDAY, nth=3),
            _nth(year=year, month=6, weekday=MONDAY, nth=1) - timedelta(days=7),
            _nth(year=year, month=9, weekday=MONDAY, nth=1),
            _nth(year=year, month=10, weekday=MONDAY, nth=2),
            _nth(year=year, month=11, weekday=THURSDAY, nth=4),
        }
    )


def is_business_day(*, on: date) -> bool:
    return on.weekday() < SATURDAY and on not in federal_reserve_holidays(year=on.year)


def business_day_on_or_after(*, on: date) -> date:
    while not is_business_day(on=on):
        on += timedelta(days=1)
    return on


def business_day_on_or_before(*, on: date) -> date:
    while not is_business_day(on=on):
        on -= timedelta(days=1)
    return on


def business_days_after(*, on: date, count: int) -> date:
    """The `count`-th business day after that date, which need not be one itself; 0 gives the date itself."""
    for _ in range(count):
        on = business_day_on_or_after(on=on + timedelta(days=1))
    return on


def business_days_before(*, on: date, count: int) -> date:
    """The `count`-th business day before that date, which need not be one itself; 0 gives the date itself."""
    for _ in range(count):
        on = business_day_on_or_before(on=on - timedelta(days=1))
    return on


def is_in_draft_window(*, due_on: date, on: date) -> bool:
    """Whether the draft of an instalment may be on its way on that date, or the instalment is due already."""
    return business_days_before(on=due_on, count=DRAFT_WINDOW_BUSINESS_DAYS) <= on


def _nth(*, year: int, month: int, weekday: int, nth: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))
