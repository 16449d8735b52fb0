"""Messages to customers: what became of them; read-only."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from chassis.context import CallContext
from chassis.keys import FieldCipher
from chassis.store import Row, Transaction
from services.notifications.models import choices, consents, contacts, inbox_items, messages
from services.notifications.rules import decided, standing, states
from services.notifications.rules.kinds import CARRIED
from services.notifications.rules.states import State

_SHOWN = tuple(
    messages.c[name]
    for name in (
        "id", "account_id", "channel", "template", "state", "reason", "created_at", "sent_at", "delivered_at",
        "decisions",
    )
)  # fmt: skip


def list_messages(transaction: Transaction, *, user_id: UUID, limit: int, cursor: UUID | None) -> Mapping[str, Any]:
    """One person's messages, newest first → {data, next_cursor}; the cursor is the last id of the page before."""
    wanted = select(*_SHOWN).where(messages.c.user_id == user_id).order_by(messages.c.id.desc()).limit(limit + 1)
    if cursor is not None:
        wanted = wanted.where(messages.c.id < cursor)
    return _page(
        [{**row, "decisions": decided.every_one(row["decisions"])} for row in transaction.all(wanted)], limit=limit
    )


def get_alerts(
    transaction: Transaction, *, caller: CallContext, cipher: FieldCipher, brand: str
) -> Mapping[str, Any]:  # fmt: skip
    """What the caller chose, as it counts, with what stands in the way of texts and mails."""
    user_id = UUID(caller.subject)
    contact = transaction.one(select(contacts).where(contacts.c.user_id == user_id))
    sealed = contact and contact["phone_sealed"]
    return standing.shown_alerts(
        choice=transaction.one(select(choices).where(choices.c.user_id == user_id)),
        contact=contact,
        phone=cipher.decrypt(sealed, bound_to=str(user_id)) if sealed else None,
        consent_said_at=transaction.value(select(func.max(consents.c.said_at)).where(consents.c.user_id == user_id)),
        brand=brand,
    )


def list_consents(
    transaction: Transaction, *, caller: CallContext, limit: int, cursor: UUID | None
) -> Mapping[str, Any]:
    """What the caller agreed to and took back, newest first → {data, next_cursor}."""
    wanted = select(consents).where(consents.c.user_id == UUID(caller.subject)).order_by(consents.c.id.desc())
    if cursor is not None:
        wanted = wanted.where(consents.c.id < cursor)
    return _page([standing.shown_consent(row) for row in transaction.all(wanted.limit(limit + 1))], limit=limit)


def list_inbox(
    transaction: Transaction, *, caller: CallContext, cipher: FieldCipher, limit: int, cursor: UUID | None
) -> Mapping[str, Any]:
    """The caller's inbox, newest first → {data, next_cursor, unread}."""
    mine = inbox_items.c.user_id == UUID(caller.subject)
    columns = (messages.c.id, messages.c.account_id, messages.c.template, messages.c.created_at)
    wanted = (
        select(*columns, inbox_items.c.read_at, inbox_items.c.title_sealed, inbox_items.c.text_sealed)
        .join_from(inbox_items, messages, messages.c.id == inbox_items.c.message_id)
        .where(mine)
        .order_by(inbox_items.c.message_id.desc())
        .limit(limit + 1)
    )
    if cursor is not None:
        wanted = wanted.where(inbox_items.c.message_id < cursor)
    items = [_item(cipher, row) for row in transaction.all(wanted)]
    unread = select(func.count()).select_from(inbox_items).where(mine, inbox_items.c.read_at.is_(None))
    return {**_page(items, limit=limit), "unread": transaction.value(unread)}


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


def _page(found: list[Any], *, limit: int) -> Mapping[str, Any]:
    page = found[:limit]
    return {"data": page, "next_cursor": page[-1]["id"] if len(found) > limit else None}


def _item(cipher: FieldCipher, row: Row) -> Mapping[str, Any]:
    title, text = (cipher.decrypt(row[part], bound_to=str(row["id"])) for part in ("title_sealed", "text_sealed"))
    return standing.shown_item(row, title=title, text=text)
