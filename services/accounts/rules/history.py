"""Everything that happened to one account, replayed: what the engine folds, and the money it may not touch."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.accounts.rules.engine import replay
from services.accounts.rules.events import AccountEvent, Payment, Reversal
from services.accounts.rules.held import held_payment, undone_payment
from services.accounts.rules.state import AccountState, Allocation
from services.accounts.rules.terms import Opening, Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """The events of an account after its opening; `held` says by key why a payment waits for a person."""

    events: Sequence[AccountEvent]
    held: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """An account's state, its held money and all its allocations."""

    state: AccountState
    allocations: tuple[Allocation, ...]

    @property
    def held_cents(self) -> int:
        return sum(each.amount_cents for each in self.allocations if each.kind == "payment_held")


def replay_history(*, terms: Terms, opening: Opening, history: History) -> Replayed:
    """The account as its events make it, whatever order they are given in. Raises what `replay` raises."""
    is_held = [_concerns(event, keys=history.held) for event in history.events]
    folded = [event for event, held in zip(history.events, is_held, strict=True) if not held]
    apart = [event for event, held in zip(history.events, is_held, strict=True) if held]
    state = replay(terms=terms, opening=opening, events=folded)
    return Replayed(state=state, allocations=(*state.allocations, *_set_apart(apart, history.held)))


def _concerns(event: AccountEvent, *, keys: Mapping[str, Any]) -> bool:
    return (event.payment_key if isinstance(event, Reversal) else event.source_key) in keys


def _set_apart(events: Iterable[AccountEvent], held: Mapping[str, Mapping[str, Any]]) -> list[Allocation]:
    in_order = sorted(events, key=lambda event: event.place)
    undone: dict[str, Reversal] = {}
    for event in in_order:
        if isinstance(event, Reversal):
            undone.setdefault(event.payment_key, event)
    return [
        undone_payment(event, undoing=undone[event.source_key])
        if event.source_key in undone
        else held_payment(event, explanation=held[event.source_key])
        for event in in_order
        if isinstance(event, Payment)
    ]
