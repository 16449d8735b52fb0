"""Fold an event into a locked account, and bring allocations and journal to what the engine now says."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, any_, bindparam, delete, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PGUUID

from chassis.bulk import insert_all, update_all
from chassis.ids import new_id
from chassis.store import Row, Transaction
from services.accounts.models import (
    account_events,
    allocation_as_stored,
    allocation_from_stored,
    allocations,
    history_from_stored,
)
from services.accounts.operations.locking import LockedAccount, with_open_fees
from services.accounts.operations.posting import Posting, post, posting_of, reversals
from services.accounts.rules.chain import ChainHead
from services.accounts.rules.engine import apply_event
from services.accounts.rules.events import AccountEvent, Payment
from services.accounts.rules.held import held_payment
from services.accounts.rules.history import History, replay_history
from services.accounts.rules.journal import JournalEntry, allocation_entries
from services.accounts.rules.shown import is_paid_off, status_after
from services.accounts.rules.state import Allocation, EventOutOfOrder

_of_accounts: BindParameter[Any] = bindparam("of_accounts", type_=ARRAY(PGUUID(as_uuid=True)))
_UNREAD = frozenset({"id", "recorded_at"})
_ALLOCATED = select(*(column for column in allocations.c if column.name not in _UNREAD)).where(
    allocations.c.account_id == any_(_of_accounts)
)
_HAPPENED = select(*(column for column in account_events.c if column.name not in _UNREAD)).where(
    account_events.c.account_id == any_(_of_accounts)
)


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


Known = Mapping[str, _Known]


@dataclass(kw_only=True)
class _Plan:
    """What one event makes of its account: the account after it, and everything that has to be written for it."""

    account: LockedAccount
    arrived: Arrived
    after: LockedAccount
    changes: list[Change] = field(default_factory=list)
    postings: list[Posting] = field(default_factory=list)
    added: list[dict[str, Any]] = field(default_factory=list)
    revised: list[dict[str, Any]] = field(default_factory=list)
    wrong: dict[str, Collection[str]] = field(default_factory=dict)
    vanished: set[str] = field(default_factory=set)


def fold(transaction: Transaction, *, account: LockedAccount, arrived: Arrived) -> Folded:
    """The account with the event in it; what changed is stored and posted, nothing else.

    An event at the end is folded onto the stored state; an earlier one makes the engine replay from the opening.
    """
    return fold_all(transaction, events=[(account, arrived)])[0]


def fold_all(transaction: Transaction, *, events: Sequence[tuple[LockedAccount, Arrived]]) -> list[Folded]:
    """The same for one event of each of several accounts, with one statement for each kind of row."""
    plans: dict[int, _Plan] = {}
    earlier: list[int] = []
    for place, (account, arrived) in enumerate(events):
        try:
            after, found = _at_the_end(transaction, account=account, arrived=arrived)
        except EventOutOfOrder:
            earlier.append(place)
        else:
            plans[place] = _planned(account, arrived=arrived, after=after, found=found, known={})
    for place, plan in _replayed(transaction, events=[events[place] for place in earlier], places=earlier):
        plans[place] = plan
    in_order = [plans[place] for place in range(len(events))]
    heads = _written(transaction, plans=in_order)
    return [_folded(plan, head=heads[plan.account.id]) for plan in in_order]


def _folded(plan: _Plan, *, head: ChainHead) -> Folded:
    after = replace(plan.after, version=plan.arrived.number, head=head)
    return Folded(account=with_open_fees(before=plan.account, after=after), changes=tuple(plan.changes))


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
    transaction: Transaction, *, events: Sequence[tuple[LockedAccount, Arrived]], places: Sequence[int]
) -> Iterator[tuple[int, _Plan]]:
    """The plans of events that belong before others, each with its place."""
    if not events:
        return
    ids = [account.id for account, _ in events]
    known = _known_allocations(transaction, account_ids=ids)
    happened = _by_account(transaction.all(_HAPPENED, {"of_accounts": ids}))
    for place, (account, arrived) in zip(places, events, strict=True):
        before = known.get(account.id, {})
        after, found = _replay(account, arrived=arrived, rows=happened[account.id], known=before)
        yield place, _planned(account, arrived=arrived, after=after, found=found, known=before)


def _replay(
    account: LockedAccount, *, arrived: Arrived, rows: Sequence[Row], known: Known
) -> tuple[LockedAccount, Sequence[Allocation]]:
    explanations = {key: each.allocation.explanation for key, each in known.items()}
    explanations |= {arrived.event.source_key: arrived.explanation}
    history = history_from_stored(rows, explanations=explanations)
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


def _planned(
    account: LockedAccount, *, arrived: Arrived, after: LockedAccount, found: Sequence[Allocation], known: Known
) -> _Plan:
    """Reverse what the engine no longer says, then store and post what it says now."""
    plan = _Plan(account=account, arrived=arrived, after=after)
    for allocation in found:
        before = known.get(allocation.source_key)
        if before is not None and before.allocation == allocation:
            continue
        entries = _entries(account, allocation)
        standing = () if before is None else _entries(account, before.allocation)
        undone = [entry.kind for entry in standing if entry not in entries]
        if undone:
            plan.wrong[allocation.source_key] = undone
        new = [entry for entry in entries if entry not in standing]
        plan.postings += [posting_of(entry, account_id=account.id, event_number=arrived.number) for entry in new]
        event_id = _event_id(allocation, arrived=arrived, before=before)
        if before is None:
            plan.added.append(allocation_row(allocation, account=account, arrived=arrived, event_id=event_id))
        else:
            revision = before.revision + bool(undone or new)
            decided = {"account_id": account.id, **allocation_as_stored(allocation), "revision": revision}
            plan.revised.append(decided)
        plan.changes.append(
            Change(event_id=event_id, before=None if before is None else before.allocation, after=allocation)
        )
    plan.vanished = set(known) - {allocation.source_key for allocation in found}
    plan.wrong |= {key: {entry.kind for entry in _entries(account, known[key].allocation)} for key in plan.vanished}
    return plan


def _written(transaction: Transaction, *, plans: Sequence[_Plan]) -> dict[UUID, ChainHead]:
    """Everything that the plans say; gives the new heads of the accounts' chains."""
    undoing = reversals(transaction, wrong={plan.account.id: plan.wrong for plan in plans if plan.wrong})
    for plan in plans:
        _remove(transaction, account_id=plan.account.id, source_keys=plan.vanished)
    revised = [row for plan in plans for row in plan.revised]
    update_all(transaction, allocations, revised, key=("account_id", "source_key"))
    insert_all(transaction, allocations, [row for plan in plans for row in plan.added])
    postings = [posting for plan in plans for posting in (*undoing.get(plan.account.id, ()), *plan.postings)]
    when = plans[0].arrived
    heads = {plan.account.id: plan.account.head for plan in plans}
    return post(transaction, postings=postings, today=when.today, now=when.now, heads=heads)


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


def _known_allocations(transaction: Transaction, *, account_ids: Sequence[UUID]) -> dict[UUID, dict[str, _Known]]:
    found: dict[UUID, dict[str, _Known]] = {}
    for row in transaction.all(_ALLOCATED, {"of_accounts": list(account_ids)}):
        known = _Known(allocation_from_stored(row), row["event_id"], row["revision"])
        found.setdefault(row["account_id"], {})[row["source_key"]] = known
    return found


def _by_account(rows: Sequence[Row]) -> dict[UUID, list[Row]]:
    found: dict[UUID, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["account_id"]].append(row)
    return found


def _was_paid(transaction: Transaction, *, account_id: UUID) -> bool:
    posted = select(account_events.c.id).where(
        account_events.c.account_id == account_id, account_events.c.kind == "payment_posted"
    )
    return transaction.value(posted.limit(1)) is not None
