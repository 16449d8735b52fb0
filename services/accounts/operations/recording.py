"""Every change of an account is first an event of it, known by a permanent key."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import BindParameter, Text, any_, bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY, insert

from chassis.bulk import insert_all
from chassis.ids import new_id, new_ids
from chassis.store import Row, Transaction
from services.accounts.models import account_events, event_as_stored
from services.accounts.operations.allocating import Arrived
from services.accounts.operations.locking import LockedAccount
from services.accounts.rules.events import AccountEvent

_RECORD = (
    insert(account_events)
    .on_conflict_do_nothing(constraint="uq_account_events_source_key")
    .returning(account_events.c.id)
)
_source_keys: BindParameter[Any] = bindparam("source_keys", type_=ARRAY(Text))
_KNOWN = select(account_events.c.source_key).where(account_events.c.source_key == any_(_source_keys))


@dataclass(frozen=True, kw_only=True)
class New:
    """An event that is to be recorded; `details` is what its row keeps besides the rules' own figures."""

    account: LockedAccount
    event: AccountEvent
    kind: str
    details: Mapping[str, Any]
    held_because: str | None = None


def record(
    transaction: Transaction,
    *,
    account: LockedAccount,
    event: AccountEvent,
    kind: str,
    now: datetime,
    today: date,
    details: Mapping[str, Any] | None = None,
    held_because: str | None = None,
) -> Arrived | None:
    """Make it the account's next event; None where an event of that key is recorded already.

    `details` is what the row keeps besides the rules' own figures.
    """
    event_id, number = new_id(at=now), account.version + 1
    row = {
        "id": event_id, "account_id": account.id, "number": number, "source_key": event.source_key, "kind": kind,
        "effective_on": event.effective_on, "data": {**event_as_stored(event), **(details or {})}, "recorded_at": now,
    }  # fmt: skip
    if transaction.value(_RECORD, row) is None:
        return None
    return Arrived(event_id=event_id, number=number, event=event, today=today, now=now, held_because=held_because)


def recorded_keys(transaction: Transaction, *, source_keys: Collection[str]) -> set[str]:
    """Which of the keys are those of recorded events, whatever account they belong to."""
    return {row["source_key"] for row in transaction.all(_KNOWN, {"source_keys": list(source_keys)})}


def record_all(transaction: Transaction, *, new: Sequence[New], now: datetime, today: date) -> list[Arrived]:
    """Make each the next event of its account, all of which are others. Raises ConstraintViolated for a known key."""
    arrived = [
        Arrived(
            event_id=event_id, number=each.account.version + 1, event=each.event, today=today, now=now,
            held_because=each.held_because,
        )
        for event_id, each in zip(new_ids(at=now, count=len(new)), new, strict=True)
    ]  # fmt: skip
    insert_all(
        transaction, account_events, [_row(each, as_arrived) for each, as_arrived in zip(new, arrived, strict=True)]
    )
    return arrived


def _row(new: New, arrived: Arrived) -> dict[str, Any]:
    return {
        "id": arrived.event_id, "account_id": new.account.id, "number": arrived.number,
        "source_key": new.event.source_key, "kind": new.kind, "effective_on": new.event.effective_on,
        "data": {**event_as_stored(new.event), **new.details}, "recorded_at": arrived.now,
    }  # fmt: skip


def find_recorded(transaction: Transaction, *, source_key: str) -> Row | None:
    """The event of that key, whatever account it belongs to."""
    return transaction.one(select(account_events).where(account_events.c.source_key == source_key))
