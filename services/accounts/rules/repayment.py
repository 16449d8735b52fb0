"""Repaying a loan at any rhythm: due dates, the level payment over the real periods, and what each payment does."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal, localcontext
from typing import Literal

from chassis.money import round_half_up_cents
from services.accounts.rules.interest import interest_cents
from services.accounts.rules.months import months_later
from services.accounts.rules.schedule import ScheduleRow
from services.accounts.rules.terms import DayCount

Frequency = Literal["monthly", "biweekly", "weekly", "semimonthly", "quarterly"]
FREQUENCIES: tuple[Frequency, ...] = ("monthly", "biweekly", "weekly", "semimonthly", "quarterly")

_PRECISION = 50
_DAYS = {"weekly": 7, "biweekly": 14}
_MONTHS = {"monthly": 1, "quarterly": 3}


def due_dates(*, first_due_on: date, frequency: Frequency, payment_count: int) -> tuple[date, ...]:
    """The due dates from the first on; a day that a month lacks becomes the month's last day.

    Semimonthly payments fall on a day of the first half and the one 15 days later (the 1st and the 16th, the 15th and
    the 30th); one that starts on the 31st falls on the 15th and the month's last day.
    """
    numbers = range(payment_count)
    if frequency in _DAYS:
        return tuple(first_due_on + timedelta(days=_DAYS[frequency] * number) for number in numbers)
    if frequency in _MONTHS:
        months = _MONTHS[frequency]
        return tuple(months_later(on=first_due_on, months=months * number, day=first_due_on.day) for number in numbers)
    early = first_due_on.day if first_due_on.day <= 15 else min(first_due_on.day - 15, 15)
    late = first_due_on.day if first_due_on.day > 15 else first_due_on.day + 15
    halves = [(number + (first_due_on.day > 15)) for number in numbers]
    return tuple(months_later(on=first_due_on, months=half // 2, day=late if half % 2 else early) for half in halves)


def level_payment_over(
    *,
    principal_cents: int,
    annual_rate_percent: Decimal,
    day_count: DayCount,
    advanced_on: date,
    due_dates: Sequence[date],
) -> int:
    """The level payment that repays the principal over periods of their real lengths, half-up to the cent.

    Each period grows the debt by its own factor, so an odd first period is paid for by every payment alike; in equal
    periods it is the annuity.
    """
    with localcontext() as context:
        context.prec = _PRECISION
        owed, paid, start = Decimal(principal_cents), Decimal(0), advanced_on
        for due in due_dates:
            growth = 1 + interest_cents(
                principal_cents=1,
                annual_rate_percent=annual_rate_percent,
                day_count=day_count,
                from_on=start,
                to_on=due,
            )
            owed, paid, start = owed * growth, paid * growth + 1, due
        return round_half_up_cents(owed / paid)


def repayment_rows(
    *,
    principal_cents: int,
    annual_rate_percent: Decimal,
    day_count: DayCount,
    advanced_on: date,
    due_dates: Sequence[date],
    payment_cents: int,
) -> tuple[ScheduleRow, ...]:
    """What each payment on its due date does; the last one clears the loan, and fewer are needed if they are larger.

    Interest that a payment does not cover is owed on, without interest on it.
    """
    rows: list[ScheduleRow] = []
    balance, owed, start = principal_cents, Decimal(0), advanced_on
    for number, due in enumerate(due_dates, start=1):
        owed += interest_cents(
            principal_cents=balance, annual_rate_percent=annual_rate_percent, day_count=day_count,
            from_on=start, to_on=due,
        )  # fmt: skip
        owed_cents = round_half_up_cents(owed)
        clearing = balance + owed_cents
        payment = clearing if number == len(due_dates) else min(payment_cents, clearing)
        interest = min(payment, owed_cents)
        # What a full payment leaves is only the rounding of the posting, not a debt.
        owed, start = Decimal(0) if interest == owed_cents else owed - interest, due
        balance -= payment - interest
        rows.append(
            ScheduleRow(
                number=number,
                due_on=due,
                payment_cents=payment,
                interest_cents=interest,
                principal_cents=payment - interest,
                balance_cents=balance,
            )
        )
        if balance == 0:
            break
    return tuple(rows)
