"""Decisions as they are kept with a message: each with its instant, its rule, and the facts that it rested on.

A message is decided when it is written and again when it is sent. Mostly nothing has changed: then the second is kept
as one more instant of the first (`again_at`), and shown as the decision that it was.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from services.notifications.rules.deciding import Decision, Facts

# {decided_at, rule, goes, not_before, facts, again_at?}, its instants in ISO 8601 while it is kept.
Record = Mapping[str, Any]


def record_of(decision: Decision, *, facts: Facts, now: datetime) -> Record:
    """One decision, as it is kept."""
    return {
        "decided_at": now.isoformat(),
        "rule": decision.reason,
        "goes": decision.send,
        "not_before": decision.not_before and decision.not_before.isoformat(),
        "facts": facts.record(),
    }


def with_one_more(kept: Sequence[Record], made: Record) -> list[Record]:
    """What is kept once another decision was made."""
    *before, last = kept or [{}]
    if any(last.get(name) != made[name] for name in ("rule", "goes", "not_before", "facts")):
        return [*kept, made]
    return [*before, {**last, "again_at": [*last.get("again_at", ()), made["decided_at"]]}]


def every_one(kept: Iterable[Record]) -> list[Record]:
    """The decisions one by one, in the order in which they were made, with their instants as such."""
    return [
        {
            **{name: value for name, value in record.items() if name != "again_at"},
            "decided_at": datetime.fromisoformat(instant),
            "not_before": record["not_before"] and datetime.fromisoformat(record["not_before"]),
        }
        for record in kept
        for instant in (record["decided_at"], *record.get("again_at", ()))
    ]
