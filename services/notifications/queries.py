"""What may be asked of notifications; read-only."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from chassis.store import Transaction
from services.notifications.models import messages
from services.notifications.rules import states
from services.notifications.rules.kinds import CARRIED
from services.notifications.rules.states import State

_SHOWN = tuple(
    messages.c[name]
    for name in (
        "id", "account_id", "channel", "template", "state", "reason", "created_at", "sent_at", "delivered_at",
    )
)  # fmt: skip


def list_messages(transaction: Transaction, *, user_id: UUID, limit: int, cursor: UUID | None) -> Mapping[str, Any]:
    """One person's messages, newest first → {data, next_cursor}; the cursor is the last id of the page before."""
    wanted = select(*_SHOWN).where(messages.c.user_id == user_id).order_by(messages.c.id.desc()).limit(limit + 1)
    if cursor is not None:
        wanted = wanted.where(messages.c.id < cursor)
    found = transaction.all(wanted)
    page = found[:limit]
    return {"data": page, "next_cursor": page[-1]["id"] if len(found) > limit else None}


def count_unsettled(transaction: Transaction, *, now: datetime) -> Mapping[str, int]:
    """By channel, how many messages nobody has known the outcome of for longer than a vendor takes to report it."""
    open_states = (State.SENDING, State.UNKNOWN)
    counted = (
        select(messages.c.channel, func.count().label("count"))
        .where(messages.c.state.in_(open_states), messages.c.changed_at < now - states.WORD_EXPECTED_WITHIN)
        .group_by(messages.c.channel)
    )
    found = {row["channel"]: row["count"] for row in transaction.all(counted)}
    return {channel: found.get(channel, 0) for channel in CARRIED}
