"""What an extension offers, who must accept it, and whether policy may offer it by itself. Sample policy."""

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from chassis.money import format_dollars, round_half_up_cents
from services.leases.rules.disclosing import Disclosed, new_disclosures
from services.leases.rules.disclosures import extension_disclosures_due
from services.leases.rules.renewal import notice_words

OFFER_DAYS = 5
BY_POLICY_MONTHS_MAX = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionTerms:
    """As `contract.extensions.ExtensionTerms` says."""

    months: int
    starts_on: date
    ends_on: date
    instalment_cents: int
    total_cents: int
    added_miles: int | None
    extended_months_so_far: int
    new_disclosure: bool
    disclosure: str
    disclosures: tuple[Disclosed, ...]
    renews: bool


def extension_terms(
    *, lease: Mapping[str, Any], months: int, before: Sequence[int], starts_on: date, instalment_cents: int,
    renews: bool,
) -> ExtensionTerms:  # fmt: skip
    """The offer after extensions of `before` months each: instalments, miles and price at the end stay as they were."""
    added = added_miles(lease, months=months)
    ends_on = _months_later(starts_on, months=months, day=_due_day(lease, starts_on))
    so_far = sum(before)
    is_due = so_far + 1 in extension_disclosures_due(extension_months=(*before, months))
    return ExtensionTerms(
        months=months,
        starts_on=starts_on,
        ends_on=ends_on,
        instalment_cents=instalment_cents,
        total_cents=months * instalment_cents,
        added_miles=added,
        extended_months_so_far=so_far,
        new_disclosure=is_due,
        disclosure=_disclosed(months, starts_on, ends_on, instalment_cents, added)
        + (f" {notice_words()}" if renews else ""),
        disclosures=new_disclosures(lease=lease, months=months, starts_on=starts_on, ends_on=ends_on, added_miles=added)
        if is_due
        else (),
        renews=renews,
    )


def added_miles(lease: Mapping[str, Any], *, months: int) -> int | None:
    """The allowance of so many months more, half up; None where the contract names none."""
    allowance = lease["mileage_allowance_miles"]
    if allowance is None:
        return None
    return round_half_up_cents(Decimal(allowance) * months / lease["term_months"])


def may_be_offered_by_policy(*, months: int, before: Sequence[int]) -> bool:
    """Six months in all are offered at once; beyond them a person decides."""
    return sum(before) + months <= BY_POLICY_MONTHS_MAX


def _disclosed(months: int, starts_on: date, ends_on: date, instalment_cents: int, added_miles: int | None) -> str:
    miles = "" if added_miles is None else f" You may drive {added_miles:,} miles more without a charge."
    return (
        f"The lease goes on from {starts_on} to {ends_on}: {months} {'payment' if months == 1 else 'payments'} of "
        f"{format_dollars(instalment_cents)}, {format_dollars(months * instalment_cents)} in all, each due on the day "
        f"of the month you know.{miles} The "
        "price at which you may buy the vehicle stays as it is. Nothing else is charged for the extension."
    )


def _due_day(lease: Mapping[str, Any], starts_on: date) -> int:
    """The day of the month on which instalments fall due: the contract's own, where a short month has cut it off."""
    is_last_of_month = (starts_on + timedelta(days=1)).day == 1
    return max(starts_on.day, lease["first_due_on"].day) if is_last_of_month else starts_on.day


def _months_later(on: date, *, months: int, day: int) -> date:
    """A day that the month lacks becomes its last one."""
    year, month = divmod(on.year * 12 + on.month - 1 + months, 12)
    return date(year, month + 1, min(day, monthrange(year, month + 1)[1]))
