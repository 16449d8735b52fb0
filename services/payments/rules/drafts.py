"""When a draft is drawn, of how much, when it is told of and until when it can be stopped (12 CFR 1005.10)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from services.accounts.contract.business_days import (
    DRAFT_WINDOW_BUSINESS_DAYS,
    business_day_on_or_after,
    business_day_on_or_before,
    business_days_after,
    business_days_before,
)

PLANNED, SKIPPED, DRAFTED, COVERED, DECLINED, CANCELLED = (
    "planned", "skipped", "drafted", "covered", "declined", "cancelled",
)  # fmt: skip
NOTICE_DAYS = 10
"""An amount that varies is told at least so many days before (12 CFR 1005.10(d))."""

NOTICE_LEAD_DAYS = NOTICE_DAYS + 1
PLANNED_MAX = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the customer chose: days before the due date (0 or less), amounts in cents, None where left open."""

    day_offset: int
    fixed_amount_cents: int | None
    extra_principal_cents: int
    maximum_cents: int | None

    @property
    def extra(self) -> str | None:
        """What becomes of money beyond what is due."""
        return "principal" if self.extra_principal_cents or self.fixed_amount_cents else None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedDraft:
    instalment_number: int
    due_on: date
    draft_on: date
    amount_cents: int


def draft_on(*, due_on: date, day_offset: int, earliest_on: date) -> date | None:
    """The business day of a draft, never after the due date; None where it would have to be before `earliest_on`."""
    usual = business_day_on_or_before(on=due_on + timedelta(days=day_offset))
    on = max(usual, business_day_on_or_after(on=earliest_on))
    return on if on <= max(due_on, usual) else None


def earliest_with_consent(*, today: date) -> date:
    """A draft that the customer is just agreeing to may be drawn from the next business day on."""
    return business_days_after(on=today, count=1)


def earliest_with_notice(*, today: date) -> date:
    """A draft that nobody has been told of waits until the notice has been out long enough."""
    return today + timedelta(days=NOTICE_DAYS)


def plan_drafts(
    *, instalments: Iterable[Mapping[str, Any]], choices: Choices, earliest_on: date, payoff_ceiling_cents: int
) -> tuple[PlannedDraft, ...]:
    """The next drafts. What can no longer be drawn in time is drawn with the instalment after it.

    `instalments` as accounts tells them, oldest first: number, due_on, amount_cents still asked for.
    """
    planned: list[PlannedDraft] = []
    behind = 0
    for instalment in instalments:
        due = instalment["amount_cents"] + behind
        on = draft_on(due_on=instalment["due_on"], day_offset=choices.day_offset, earliest_on=earliest_on)
        if on is None:
            behind = due
            continue
        behind = 0
        if due > 0 and len(planned) < PLANNED_MAX:
            amount = _wanted(due_cents=due, choices=choices, ceiling_cents=max(due, payoff_ceiling_cents))
            planned.append(
                PlannedDraft(
                    instalment_number=instalment["number"], due_on=instalment["due_on"], draft_on=on,
                    amount_cents=amount,
                )
            )  # fmt: skip
    return tuple(planned)


def has_moved(*, instalment_number: int, due_on: date, instalments: Iterable[Mapping[str, Any]]) -> bool:
    """Whether an instalment is due on another date now than when its draft was told."""
    return any(each["number"] == instalment_number and each["due_on"] != due_on for each in instalments)


def draft_cents(*, standing: Mapping[str, Any], instalment_number: int, choices: Choices, notified_cents: int) -> int:
    """What is drawn on the day: never more than was told, than the maximum, or than closes the account.

    0 where the instalment is paid, or will be by what is on its way; `standing` has that counted in.
    """
    oldest = standing["next_instalment_number"]
    if oldest is None or oldest > instalment_number or standing["amount_due_cents"] == 0:
        return 0
    wanted = _wanted(
        due_cents=standing["amount_due_cents"], choices=choices, ceiling_cents=standing["payoff_ceiling_cents"]
    )
    return min(wanted, notified_cents)


def notice_on(*, draft_on: date) -> date:
    """From this day on a draft is told of; a day more than the law asks, for the time a mail takes."""
    return draft_on - timedelta(days=NOTICE_LEAD_DAYS)


def stop_through_on(*, draft_on: date) -> date:
    """The last day on which a draft can be stopped."""
    return business_days_before(on=draft_on, count=DRAFT_WINDOW_BUSINESS_DAYS)


def is_stoppable(*, draft_on: date, today: date) -> bool:
    return today <= stop_through_on(draft_on=draft_on)


def _wanted(*, due_cents: int, choices: Choices, ceiling_cents: int) -> int:
    base = due_cents if choices.fixed_amount_cents is None else choices.fixed_amount_cents
    wanted = min(base + choices.extra_principal_cents, ceiling_cents)
    return wanted if choices.maximum_cents is None else min(wanted, choices.maximum_cents)
