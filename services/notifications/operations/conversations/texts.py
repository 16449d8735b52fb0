"""A text that came in and is no keyword becomes a message of a conversation."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, func, select

from chassis.keys import FieldCipher
from chassis.store import Row, Transaction
from services.notifications.contract.conversations import BODY_LENGTH_MAX, MESSAGES_MAX, SMS
from services.notifications.models import conversation_messages, conversations
from services.notifications.operations.conversations import rows
from services.notifications.operations.conversations.rows import Hand
from services.notifications.rules.conversations import Author, State, without_card_numbers

TOPIC, QUEUE, SUBJECT = "other", "general", "Text message"
WORDLESS = "[no words]"


def take_text(
    transaction: Transaction, *, now: datetime, cipher: FieldCipher, from_phone: str, body: str,
    user_ids: Collection[UUID], vendor_id: str,
) -> UUID | None:  # fmt: skip
    """Keep a text that a customer sent; gives the conversation's id, None where this text was kept before.

    `user_ids` are the contacts whose number it is. Of one, it goes into the newest open conversation of that person
    which was held by text, else into a new one. Of none or several, nobody can say who wrote it: it goes into a
    conversation of the number, which staff alone see. `vendor_id` (Twilio's MessageSid) makes it the only one of its
    kind. It cannot be refused any more, so card numbers are covered before anything is kept.
    """
    # One text of a number after the other: two at once would each open a conversation.
    transaction.run(select(func.pg_advisory_xact_lock(cipher.print_of(from_phone))))
    if transaction.value(select(exists().where(conversation_messages.c.source_key == vendor_id))):
        return None
    user_id = rows.only(user_ids)
    conversation = _open_one(transaction, cipher=cipher, user_id=user_id, from_phone=from_phone)
    is_new = conversation is None
    if conversation is None:
        whose = {"phone": from_phone} if user_id is None else {"user_id": user_id}
        conversation = rows.insert_conversation(
            transaction, now=now, cipher=cipher, topic=TOPIC, subject=SUBJECT, queue=QUEUE, whose=whose
        )
    hand = Hand(author=Author.CUSTOMER, id=user_id)
    words = without_card_numbers(body[:BODY_LENGTH_MAX].strip()) or WORDLESS
    message_id = rows.insert_message(
        transaction, now=now, cipher=cipher, conversation=conversation, hand=hand, body=words, channel=SMS,
        source_key=vendor_id,
    )  # fmt: skip
    what = "opened" if is_new else "message"
    rows.tell_both(transaction, conversation=conversation, what=what, hand=hand, message_id=message_id)
    identifier: UUID = conversation["id"]
    return identifier


def _open_one(
    transaction: Transaction, *, cipher: FieldCipher, user_id: UUID | None, from_phone: str
) -> Row | None:  # fmt: skip
    """The newest open conversation of this person, or this number, that began by text and has room."""
    by_text = exists().where(
        conversation_messages.c.conversation_id == conversations.c.id, conversation_messages.c.channel == SMS
    )
    whose = (
        conversations.c.phone_print.in_(cipher.prints_of(from_phone)) if user_id is None
        else (conversations.c.user_id == user_id) & by_text
    )  # fmt: skip
    return transaction.one(
        select(conversations)
        .where(whose, conversations.c.state == State.OPEN, conversations.c.messages_count < MESSAGES_MAX)
        .order_by(conversations.c.id.desc())
        .limit(1)
        .with_for_update()
    )
