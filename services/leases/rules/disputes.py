"""Objections to an end bill, as an option keeps them: raised, then upheld or rejected by a person."""

from collections.abc import Mapping
from datetime import date
from typing import Any

OPEN, UPHELD, REJECTED = "open", "upheld", "rejected"
_UNDECIDED: Mapping[str, Any] = {
    "status": OPEN, "decided_on": None, "decision_reason": None, "decided_by": None, "credit_cents": 0,
    "credited_cents": None,
}  # fmt: skip


def raised(*, number: int, reason: str, on: date) -> dict[str, Any]:
    """A new one; the bill's objections are numbered from 1."""
    return {"number": number, "reason": reason, "raised_on": on.isoformat(), **_UNDECIDED}


def decided(
    dispute: Mapping[str, Any], *, is_upheld: bool, credit_cents: int, reason: str, by: str, on: date
) -> dict[str, Any]:
    """The same with what a person decided."""
    return {
        **dispute, "status": UPHELD if is_upheld else REJECTED, "decided_on": on.isoformat(), "decision_reason": reason,
        "decided_by": by, "credit_cents": credit_cents,
    }  # fmt: skip


def disputes_of(details: Mapping[str, Any]) -> list[dict[str, Any]]:
    """All of an option's, in order; earlier releases kept them without a number and a decision."""
    kept = enumerate(details.get("disputes", ()), start=1)
    return [{"number": number, **_UNDECIDED, **dispute} for number, dispute in kept]


def dispute_as_told(dispute: Mapping[str, Any]) -> dict[str, Any]:
    """As `contract.turn_ins.Dispute` has it: who decided is ours to know."""
    decided_on = dispute["decided_on"]
    return {
        **{name: value for name, value in dispute.items() if name != "decided_by"},
        "raised_on": date.fromisoformat(dispute["raised_on"]),
        "decided_on": date.fromisoformat(decided_on) if decided_on else None,
    }
