"""The annual percentage rate by the actuarial method: Regulation Z, 12 CFR 1026, Appendix J (b).

Every advance and payment is discounted over its whole unit-periods and the odd fraction before them:
sum of A / ((1 + f i)(1 + i)^t) equals sum of P / ((1 + f i)(1 + i)^t); the rate is i times the unit-periods in a year.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from typing import Literal

from services.accounts.rules.months import is_month_end, months_later

_PRECISION = 40
_TOLERANCE = Decimal("1e-14")
_RATE_MAX = Decimal(2) ** 20


class RateNotSolvable(ValueError):
    """The payments do not repay the advances at any rate; the message says what is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CashFlow:
    """Money on a day: advanced to the customer, or paid by them."""

    on: date
    amount_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitPeriod:
    """The common period between payments: some months (1 to 12), some days (1 to 365), or half a month."""

    unit: Literal["months", "days", "semimonth"]
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnualPercentageRate:
    """`percent` is unrounded; `unit_periods_per_year` is 12, 24, 4, 52, 26 or 365 over the days of a single payment."""

    percent: Decimal
    unit_periods_per_year: Decimal


@dataclass(frozen=True, slots=True)
class _Flow:
    """An amount, positive when paid and negative when advanced, with its distance from the first advance."""

    cents: int
    periods: int
    fraction: Decimal

    def worth(self, rate: Decimal) -> Decimal:
        return self.cents / ((1 + self.fraction * rate) * (1 + rate) ** self.periods)


def annual_percentage_rate(
    *, advances: Sequence[CashFlow], payments: Sequence[CashFlow], unit_period: UnitPeriod
) -> AnnualPercentageRate:
    """The rate of one or more advances repaid by any payments. Raises RateNotSolvable.

    The term begins with the first advance. A day of the month that a short month lacks counts as its last day.
    """
    starts_on = min(advance.on for advance in advances)
    if min(payment.on for payment in payments) < starts_on:
        raise RateNotSolvable("A payment lies before the first advance.")
    due_day = max(payment.on.day for payment in payments)
    with localcontext() as context:
        context.prec = _PRECISION
        flows = [
            *_flows(payments, sign=1, starts_on=starts_on, unit_period=unit_period, due_day=due_day),
            *_flows(advances, sign=-1, starts_on=starts_on, unit_period=unit_period, due_day=0),
        ]
        term_days = (payments[0].on - starts_on).days if len(advances) == len(payments) == 1 else None
        per_year = _unit_periods_per_year(unit_period, single_term_days=term_days)
        return AnnualPercentageRate(percent=_rate(flows) * per_year * 100, unit_periods_per_year=per_year)


def unit_periods_between(*, start: date, end: date, unit_period: UnitPeriod, due_day: int = 0) -> tuple[int, Decimal]:
    """Whole unit-periods and the odd fraction between two dates: Appendix J (b)(5).

    Months are measured back from the later date. `due_day` tells a later date at its month's end, such as 28 February,
    which day it stands for.
    """
    if unit_period.unit == "days":
        whole, odd_days = divmod((end - start).days, unit_period.count)
        return whole, Decimal(odd_days) / unit_period.count
    day = max(due_day, end.day) if is_month_end(end) else end.day
    months, odd_days = _months_back(start=start, end=end, day=day)
    if unit_period.unit == "months" and unit_period.count == 1:
        return months, Decimal(odd_days) / 30
    if unit_period.unit == "months" and unit_period.count == 12:
        return _years(start=start, months=months, odd_days=odd_days, end=end, day=day)
    length = 15 if unit_period.unit == "semimonth" else 30 * unit_period.count
    whole, odd_days = divmod(30 * months + odd_days, length)
    return whole, Decimal(odd_days) / length


def _flows(
    money: Iterable[CashFlow], *, sign: int, starts_on: date, unit_period: UnitPeriod, due_day: int
) -> Iterable[_Flow]:
    for flow in money:
        periods, fraction = unit_periods_between(start=starts_on, end=flow.on, unit_period=unit_period, due_day=due_day)
        yield _Flow(sign * flow.amount_cents, periods, fraction)


def _unit_periods_per_year(unit_period: UnitPeriod, *, single_term_days: int | None) -> Decimal:
    if unit_period.unit == "semimonth":
        return Decimal(24)
    if unit_period.unit == "months":
        return Decimal(12) / unit_period.count
    weeks, rest = divmod(unit_period.count, 7)
    # One payment after so many days: the term is the unit-period, and its days count, not its weeks (b)(5)(vii).
    if rest or unit_period.count == single_term_days:
        return Decimal(365) / unit_period.count
    return Decimal(52) / weeks


def _rate(flows: Sequence[_Flow]) -> Decimal:
    """The rate per unit-period at which what is paid is worth what is advanced."""
    surplus = sum(flow.cents for flow in flows)
    if surplus < 0:
        raise RateNotSolvable("The payments do not repay the advances.")
    if surplus == 0:
        return Decimal(0)
    low, high = Decimal(0), Decimal(1)
    while _worth(flows, high) > 0:
        low, high = high, high * 2
        if high > _RATE_MAX:
            raise RateNotSolvable("The payments repay the advances at no rate.")
    while high - low > _TOLERANCE * max(Decimal(1), high):
        middle = (low + high) / 2
        low, high = (middle, high) if _worth(flows, middle) > 0 else (low, middle)
    return (low + high) / 2


def _worth(flows: Sequence[_Flow], rate: Decimal) -> Decimal:
    return sum((flow.worth(rate) for flow in flows), Decimal(0))


def _months_back(*, start: date, end: date, day: int) -> tuple[int, int]:
    """Full months measured back from the end, and the days from the start to the first of them."""
    months = (end.year - start.year) * 12 + end.month - start.month
    if months_later(on=end, months=-months, day=day) < start:
        months -= 1
    return months, (months_later(on=end, months=-months, day=day) - start).days


def _years(*, start: date, months: int, odd_days: int, end: date, day: int) -> tuple[int, Decimal]:
    """Full years measured back, then months of a year when nothing else is left, else days of 365: (b)(5)(v)."""
    years, odd_months = divmod(months, 12)
    if not odd_days:
        return years, Decimal(odd_months) / 12
    return years, Decimal((months_later(on=end, months=-12 * years, day=day) - start).days) / 365
