"""The inbox: a channel of our own, so that what lies there is delivered, and its words are kept for the reader."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update

from chassis.context import CallContext
from chassis.errors import NotFound
from chassis.keys import FieldCipher
from chassis.store import Transaction
from services.notifications.models import inbox_items, messages
from services.notifications.rules.standing import shown_item


def read_inbox_item(
    transaction: Transaction, *, now: datetime, caller: CallContext, cipher: FieldCipher, message_id: UUID
) -> Mapping[str, Any]:
    """One message of the caller's, read from now on, or since it was read first. Raises NotFound."""
    mine = (inbox_items.c.message_id == message_id) & (inbox_items.c.user_id == UUID(caller.subject))
    reading = update(inbox_items).where(mine).values(read_at=func.coalesce(inbox_items.c.read_at, now))
    item = transaction.one(reading.returning(inbox_items))
    if item is None:
        raise NotFound()
    columns = (messages.c.id, messages.c.account_id, messages.c.template, messages.c.created_at)
    message = transaction.one(select(*columns).where(messages.c.id == message_id))
    assert message is not None
    title, text = (cipher.decrypt(item[part], bound_to=str(message_id)) for part in ("title_sealed", "text_sealed"))
    return shown_item({**message, "read_at": item["read_at"]}, title=title, text=text)
