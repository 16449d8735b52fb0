"""Files that are uploaded to a conversation: taken for what their content is, kept sealed."""

from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, select

from chassis.context import CallContext
from chassis.errors import FieldError, InvalidRequest
from chassis.ids import new_id
from chassis.keys import FieldCipher
from chassis.offload import run_in_thread
from chassis.store import Database, Transaction
from services.notifications.contract.errors import ConversationClosed
from services.notifications.models import attachments, message_attachments
from services.notifications.operations.conversations import rows
from services.notifications.rules.conversations import State, require_attachment

# What was uploaded and never sent with a message is no part of the conversation.
UNSENT_KEPT = timedelta(hours=24)


def add_attachment(
    transaction: Transaction, *, now: datetime, cipher: FieldCipher, caller: CallContext, conversation_id: UUID,
    name: str, media: str, body_base64: str,
) -> Mapping[str, Any]:  # fmt: skip
    """Keep a file for a message to come → {attachment_id}.

    Raises NotFound, ConversationClosed, AttachmentTooLarge, AttachmentTypeRefused, TooManyAttachments.
    """
    hand = rows.hand_of(caller)
    conversation = rows.locked(transaction, hand=hand, conversation_id=conversation_id)
    if conversation["state"] != State.OPEN:
        raise ConversationClosed()
    content = _decoded(body_base64)
    held = transaction.one(
        select(func.count().label("count"), func.coalesce(func.sum(attachments.c.size_bytes), 0).label("bytes"))
        .where(attachments.c.conversation_id == conversation_id)
    )  # fmt: skip
    count, total_bytes = (held["count"], held["bytes"]) if held else (0, 0)
    run_in_thread(partial(require_attachment, content, media=media, count=count, total_bytes=total_bytes))
    identifier = new_id(at=now)
    row = {
        "id": identifier, "conversation_id": conversation_id, "author": hand.author, "uploaded_by": hand.id,
        "name_sealed": cipher.encrypt(name, bound_to=str(identifier)), "media": media, "size_bytes": len(content),
        "content_sealed": cipher.encrypt_bytes(content, bound_to=str(identifier)), "created_at": now,
    }  # fmt: skip
    transaction.run(insert(attachments), row)
    return {"attachment_id": identifier}


def forget_unsent(store: Database, *, now: datetime) -> int:
    """Remove files that no message has had for a day; gives their number."""
    sent = select(message_attachments.c.attachment_id).where(message_attachments.c.attachment_id == attachments.c.id)
    with store.writing() as transaction:
        return transaction.run(
            delete(attachments).where(attachments.c.created_at < now - UNSENT_KEPT, ~sent.exists())
        )  # fmt: skip


def _decoded(body_base64: str) -> bytes:
    try:
        return b64decode(body_base64, validate=True)
    except NotBase64:
        wrong = FieldError("/body_base64", "invalid", "Must be base64.")
        raise InvalidRequest(errors=[wrong]) from None
