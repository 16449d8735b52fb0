"""What the facts heard of one lease say together, whatever order they came in and however often each came."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

ON_ITS_WAY, ARRIVED = "payment_posted", ("payment_applied", "payment_returned")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """An event about the lease; `data` holds what counts of it: a standing, a presentment, an end."""

    name: str
    sequence: int
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection:
    """What evaluations rest on. `payments` says by presentment whether it is in accounts' standing, or gone back."""

    sequence: int
    status: str
    past_due_cents: int
    maturity_on: date | None
    payments: Mapping[tuple[str, int], bool]


def project(facts: Iterable[Fact]) -> Projection:
    """The newest standing, the latest end, and every payment. Raises ValueError where no fact holds a standing."""
    known = list(facts)
    newest = max((fact for fact in known if "standing" in fact.data), key=lambda fact: fact.sequence, default=None)
    if newest is None:
        raise ValueError("A lease is taken over with a standing.")
    ends = [date.fromisoformat(fact.data["maturity_on"]) for fact in known if "maturity_on" in fact.data]
    paying = [fact for fact in known if "payment_id" in fact.data]
    arrived = {_presentment(fact) for fact in paying if fact.name in ARRIVED}
    return Projection(
        sequence=newest.sequence,
        status=newest.data["standing"]["status"],
        past_due_cents=newest.data["standing"]["past_due_cents"],
        maturity_on=max(ends, default=None),
        payments={_presentment(fact): _presentment(fact) in arrived for fact in paying},
    )


def _presentment(fact: Fact) -> tuple[str, int]:
    return fact.data["payment_id"], fact.data["presentment_number"]
