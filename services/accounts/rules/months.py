"""Whole months on the calendar: a day that a month lacks becomes the month's last day."""

from calendar import monthrange
from datetime import date
from functools import lru_cache


def months_later(*, on: date, months: int, day: int) -> date:
    """A day of the month some months after the month of `on`, or before it when negative."""
    return day_of_month(index=on.year * 12 + on.month - 1 + months, day=day)


# Every account asks for the same few hundred months, many times a day.
@lru_cache(maxsize=8_192)
def day_of_month(*, index: int, day: int) -> date:
    """A day of the month that is so many months after January of year 0. Raises ValueError beyond the calendar."""
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(day, monthrange(year, month)[1]))


def is_month_end(on: date) -> bool:
    """Whether the date is the last day of its month."""
    return on.day == monthrange(on.year, on.month)[1]
