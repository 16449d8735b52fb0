"""Daily simple interest, unrounded: what one amount of principal costs between two dates on three day counts."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache

from chassis.money import round_half_up_cents
from services.accounts.rules.terms import DayCount

# A multiple of every year basis, so that days of different years add up in whole numbers.
_YEAR_PARTS = 360 * 365 * 366
_EXACT = Context(prec=50)


@dataclass(frozen=True, slots=True)
class AccrualSpan:
    """Days that share one year basis: 365, 366 or 360."""

    days: int
    year_days: int


@lru_cache(maxsize=4096)
def accrual_spans(*, day_count: DayCount, from_on: date, to_on: date) -> tuple[AccrualSpan, ...]:
    """The days from `from_on` (included) to `to_on` (excluded), by year basis; none when the dates do not advance.

    `actual/actual` splits at 1 January and divides the days of a leap year by 366. `30/360` is the US bond form
    without a special rule for the end of February.
    """
    if to_on <= from_on:
        return ()
    if day_count == "30/360":
        return (AccrualSpan(_thirty_day_months(from_on=from_on, to_on=to_on), 360),)
    if day_count == "actual/365":
        return (AccrualSpan((to_on - from_on).days, 365),)
    spans = []
    start = from_on
    while start < to_on:
        end = min(to_on, date(start.year + 1, 1, 1))
        spans.append(AccrualSpan((end - start).days, _year_days(start.year)))
        start = end
    return tuple(spans)


def accrual_days(*, day_count: DayCount, from_on: date, to_on: date) -> int:
    """How many days of interest lie between the dates on this day count."""
    return sum(span.days for span in accrual_spans(day_count=day_count, from_on=from_on, to_on=to_on))


def interest_cents(
    *, principal_cents: int, annual_rate_percent: Decimal, day_count: DayCount, from_on: date, to_on: date
) -> Decimal:
    """Unrounded cents of interest from `from_on` (included) to `to_on` (excluded)."""
    spans = accrual_spans(day_count=day_count, from_on=from_on, to_on=to_on)
    year_parts = sum(span.days * (_YEAR_PARTS // span.year_days) for span in spans)
    # One division at the end: an exact half cent must stay exact to be rounded half-up later.
    product = _EXACT.multiply(annual_rate_percent, principal_cents * year_parts)
    return _EXACT.divide(product, 100 * _YEAR_PARTS)


def per_diem_cents(*, principal_cents: int, annual_rate_percent: Decimal, day_count: DayCount, on: date) -> Decimal:
    """Unrounded cents of interest for the one day `on`."""
    year_days = {"actual/365": 365, "30/360": 360, "actual/actual": _year_days(on.year)}[day_count]
    return principal_cents * annual_rate_percent / (100 * year_days)


def forgiven_cents(
    *,
    principal_cents: int,
    rate_percent: Decimal,
    capped_percent: Decimal,
    day_count: DayCount,
    from_on: date,
    to_on: date,
) -> int:
    """Cents of interest that a cap on the rate forgives on one amount of principal between two dates."""

    def at(percent: Decimal) -> int:
        return round_half_up_cents(
            interest_cents(
                principal_cents=principal_cents,
                annual_rate_percent=percent,
                day_count=day_count,
                from_on=from_on,
                to_on=to_on,
            )
        )

    return at(rate_percent) - at(capped_percent)


def format_per_diem(per_diem: Decimal) -> str:
    """A per diem in cents, written in dollars with four decimals: `3.2450`."""
    return str((per_diem / 100).quantize(Decimal("0.0001"), rounding=ROUND_HALF_UP))


def _year_days(year: int) -> int:
    return (date(year + 1, 1, 1) - date(year, 1, 1)).days


def _thirty_day_months(*, from_on: date, to_on: date) -> int:
    from_day = min(from_on.day, 30)
    to_day = 30 if to_on.day == 31 and from_day == 30 else to_on.day
    return (to_on.year - from_on.year) * 360 + (to_on.month - from_on.month) * 30 + to_day - from_day
