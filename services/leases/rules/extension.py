"""What an extension offers, who must accept it, and whether policy may offer it by itself. Sample policy."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from chassis.money import format_dollars, round_half_up_cents
from services.leases.rules.disclosures import extension_disclosures_due

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


def extension_terms(
    *, months: int, before: Sequence[int], starts_on: date, instalment_cents: int, allowance_miles: int | None,
    term_months: int,
) -> ExtensionTerms:  # fmt: skip
    """The offer after extensions of `before` months each: instalments, miles and price at the end stay as they were."""
    added = None if allowance_miles is None else round_half_up_cents(Decimal(allowance_miles) * months / term_months)
    ends_on = _months_later(starts_on, months=months)
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
        disclosure=_disclosed(months, starts_on, ends_on, instalment_cents, added),
    )


def may_be_offered_by_policy(*, months: int, before: Sequence[int]) -> bool:
    """Six months in all are offered at once; beyond them a person decides."""
    return sum(before) + months <= BY_POLICY_MONTHS_MAX


def _disclosed(months: int, starts_on: date, ends_on: date, instalment_cents: int, added_miles: int | None) -> str:
    miles = "" if added_miles is None else f" You may drive {added_miles:,} miles more without a charge."
    return (
        f"The lease goes on from {starts_on} to {ends_on}: {months} payments of {format_dollars(instalment_cents)}, "
        f"{format_dollars(months * instalment_cents)} in all, each due on the day of the month you know.{miles} The "
        "price at which you may buy the vehicle stays as it is. Nothing else is charged for the extension."
    )


def _months_later(on: date, *, months: int) -> date:
    """A day that the month lacks becomes its last one."""
    count = on.year * 12 + on.month - 1 + months
    year, month = divmod(count, 12)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    last = date.fromordinal(following.toordinal() - 1).day
    return date(year, month + 1, min(on.day, last))
