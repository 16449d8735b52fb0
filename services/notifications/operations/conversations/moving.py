"""What is done with a conversation besides writing: read, handed over, closed, reopened."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select

from chassis.context import CallContext
from chassis.errors import NotFound
from chassis.store import Row, Transaction
from services.notifications.contract.errors import ConversationClosed
from services.notifications.models import conversation_messages, conversations
from services.notifications.operations.conversations import rows
from services.notifications.operations.conversations.rows import Hand
from services.notifications.rules.conversations import STEPS, Author, State, Step


def mark_read(
    transaction: Transaction, *, now: datetime, caller: CallContext, conversation_id: UUID, message_id: UUID
) -> None:
    """The caller's side has read up to this message; the mark only goes forward. Raises NotFound."""
    hand = rows.hand_of(caller)
    conversation = rows.locked(transaction, hand=hand, conversation_id=conversation_id)
    is_of_it = exists().where(
        conversation_messages.c.id == message_id, conversation_messages.c.conversation_id == conversation_id
    )
    if not transaction.value(select(is_of_it)):
        raise NotFound()
    mark = "staff_read_id" if hand.author is Author.STAFF else "customer_read_id"
    if conversation[mark] is not None and conversation[mark] >= message_id:
        return
    rows.change(transaction, conversation_id=conversation_id, now=now, **{mark: message_id})
    rows.tell_both(transaction, conversation=conversation, what="read", hand=hand, message_id=message_id)


def has_been_read(transaction: Transaction, *, conversation_id: UUID, message_id: UUID) -> bool:
    """Whether the customer has read this message by now."""
    marked = select(conversations.c.customer_read_id).where(conversations.c.id == conversation_id)
    read_id: UUID | None = transaction.value(marked)
    return read_id is not None and read_id >= message_id


def hand_over(
    transaction: Transaction, *, now: datetime, caller: CallContext, conversation_id: UUID, agent_id: UUID | None,
    queue: str | None,
) -> None:  # fmt: skip
    """To an agent, or to a queue where nobody has it. Raises NotFound, ConversationClosed."""
    hand = rows.hand_of(caller)
    conversation = rows.locked(transaction, hand=hand, conversation_id=conversation_id)
    if Step.HANDED_OVER not in STEPS[State(conversation["state"])]:
        raise ConversationClosed()
    _step(
        transaction, now=now, hand=hand, conversation=conversation, kind=Step.HANDED_OVER, agent_id=agent_id,
        queue=queue or conversation["queue"],
    )  # fmt: skip


def close_conversation(
    transaction: Transaction, *, now: datetime, caller: CallContext, conversation_id: UUID
) -> None:  # fmt: skip
    """Nothing more is written until somebody reopens it; one that is closed stays as it is. Raises NotFound."""
    hand = rows.hand_of(caller)
    conversation = rows.locked(transaction, hand=hand, conversation_id=conversation_id)
    if Step.CLOSED in STEPS[State(conversation["state"])]:
        _step(transaction, now=now, hand=hand, conversation=conversation, kind=Step.CLOSED, closed_at=now)


def reopen_conversation(
    transaction: Transaction, *, now: datetime, caller: CallContext, conversation_id: UUID
) -> None:  # fmt: skip
    """It goes on where it ended, with whoever had it; one that is open stays as it is. Raises NotFound."""
    hand = rows.hand_of(caller)
    conversation = rows.locked(transaction, hand=hand, conversation_id=conversation_id)
    if Step.REOPENED in STEPS[State(conversation["state"])]:
        _step(transaction, now=now, hand=hand, conversation=conversation, kind=Step.REOPENED, closed_at=None)


def _step(
    transaction: Transaction, *, now: datetime, hand: Hand, conversation: Row, kind: Step, **values: Any
) -> None:  # fmt: skip
    values["state"] = STEPS[State(conversation["state"])][kind]
    moved = {**conversation, **values}
    rows.change(transaction, conversation_id=conversation["id"], now=now, **values)
    rows.note_step(transaction, now=now, conversation=moved, kind=kind, hand=hand)
    rows.tell_both(transaction, conversation=moved, what=kind, hand=hand, message_id=None)
