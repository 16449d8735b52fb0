"""When the day that payments are booked on may be closed."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

# Of more than so many accounts nobody says one by one that their money is under way: the day waits.
UNDER_WAY_NAMED_MAX = 1000


@dataclass(frozen=True, kw_only=True)
class PaymentDayPolicy:
    """What the company decides; `cut_off` is a time of day in `zone`."""

    zone: ZoneInfo
    cut_off: time
    hold: timedelta


def ended_at(*, business_on: date, today: date, now: datetime, policy: PaymentDayPolicy) -> datetime | None:
    """Since when no more payments belong to the day; None while some may come.

    A day ends at its cut-off. Where the business date has moved on, it ended with the calendar day of the company, and
    no later than now: a sandbox's business date moves by itself.
    """
    local = now.astimezone(policy.zone)
    if business_on < today:
        midnight = datetime.combine(business_on + timedelta(days=1), time(), tzinfo=policy.zone)
        return min(now, midnight.astimezone(UTC))
    cut_off = datetime.combine(local.date(), policy.cut_off, tzinfo=policy.zone)
    return cut_off.astimezone(UTC) if business_on == today and local >= cut_off else None


def may_close(*, ended: datetime | None, under_way_count: int, now: datetime, policy: PaymentDayPolicy) -> bool:
    """Whether nothing of the day is under way, or so little for so long that its accounts can be named instead."""
    if ended is None:
        return False
    if under_way_count == 0:
        return True
    return under_way_count <= UNDER_WAY_NAMED_MAX and now - ended >= policy.hold
