"""On which days a payment can be dated, and until when one that is scheduled can still be cancelled.

One that is made now counts from today, or from the next business day where today's cut-off has passed. A scheduled one
is sent when its business day opens, so its cut-off lies on the business day before.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from services.accounts.contract.business_days import (
    business_day_on_or_before,
    business_days_after,
    business_days_before,
    is_business_day,
)
from services.payments.contract.errors import PaymentDateNotPossible
from services.payments.contract.schemas import AFTER_CUT_OFF, NO_BUSINESS_DAY
from services.payments.rules.returns import written_on

NEAR_DAYS = 15
"""So close to each other, two payments are for one monthly instalment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SchedulePolicy:
    """What the company decides: the time of day at which a business day's orders close, and how far ahead one may go.

    `zone` is the company's, in which business dates are counted.
    """

    cut_off: time
    zone: ZoneInfo
    days_ahead_max: int


def counts_from(*, today: date, now: datetime, policy: SchedulePolicy) -> date:
    """The date of a payment that is made now; `today` is the business date, which need not be a business day."""
    is_in_time = is_business_day(on=today) and now.astimezone(policy.zone).time() < policy.cut_off
    return today if is_in_time else business_days_after(on=today, count=1)


def why_dated_later(*, made_on: date, effective_on: date) -> str | None:
    """Why a payment counts from a later day than that on which it was made; None where it does not."""
    if effective_on <= made_on:
        return None
    return AFTER_CUT_OFF if is_business_day(on=made_on) else NO_BUSINESS_DAY


def cut_off_on(*, on: date) -> date:
    """The business day whose cut-off ends what can be changed about a payment of `on`."""
    return business_days_before(on=on, count=1)


def is_before_cut_off(*, on: date, today: date, now: datetime, policy: SchedulePolicy) -> bool:
    """Whether a payment of `on` can still be scheduled or cancelled; `today` is the business date."""
    closes_on = cut_off_on(on=on)
    return today < closes_on or (today == closes_on and now.astimezone(policy.zone).time() < policy.cut_off)


def first_possible_on(*, today: date, now: datetime, policy: SchedulePolicy) -> date:
    """The first business day after today that is not past its cut-off."""
    on = business_days_after(on=today, count=1)
    while not is_before_cut_off(on=on, today=today, now=now, policy=policy):
        on = business_days_after(on=on, count=1)
    return on


def last_possible_on(*, today: date, policy: SchedulePolicy) -> date:
    """The last business day for which one may order."""
    return business_day_on_or_before(on=today + timedelta(days=policy.days_ahead_max))


def require_schedulable(*, on: date, today: date, now: datetime, policy: SchedulePolicy) -> None:
    """Raises PaymentDateNotPossible, whose sentence names a date that would do."""
    first, last = first_possible_on(today=today, now=now, policy=policy), today + timedelta(days=policy.days_ahead_max)
    if on < today:
        raise PaymentDateNotPossible(f"{written_on(on)} is past. Pay now, or choose {written_on(first)} or later.")
    if on > last:
        raise PaymentDateNotPossible(
            f"A payment can be scheduled up to {policy.days_ahead_max} days ahead: "
            f"choose {written_on(last)} or earlier."
        )
    if on < first and is_business_day(on=on):
        raise PaymentDateNotPossible(
            f"The cut-off for {written_on(on)} has passed. Pay now, or choose {written_on(first)} or later."
        )
    if not is_business_day(on=on):
        nearest = max(first, business_days_after(on=on, count=1))
        raise PaymentDateNotPossible(f"{written_on(on)} is not a business day. Choose {written_on(nearest)}.")


def is_covered(*, standing: Mapping[str, Any], near_cents: int, is_paid_near: bool) -> bool:
    """Whether a further payment would be one that nobody asks for.

    `near_cents` was paid or scheduled for these days and is not in the balance; `is_paid_near`: a payment of these days
    is in it. An account that owes nothing and has heard of no payment is not told that it was paid.
    """
    due_cents: int = standing["amount_due_cents"]
    if due_cents:
        return near_cents >= due_cents
    return near_cents > 0 or is_paid_near
