"""Changes that every party must agree to: who is waited for, until when, and whether what was shown still holds."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from services.accounts.contract.parties import party_of

DAYS_TO_AGREE = 10
_DATES = ("due_on_before", "due_on", "maturity_on")


def must_wait(*, parties: Sequence[str], have_staff_everybodys_word: bool) -> bool:
    """Is there somebody beside the one who asks?"""
    return len(parties) > 1 and not have_staff_everybodys_word


def decide_by_on(*, today: date) -> date:
    """The last day on which the others can agree."""
    return today + timedelta(days=DAYS_TO_AGREE)


def figures_shown(move: Mapping[str, Any]) -> dict[str, Any]:
    """What the parties agree to of a ScheduleChange: which due dates, and what it costs."""
    dates = {name: move[name].isoformat() for name in _DATES}
    return {"from_instalment": move["from_instalment"], "added_interest_cents": move["added_interest_cents"], **dates}


def still_holds(*, shown: Mapping[str, Any], move: Mapping[str, Any]) -> bool:
    """Is the change the one that was agreed to? It may have become cheaper, as by a payment, but not dearer."""
    now = figures_shown(move)
    same = all(now[name] == shown[name] for name in ("from_instalment", *_DATES))
    is_no_dearer: bool = now["added_interest_cents"] <= shown["added_interest_cents"]
    return same and is_no_dearer


def approval_as_told(*, row: Mapping[str, Any], role: str | None, subject: str) -> dict[str, Any]:
    """The AwaitedChange of the contract; `role` is the asker's part in the account, None for staff."""
    party = party_of(role=role, subject=subject, parties=row["parties"], spoken=row["agreed"])
    return {
        **{name: row[name] for name in ("id", "kind", "account_id", "summary", "parties", "asked_at", "decide_by_on")},
        "agreed": sorted(row["agreed"]),
        "awaits_you": party is not None and party not in row["agreed"],
    }
