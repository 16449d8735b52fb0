"""Fold a payment into a locked account, and bring allocations and journal to what the engine now says."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update

from chassis.ids import new_id
from chassis.store import Transaction
from services.accounts.models import account_events, allocation_as_stored, allocation_from_stored, allocations
from services.accounts.operations.bulk import insert_all
from services.accounts.operations.locking import LockedAccount
from services.accounts.operations.posting import Posting, post, posting_of, reversals
from services.accounts.rules.closing import CLOSING_KINDS, PAYOFF, REFUND, Closing, Payoff, closing_of
from services.accounts.rules.engine import apply_payment, replay
from services.accounts.rules.journal import JournalEntry, allocation_entries, payment_accepted_entry
from services.accounts.rules.state import AccountState, Allocation, Payment


@dataclass(frozen=True, kw_only=True)
class Arrived:
    """A payment, or what followed from one, that has just become event `number` of the account, and when."""

    event_id: UUID
    number: int
    payment: Payment | Closing
    today: date
    now: datetime


@dataclass(frozen=True)
class _Known:
    """An allocation as it is stored, and how often its split was revised."""

    allocation: Allocation
    revision: int


def allocate(transaction: Transaction, *, account: LockedAccount, arrived: Arrived) -> AccountState:
    """The account's state with the payment in it; what changed is stored and posted, nothing else.

    A payment at the end is folded onto the stored state; an earlier one makes the engine replay from the opening.
    """
    payment, known = arrived.payment, dict[str, _Known]()
    if (payment.effective_on, payment.source_key) > (account.state.last_effective_on, account.state.last_source_key):
        state = apply_payment(terms=account.terms, state=account.state, payment=payment)
    else:
        known = _known_allocations(transaction, account_id=account.id)
        earlier = _recorded_payments(transaction, account_id=account.id)
        state = replay(terms=account.terms, opening=account.state.opening, payments=[*earlier, payment])
    _bring_up_to(transaction, account=account, arrived=arrived, found=state.allocations, known=known)
    return state


def hold(transaction: Transaction, *, account: LockedAccount, arrived: Arrived, reason: str) -> Allocation:
    """Book the payment as credit that the engine does not touch, until a person decides what it is for."""
    payment = arrived.payment
    assert isinstance(payment, Payment)
    allocation = Allocation(
        source_key=payment.source_key,
        effective_on=payment.effective_on,
        amount_cents=payment.amount_cents,
        interest_cents=0,
        principal_cents=0,
        tax_cents=0,
        fees_cents=0,
        unapplied_cents=payment.amount_cents,
        interest_recognised_cents=0,
        instalments=(),
        explanation={"held_because": reason},
    )
    insert_all(transaction, allocations, [_row(allocation, account=account, arrived=arrived, kind="payment_held")])
    post(transaction, postings=_acceptances(account, arrived), today=arrived.today, now=arrived.now)
    return allocation


def payment_from_event(event: Mapping[str, Any]) -> Payment | Closing:
    """What the engine folds of a row of `account_events`: a payment, or the payoff or refund that followed."""
    if event["kind"] in CLOSING_KINDS:
        return closing_of(event)
    return Payment(
        source_key=event["source_key"],
        effective_on=event["effective_on"],
        amount_cents=event["data"]["amount_cents"],
        extra=event["data"]["extra"],
    )


def _bring_up_to(
    transaction: Transaction,
    *,
    account: LockedAccount,
    arrived: Arrived,
    found: Sequence[Allocation],
    known: Mapping[str, _Known],
) -> None:
    """Reverse what the engine no longer says, then store and post what it says now."""
    postings, added, revised = _acceptances(account, arrived), [], []
    vanished = set(known) - {allocation.source_key for allocation in found}
    wrong = set(vanished)
    for allocation in found:
        before = known.get(allocation.source_key)
        if before is not None and before.allocation == allocation:
            continue
        entries = _entries(account, allocation)
        is_new = before is None
        is_reposted = before is not None and _entries(account, before.allocation) != entries
        if is_new or is_reposted:
            postings += [posting_of(entry, account_id=account.id, event_number=arrived.number) for entry in entries]
        if before is None:
            kind = _kind_of(arrived) if allocation.source_key == arrived.payment.source_key else "credit_used"
            added.append(_row(allocation, account=account, arrived=arrived, kind=kind))
        else:
            revised.append(_Known(allocation, before.revision + is_reposted))
        if is_reposted:
            wrong.add(allocation.source_key)
    undoing = reversals(transaction, account_id=account.id, cause_keys=wrong) if wrong else []
    _remove(transaction, account_id=account.id, source_keys=vanished)
    _overwrite(transaction, account_id=account.id, revised=revised)
    insert_all(transaction, allocations, added)
    post(transaction, postings=[*undoing, *postings], today=arrived.today, now=arrived.now)


def _entries(account: LockedAccount, allocation: Allocation) -> tuple[JournalEntry, ...]:
    return allocation_entries(product=account.product, allocation=allocation)


def _acceptances(account: LockedAccount, arrived: Arrived) -> list[Posting]:
    payment = arrived.payment
    if not isinstance(payment, Payment):
        return []
    entry = payment_accepted_entry(
        source_key=payment.source_key, effective_on=payment.effective_on, amount_cents=payment.amount_cents
    )
    return [posting_of(entry, account_id=account.id, event_number=arrived.number)]


def _kind_of(arrived: Arrived) -> str:
    if isinstance(arrived.payment, Payment):
        return "payment"
    return PAYOFF if isinstance(arrived.payment, Payoff) else REFUND


def _row(allocation: Allocation, *, account: LockedAccount, arrived: Arrived, kind: str) -> dict[str, Any]:
    return {
        "id": new_id(at=arrived.now),
        "account_id": account.id,
        "event_id": None if kind == "credit_used" else arrived.event_id,
        "kind": kind,
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
    rows = transaction.all(
        select(allocations).where(allocations.c.account_id == account_id, allocations.c.kind != "payment_held")
    )
    return {row["source_key"]: _Known(allocation_from_stored(row), row["revision"]) for row in rows}


def _recorded_payments(transaction: Transaction, *, account_id: UUID) -> list[Payment | Closing]:
    rows = transaction.all(
        select(account_events).where(
            account_events.c.account_id == account_id, account_events.c.kind.in_(("payment_posted", *CLOSING_KINDS))
        )
    )
    return [payment_from_event(row) for row in rows]
