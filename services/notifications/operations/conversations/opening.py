"""A customer begins a conversation."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from chassis.context import CallContext
from chassis.keys import FieldCipher
from chassis.store import Transaction
from services.notifications.contract.conversations import OPEN_MAX
from services.notifications.contract.errors import TooManyConversations
from services.notifications.models import conversations
from services.notifications.operations.conversations import rows
from services.notifications.rules.conversations import QUEUE_OF, State


def open_conversation(
    transaction: Transaction, *, now: datetime, cipher: FieldCipher, caller: CallContext, topic: str, subject: str,
    body: str, account_id: UUID | None,
) -> Mapping[str, Any]:  # fmt: skip
    """A conversation with its first message → {conversation_id}. Raises NotFound (account), TooManyConversations."""
    hand = rows.hand_of(caller)
    if account_id is not None:
        caller.require(str(account_id))
    # One after the other for each person, so that the limit holds.
    transaction.run(select(func.pg_advisory_xact_lock(cipher.print_of(caller.subject))))
    are_open = select(func.count()).where(conversations.c.user_id == hand.id, conversations.c.state == State.OPEN)
    if transaction.value(are_open) >= OPEN_MAX:
        raise TooManyConversations()
    conversation = rows.insert_conversation(
        transaction, now=now, cipher=cipher, topic=topic, subject=subject, queue=QUEUE_OF[topic],
        whose={"user_id": hand.id}, account_id=account_id,
    )  # fmt: skip
    message_id = rows.insert_message(
        transaction, now=now, cipher=cipher, conversation=conversation, hand=hand, body=body
    )
    rows.tell_both(transaction, conversation=conversation, what="opened", hand=hand, message_id=message_id)
    return {"conversation_id": conversation["id"]}
