"""Whole months on the calendar, with the day clamped to the month it lands in."""

from calendar import monthrange
from datetime import date


def day_of_month(*, year: int, month: int, day: int) -> date:
    """The day of a month, or the month's last day where it has no such day."""
    return date(year, month, min(day, monthrange(year, month)[1]))


def add_months(*, on: date, months: int, day: int | None = None) -> date:
    """The same day (or `day`) some months later, or earlier when negative."""
    index = on.year * 12 + on.month - 1 + months
    return day_of_month(year=index // 12, month=index % 12 + 1, day=day or on.day)


def months_between(*, start: date, end: date) -> int:
    """How many months the month of `end` lies after the month of `start`."""
    return (end.year - start.year) * 12 + end.month - start.month


def month_end(*, on: date) -> date:
    """The last day of the month."""
    return day_of_month(year=on.year, month=on.month, day=31)


def next_with_day(*, on: date, day: int) -> date:
    """The first date on or after `on` that falls on the due day of its month."""
    this_month = day_of_month(year=on.year, month=on.month, day=day)
    return this_month if this_month >= on else add_months(on=this_month, months=1, day=day)
