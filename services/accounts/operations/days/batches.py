"""Accounts whose next action has come, claimed, changed and saved many at a time, each table in one statement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from chassis.bulk import as_json, insert_all
from chassis.events import Event
from chassis.ids import new_id
from chassis.store import Row, Transaction
from services.accounts.models import (
    AGENDA,
    account_events,
    agenda_as_stored,
    allocations,
    event_as_stored,
    marks_as_stored,
    state_as_stored,
)
from services.accounts.operations.allocating import Arrived, allocation_row
from services.accounts.operations.locking import LockedAccount, locked
from services.accounts.operations.posting import Posting, newest_heads, post, posting_of
from services.accounts.rules.agenda import NextAction, Stage
from services.accounts.rules.chain import START, ChainHead
from services.accounts.rules.engine import apply_event
from services.accounts.rules.events import AccountEvent
from services.accounts.rules.journal import allocation_entries
from services.accounts.rules.reminding import Reminder
from services.accounts.rules.state import AccountState

# In the order of the ids: neighbours lie on the same pages of every table and index.
_CLAIM = text(f"""
    SELECT account_id, version, state, held_cents, chain_number, chain_digest, {", ".join(AGENDA)}
    FROM account_states
    WHERE next_action_on IS NOT NULL AND (next_action_on, next_action_stage) <= (:on, :stage)
    ORDER BY next_action_on, next_action_stage, account_id
    LIMIT :limit FOR NO KEY UPDATE SKIP LOCKED
""")  # noqa: S608 - our own column names
_LEFT = text("""
    SELECT EXISTS (
        SELECT FROM account_states
        WHERE next_action_on IS NOT NULL AND (next_action_on, next_action_stage) <= (:on, :stage)
    )
""")
_CONTRACTS = text("""
    SELECT a.id, a.product, a.status, a.state AS jurisdiction, t.terms
    FROM accounts a
    JOIN LATERAL (
        SELECT terms FROM contract_terms WHERE account_id = a.id ORDER BY version DESC LIMIT 1
    ) t ON true
    WHERE a.id = ANY(CAST(:ids AS uuid[]))
""")
_SAVE = text("""
    UPDATE account_states s SET
        version = r.version, state = coalesce(r.state, s.state), held_cents = r.held_cents, updated_at = r.updated_at,
        chain_number = r.chain_number, chain_digest = r.chain_digest, next_action_on = r.next_action_on,
        next_action_stage = r.next_action_stage, reminded_on = r.reminded_on,
        fees_considered_on = r.fees_considered_on, bucket_due_on = r.bucket_due_on, bucket_days = r.bucket_days,
        delinquent_since_on = r.delinquent_since_on
    FROM json_to_recordset(CAST(:rows AS json)) AS r (
        account_id uuid, version integer, state jsonb, held_cents bigint, updated_at timestamptz,
        chain_number integer, chain_digest bytea, next_action_on date, next_action_stage smallint, reminded_on date,
        fees_considered_on date, bucket_due_on date, bucket_days smallint, delinquent_since_on date
    )
    WHERE s.account_id = r.account_id
""")


@dataclass(frozen=True, kw_only=True)
class Claimed:
    """An account's locked row, not yet read: whoever reads it may find that it cannot be."""

    account_id: UUID
    row: Mapping[str, Any]
    head: ChainHead

    def read(self) -> LockedAccount:
        return locked(account_id=self.account_id, row=self.row, head=self.head)


@dataclass(kw_only=True)
class Worked:
    """An account after its part of a day: what is to be told of it, and when a day looks at it next.

    `known_state` is the account as the day knew it, where that is not all that is known by now.
    """

    before: LockedAccount
    account: LockedAccount
    known_state: AccountState | None = None
    told: list[tuple[Event, dict[str, Any]]] = field(default_factory=list)
    reminder: Reminder | None = None
    delinquent_since_on: date | None = None
    next_action: NextAction | None = None


@dataclass(kw_only=True)
class Gathered:
    """What events at the end of their accounts add to the tables, until all of it is inserted together."""

    now: datetime
    today: date
    events: list[dict[str, Any]] = field(default_factory=list)
    allocations: list[dict[str, Any]] = field(default_factory=list)
    postings: list[Posting] = field(default_factory=list)
    heads: dict[UUID, ChainHead] = field(default_factory=dict)

    def fold(self, account: LockedAccount, *, event: AccountEvent, kind: str) -> tuple[LockedAccount, UUID]:
        """The account with an event in it that belongs at its end, and the event's id. Raises EventOutOfOrder."""
        event_id, number = new_id(at=self.now), account.version + 1
        arrived = Arrived(event_id=event_id, number=number, event=event, today=self.today, now=self.now)
        state = apply_event(terms=account.terms, state=account.state, event=event)
        self.events.append(
            {
                "id": event_id, "account_id": account.id, "number": number, "source_key": event.source_key,
                "kind": kind, "effective_on": event.effective_on, "data": event_as_stored(event),
                "recorded_at": self.now,
            }
        )  # fmt: skip
        for allocation in state.allocations:
            cause = None if allocation.kind == "credit_used" else event_id
            self.allocations.append(allocation_row(allocation, account=account, arrived=arrived, event_id=cause))
            entries = allocation_entries(product=account.product, allocation=allocation)
            self.postings += [posting_of(entry, account_id=account.id, event_number=number) for entry in entries]
        self.heads[account.id] = account.head
        return replace(account, state=replace(state, allocations=()), version=number), event_id

    def insert(self, transaction: Transaction) -> dict[UUID, ChainHead]:
        """Store and post all of it; gives the heads that the accounts' chains have after it."""
        insert_all(transaction, account_events, self.events)
        insert_all(transaction, allocations, self.allocations)
        return post(transaction, postings=self.postings, today=self.today, now=self.now, heads=self.heads)


def claim(transaction: Transaction, *, on: date, stage: Stage, limit: int) -> list[Claimed]:
    """Accounts that have something to do by that stage of a day and that nobody else is changing now, locked."""
    rows = transaction.all(_CLAIM, {"on": on, "stage": int(stage), "limit": limit})
    if not rows:
        return []
    ids = [row["account_id"] for row in rows]
    contracts = {row["id"]: row for row in transaction.all(_CONTRACTS, {"ids": [str(each) for each in ids]})}
    unsealed = [row["account_id"] for row in rows if row["chain_number"] is None]
    heads = newest_heads(transaction, account_ids=unsealed)
    return [
        Claimed(account_id=row["account_id"], row={**row, **contracts[row["account_id"]]}, head=_head(row, heads))
        for row in rows
    ]


def is_anything_left(transaction: Transaction, *, on: date, stage: Stage) -> bool:
    """Whether an account has something to do by that stage of a day, also one that somebody else is changing now."""
    return bool(transaction.value(_LEFT, {"on": on, "stage": int(stage)}))


def save_together(transaction: Transaction, *, worked: Sequence[Worked], now: datetime) -> None:
    """Write what changed of locked accounts."""
    rows = [_row(each, now=now) for each in worked]
    if rows:
        transaction.run(_SAVE, {"rows": as_json(rows)})


def _row(worked: Worked, *, now: datetime) -> dict[str, Any]:
    account, is_changed = worked.account, worked.account.version != worked.before.version
    assert account.marks is not None, "a day leaves its marks on every account it looks at"
    return {
        "account_id": account.id,
        "version": account.version,
        "state": state_as_stored(account.state) if is_changed else None,
        "held_cents": account.held_cents,
        "updated_at": now,
        "chain_number": account.head.number,
        "chain_digest": account.head.digest,
        "delinquent_since_on": worked.delinquent_since_on,
        **agenda_as_stored(worked.next_action),
        **marks_as_stored(account.marks),
    }


def _head(row: Row, heads: Mapping[UUID, ChainHead]) -> ChainHead:
    if row["chain_number"] is None:
        return heads.get(row["account_id"], START)
    return ChainHead(row["chain_number"], bytes(row["chain_digest"]))
