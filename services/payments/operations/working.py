"""What a person has to look at: opened once for each cause, closed with a note."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert

from chassis.context import CallContext
from chassis.errors import NotFound
from chassis.ids import new_id
from chassis.store import Transaction
from services.payments.models import work_items

_OPEN = insert(work_items).on_conflict_do_nothing(constraint="uq_work_items_source_key")


def open_work_item(
    transaction: Transaction, *, account_id: UUID, payment_id: UUID | None, source_key: str, reason: str,
    details: Mapping[str, Any], now: datetime,
) -> None:  # fmt: skip
    """Ask a person to look, once for each `source_key`. `details` are plain facts, fit for JSON."""
    transaction.run(
        _OPEN,
        {
            "id": new_id(at=now), "account_id": account_id, "payment_id": payment_id, "source_key": source_key,
            "reason": reason, "details": dict(details), "opened_at": now,
        },
    )  # fmt: skip


def close_work_item(
    transaction: Transaction, *, caller: CallContext, now: datetime, work_item_id: UUID, note: str
) -> None:  # fmt: skip
    """A person has looked. Raises NotFound, also where it is closed already."""
    is_open = (work_items.c.id == work_item_id) & work_items.c.closed_at.is_(None)
    closed = update(work_items).where(is_open).values(closed_at=now, closed_by=caller.subject, note=note)
    if not transaction.run(closed):
        raise NotFound()


def close_by_itself(transaction: Transaction, *, source_key: str, now: datetime) -> None:
    """Nobody has to look any more."""
    is_open = (work_items.c.source_key == source_key) & work_items.c.closed_at.is_(None)
    transaction.run(update(work_items).where(is_open).values(closed_at=now))
