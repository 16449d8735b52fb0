"""What may be asked of notifications; read-only."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select

from chassis.store import Transaction
from services.notifications.models import messages

_SHOWN = tuple(
    messages.c[name] for name in ("id", "account_id", "channel", "template", "state", "reason", "created_at", "sent_at")
)


def list_messages(transaction: Transaction, *, user_id: UUID, limit: int, cursor: UUID | None) -> Mapping[str, Any]:
    """One person's messages, newest first → {data, next_cursor}; the cursor is the last id of the page before."""
    wanted = select(*_SHOWN).where(messages.c.user_id == user_id).order_by(messages.c.id.desc()).limit(limit + 1)
    if cursor is not None:
        wanted = wanted.where(messages.c.id < cursor)
    found = transaction.all(wanted)
    page = found[:limit]
    return {"data": page, "next_cursor": page[-1]["id"] if len(found) > limit else None}
