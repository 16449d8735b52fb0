"""A message is written, with the files that were uploaded for it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select

from chassis.context import CallContext
from chassis.keys import FieldCipher
from chassis.store import Row, Transaction
from services.notifications.contract.errors import AttachmentNotUsable, ConversationWithoutReader
from services.notifications.models import attachments, message_attachments
from services.notifications.operations.conversations import rows
from services.notifications.operations.conversations.rows import Hand
from services.notifications.rules.conversations import Author, Step


def write_message(
    transaction: Transaction, *, now: datetime, cipher: FieldCipher, caller: CallContext, conversation_id: UUID,
    body: str, attachment_ids: Sequence[UUID],
) -> Mapping[str, Any]:  # fmt: skip
    """One more message → {message_id}. Staff who answer what nobody has take it.

    Raises NotFound, ConversationClosed, ConversationFull, ConversationWithoutReader, AttachmentNotUsable.
    """
    hand = rows.hand_of(caller)
    conversation = rows.locked(transaction, hand=hand, conversation_id=conversation_id)
    if conversation["user_id"] is None:
        raise ConversationWithoutReader()
    message_id = rows.insert_message(
        transaction, now=now, cipher=cipher, conversation=conversation, hand=hand, body=body
    )
    _attach(transaction, hand=hand, conversation=conversation, message_id=message_id, wanted=attachment_ids)
    if hand.author is Author.STAFF and conversation["agent_id"] is None:
        conversation = _take(transaction, now=now, hand=hand, conversation=conversation)
    _tell(transaction, hand=hand, conversation=conversation, message_id=message_id)
    return {"message_id": message_id}


def _attach(
    transaction: Transaction, *, hand: Hand, conversation: Row, message_id: UUID, wanted: Sequence[UUID]
) -> None:
    """Files of this conversation, uploaded by who writes, and sent with no message before."""
    if not wanted:
        return
    usable = (
        select(attachments.c.id)
        .join(message_attachments, message_attachments.c.attachment_id == attachments.c.id, isouter=True)
        .where(
            attachments.c.id.in_(wanted), attachments.c.conversation_id == conversation["id"],
            attachments.c.uploaded_by == hand.id, message_attachments.c.message_id.is_(None),
        )
    )  # fmt: skip
    if len(transaction.all(usable)) != len(wanted):
        raise AttachmentNotUsable()
    transaction.run(insert(message_attachments), [{"attachment_id": one, "message_id": message_id} for one in wanted])


def _take(transaction: Transaction, *, now: datetime, hand: Hand, conversation: Row) -> Row:
    taken = {**conversation, "agent_id": hand.id}
    rows.change(transaction, conversation_id=conversation["id"], now=now, agent_id=hand.id)
    rows.note_step(transaction, now=now, conversation=taken, kind=Step.HANDED_OVER, hand=hand)
    return taken


def _tell(transaction: Transaction, *, hand: Hand, conversation: Row, message_id: UUID) -> None:
    """The desk hears of every message, the customer's pages too; of an answer other systems hear as well."""
    rows.tell_desk(transaction, conversation=conversation, what="message", hand=hand, message_id=message_id)
    if hand.author is Author.CUSTOMER:
        rows.tell_customer(transaction, conversation=conversation, what="message", hand=hand, message_id=message_id)
        return
    rows.tell_written(transaction, conversation=conversation, message_id=message_id)
