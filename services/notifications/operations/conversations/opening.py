"""A conversation begins: a customer asks, or staff write first."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from chassis.context import CallContext
from chassis.errors import FieldError, NotFound
from chassis.keys import FieldCipher
from chassis.store import Transaction
from services.notifications.contract.conversations import OPEN_MAX
from services.notifications.contract.errors import TooManyConversations
from services.notifications.models import contact_accounts, contacts, conversations
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
    _require_room(transaction, cipher=cipher, user_id=UUID(caller.subject))
    conversation = rows.insert_conversation(
        transaction, now=now, cipher=cipher, topic=topic, subject=subject, queue=QUEUE_OF[topic],
        whose={"user_id": hand.id}, account_id=account_id,
    )  # fmt: skip
    message_id = rows.insert_message(
        transaction, now=now, cipher=cipher, conversation=conversation, hand=hand, body=body
    )
    rows.tell_both(transaction, conversation=conversation, what="opened", hand=hand, message_id=message_id)
    return {"conversation_id": conversation["id"]}


def begin_conversation(
    transaction: Transaction, *, now: datetime, cipher: FieldCipher, caller: CallContext, user_id: UUID, topic: str,
    subject: str, body: str, account_id: UUID | None,
) -> Mapping[str, Any]:  # fmt: skip
    """Staff write to a customer first, and have the conversation → {conversation_id}.

    Raises NotFound (customer, or account that they do not hold), TooManyConversations.
    """
    hand = rows.hand_of(caller)
    _require_customer(transaction, user_id=user_id, account_id=account_id)
    _require_room(transaction, cipher=cipher, user_id=user_id)
    conversation = rows.insert_conversation(
        transaction, now=now, cipher=cipher, topic=topic, subject=subject, queue=QUEUE_OF[topic],
        whose={"user_id": user_id}, account_id=account_id, begun_by=hand,
    )  # fmt: skip
    message_id = rows.insert_message(
        transaction, now=now, cipher=cipher, conversation=conversation, hand=hand, body=body
    )
    rows.tell_both(transaction, conversation=conversation, what="opened", hand=hand, message_id=message_id)
    rows.tell_written(transaction, conversation=conversation, message_id=message_id, is_first=True)
    return {"conversation_id": conversation["id"]}


def _require_customer(transaction: Transaction, *, user_id: UUID, account_id: UUID | None) -> None:
    """Somebody whom we can tell of it, who holds the account that it is about. Raises NotFound, with the field."""
    if transaction.value(select(contacts.c.user_id).where(contacts.c.user_id == user_id)) is None:
        raise _not_found("/user_id", "No customer has this id. Look at the account's holders.")
    if account_id is None:
        return
    held = (contact_accounts.c.user_id == user_id) & (contact_accounts.c.account_id == account_id)
    if transaction.value(select(contact_accounts.c.account_id).where(held)) is None:
        raise _not_found("/account_id", "That customer does not hold this account. Look at the account's holders.")


def _not_found(pointer: str, sentence: str) -> NotFound:
    return NotFound(sentence, errors=[FieldError(pointer=pointer, code="not_found", detail=sentence)])


def _require_room(transaction: Transaction, *, cipher: FieldCipher, user_id: UUID) -> None:
    """One after the other for each person, so that the limit holds. Raises TooManyConversations."""
    transaction.run(select(func.pg_advisory_xact_lock(cipher.print_of(str(user_id)))))
    are_open = select(func.count()).where(conversations.c.user_id == user_id, conversations.c.state == State.OPEN)
    if transaction.value(are_open) >= OPEN_MAX:
        raise TooManyConversations()
