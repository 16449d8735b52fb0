"""Every change of an account is first an event of it, known by a permanent key."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from chassis.ids import new_id
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


def find_recorded(transaction: Transaction, *, source_key: str) -> Row | None:
    """The event of that key, whatever account it belongs to."""
    return transaction.one(select(account_events).where(account_events.c.source_key == source_key))
