"""What was written in a conversation, and the files in it."""

from base64 import b64encode
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from chassis.context import CallContext
from chassis.errors import NotFound
from chassis.keys import FieldCipher
from chassis.store import Row, Transaction
from services.notifications.models import attachments, conversation_messages, message_attachments
from services.notifications.queries.conversations import views


def list_conversation_messages(
    transaction: Transaction, *, cipher: FieldCipher, caller: CallContext, conversation_id: UUID, limit: int,
    cursor: UUID | None,
) -> Mapping[str, Any]:  # fmt: skip
    """The messages, newest first → {data, next_cursor}. Raises NotFound."""
    views.own(transaction, caller=caller, conversation_id=conversation_id)
    wanted = select(conversation_messages).where(conversation_messages.c.conversation_id == conversation_id)
    if cursor is not None:
        wanted = wanted.where(conversation_messages.c.id < cursor)
    found = transaction.all(wanted.order_by(conversation_messages.c.id.desc()).limit(limit + 1))
    page = views.message_views(transaction, found[:limit], cipher=cipher, caller=caller)
    return {"data": page, "next_cursor": page[-1]["id"] if len(found) > limit else None}


def get_conversation_message(
    transaction: Transaction, *, cipher: FieldCipher, caller: CallContext, conversation_id: UUID, message_id: UUID
) -> Mapping[str, Any]:
    """One message. Raises NotFound."""
    views.own(transaction, caller=caller, conversation_id=conversation_id)
    found = transaction.all(
        select(conversation_messages).where(
            conversation_messages.c.id == message_id, conversation_messages.c.conversation_id == conversation_id
        )
    )
    if not found:
        raise NotFound()
    return views.message_views(transaction, found, cipher=cipher, caller=caller)[0]


def describe_attachment(
    transaction: Transaction, *, cipher: FieldCipher, caller: CallContext, conversation_id: UUID, attachment_id: UUID
) -> Mapping[str, Any]:
    """One file without its content. Raises NotFound."""
    return views.file_view(
        _file(transaction, caller=caller, conversation_id=conversation_id, attachment_id=attachment_id), cipher=cipher
    )


def get_attachment(
    transaction: Transaction, *, cipher: FieldCipher, caller: CallContext, conversation_id: UUID, attachment_id: UUID
) -> Mapping[str, Any]:
    """One file with its content. Raises NotFound."""
    found = _file(
        transaction, caller=caller, conversation_id=conversation_id, attachment_id=attachment_id,
        with_content=True,
    )  # fmt: skip
    content = cipher.decrypt_bytes(bytes(found["content_sealed"]), bound_to=str(attachment_id))
    return {**views.file_view(found, cipher=cipher), "content_base64": b64encode(content).decode()}


def _file(
    transaction: Transaction, *, caller: CallContext, conversation_id: UUID, attachment_id: UUID,
    with_content: bool = False,
) -> Row:  # fmt: skip
    """A file that was sent with a message, or that the caller uploaded. Raises NotFound."""
    views.own(transaction, caller=caller, conversation_id=conversation_id)
    columns = (*views.FILE, attachments.c.content_sealed) if with_content else views.FILE
    found = transaction.one(
        select(*columns)
        .join(message_attachments, message_attachments.c.attachment_id == attachments.c.id, isouter=True)
        .where(
            attachments.c.id == attachment_id, attachments.c.conversation_id == conversation_id,
            or_(message_attachments.c.message_id.is_not(None), attachments.c.uploaded_by == UUID(caller.subject)),
        )
    )  # fmt: skip
    if found is None:
        raise NotFound()
    return found
