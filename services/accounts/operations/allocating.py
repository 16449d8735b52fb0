"""Fold an event into a locked account, and bring allocations and journal to what the engine now says."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update

from chassis.bulk import insert_all
from chassis.ids import new_id
from chassis.store import Transaction
from services.accounts.models import (
    account_events,
    allocation_as_stored,
    allocation_from_stored,
    allocations,
    history_from_stored,
)
from services.accounts.operations.locking import LockedAccount, with_open_fees
from services.accounts.operations.posting import post, posting_of, reversals
from services.accounts.rules.chain import ChainHead
from services.accounts.rules.engine import apply_event
from services.accounts.rules.events import AccountEvent, Payment
from services.accounts.rules.held import held_payment
from services.accounts.rules.history import History, replay_history
from services.accounts.rules.journal import JournalEntry, allocation_entries
from services.accounts.rules.shown import is_paid_off, status_after
from services.accounts.rules.state import Allocation, EventOutOfOrder


@dataclass(frozen=True, kw_only=True)
class Arrived:
    """An event that has just become number `number` of the account, and when; `held_because` keeps money apart."""

    event_id: UUID
    number: int
    event: AccountEvent
    today: date
    now: datetime
    held_because: str | None = None

    @property
    def explanation(self) -> dict[str, Any]:
        return {"held_because": self.held_because}


@dataclass(frozen=True, kw_only=True)
class Change:
    """What an event made of an allocation; `before` is None where there was none."""

    event_id: UUID | None
    before: Allocation | None
    after: Allocation


@dataclass(frozen=True, kw_only=True)
class Folded:
    """The account after an event, and every allocation that the event made or changed."""

    account: LockedAccount
    changes: tuple[Change, ...]

    def allocation_of(self, source_key: str) -> Allocation:
        return next(change.after for change in self.changes if change.after.source_key == source_key)


@dataclass(frozen=True)
class _Known:
    """An allocation as it is stored, the event it belongs to, and how often its split was revised."""

    allocation: Allocation
    event_id: UUID | None
    revision: int


def fold(transaction: Transaction, *, account: LockedAccount, arrived: Arrived) -> Folded:
    """The account with the event in it; what changed is stored and posted, nothing else.

    An event at the end is folded onto the stored state; an earlier one makes the engine replay from the opening.
    """
    try:
        after, found = _at_the_end(transaction, account=account, arrived=arrived)
        known: dict[str, _Known] = {}
    except EventOutOfOrder:
        known = _known_allocations(transaction, account_id=account.id)
        after, found = _replayed(transaction, account=account, arrived=arrived, known=known)
    changes, head = _bring_up_to(transaction, account=account, arrived=arrived, found=found, known=known)
    folded = replace(after, version=arrived.number, head=head)
    return Folded(account=with_open_fees(before=account, after=folded), changes=changes)


def read_history(
    transaction: Transaction, *, account_id: UUID, explanations: Mapping[str, Mapping[str, Any]] | None = None
) -> History:
    """Every event of the account after its opening."""
    rows = transaction.all(select(account_events).where(account_events.c.account_id == account_id))
    return history_from_stored(rows, explanations=explanations or {})


def _at_the_end(
    transaction: Transaction, *, account: LockedAccount, arrived: Arrived
) -> tuple[LockedAccount, Sequence[Allocation]]:
    event = arrived.event
    if (
        arrived.held_because is not None
        and isinstance(event, Payment)
        and event.source_key not in account.state.awaited
    ):
        allocation = held_payment(event, explanation=arrived.explanation)
        return replace(account, held_cents=account.held_cents + event.amount_cents), [allocation]
    state = apply_event(terms=account.terms, state=account.state, event=event)
    is_paid = isinstance(event, Payment) or (
        is_paid_off(product=account.product, state=state) and _was_paid(transaction, account_id=account.id)
    )
    status = status_after(status=account.status, product=account.product, state=state, is_paid=is_paid)
    return replace(account, state=replace(state, allocations=()), status=status), state.allocations


def _replayed(
    transaction: Transaction, *, account: LockedAccount, arrived: Arrived, known: Mapping[str, _Known]
) -> tuple[LockedAccount, Sequence[Allocation]]:
    explanations = {key: each.allocation.explanation for key, each in known.items()}
    explanations |= {arrived.event.source_key: arrived.explanation}
    history = read_history(transaction, account_id=account.id, explanations=explanations)
    replayed = replay_history(terms=account.terms, opening=account.state.opening, history=history)
    is_paid = any(isinstance(each, Payment) and each.source_key not in history.held for each in history.events)
    status = status_after(status=account.status, product=account.product, state=replayed.state, is_paid=is_paid)
    after = replace(
        account,
        state=replace(replayed.state, allocations=()),
        status=status,
        held_cents=replayed.held_cents,
    )
    return after, replayed.allocations


def _bring_up_to(
    transaction: Transaction,
    *,
    account: LockedAccount,
    arrived: Arrived,
    found: Sequence[Allocation],
    known: Mapping[str, _Known],
) -> tuple[tuple[Change, ...], ChainHead]:
    """Reverse what the engine no longer says, then store and post what it says now."""
    postings, changes, added, revised = [], [], [], []
    wrong: dict[str, Collection[str]] = {}
    for allocation in found:
        before = known.get(allocation.source_key)
        if before is not None and before.allocation == allocation:
            continue
        entries = _entries(account, allocation)
        standing = () if before is None else _entries(account, before.allocation)
        undone = [entry.kind for entry in standing if entry not in entries]
        if undone:
            wrong[allocation.source_key] = undone
        new = [entry for entry in entries if entry not in standing]
        postings += [posting_of(entry, account_id=account.id, event_number=arrived.number) for entry in new]
        event_id = _event_id(allocation, arrived=arrived, before=before)
        if before is None:
            added.append(allocation_row(allocation, account=account, arrived=arrived, event_id=event_id))
        else:
            revised.append(_Known(allocation, event_id, before.revision + bool(undone or new)))
        changes.append(
            Change(event_id=event_id, before=None if before is None else before.allocation, after=allocation)
        )
    vanished = set(known) - {allocation.source_key for allocation in found}
    wrong |= {key: {entry.kind for entry in _entries(account, known[key].allocation)} for key in vanished}
    undoing = reversals(transaction, account_id=account.id, wrong=wrong) if wrong else []
    _remove(transaction, account_id=account.id, source_keys=vanished)
    _overwrite(transaction, account_id=account.id, revised=revised)
    insert_all(transaction, allocations, added)
    heads = {account.id: account.head}
    reached = post(transaction, postings=[*undoing, *postings], today=arrived.today, now=arrived.now, heads=heads)
    return tuple(changes), reached[account.id]


def _entries(account: LockedAccount, allocation: Allocation) -> tuple[JournalEntry, ...]:
    return allocation_entries(product=account.product, allocation=allocation)


def _event_id(allocation: Allocation, *, arrived: Arrived, before: _Known | None) -> UUID | None:
    if before is not None:
        return before.event_id
    return None if allocation.kind == "credit_used" else arrived.event_id


def allocation_row(
    allocation: Allocation, *, account: LockedAccount, arrived: Arrived, event_id: UUID | None
) -> dict[str, Any]:
    """The row of an allocation that the event has just made."""
    return {
        "id": new_id(at=arrived.now),
        "account_id": account.id,
        "event_id": event_id,
        "revision": 1,
        "recorded_at": arrived.now,
        **allocation_as_stored(allocation),
    }


def _remove(transaction: Transaction, *, account_id: UUID, source_keys: Collection[str]) -> None:
    """Credit that the engine no longer uses; its entries are reversed, its row was never a fact of its own."""
    if source_keys:
        is_gone = allocations.c.source_key.in_(list(source_keys))
        transaction.run(delete(allocations).where(allocations.c.account_id == account_id, is_gone))


def _overwrite(transaction: Transaction, *, account_id: UUID, revised: Sequence[_Known]) -> None:
    """What the engine now decides of allocations that are there; which event they belong to stays."""
    for known in revised:
        decided = {**allocation_as_stored(known.allocation), "revision": known.revision}
        key = allocations.c.source_key == known.allocation.source_key
        transaction.run(update(allocations).where(allocations.c.account_id == account_id, key).values(decided))


def _known_allocations(transaction: Transaction, *, account_id: UUID) -> dict[str, _Known]:
    rows = transaction.all(select(allocations).where(allocations.c.account_id == account_id))
    return {row["source_key"]: _Known(allocation_from_stored(row), row["event_id"], row["revision"]) for row in rows}


def _was_paid(transaction: Transaction, *, account_id: UUID) -> bool:
    posted = select(account_events.c.id).where(
        account_events.c.account_id == account_id, account_events.c.kind == "payment_posted"
    )
    return transaction.value(posted.limit(1)) is not None
