"""A conversation whole, to keep: as data, and as a text that can be read and printed."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from chassis.context import AGENT, CallContext
from chassis.keys import FieldCipher
from chassis.store import Row, Transaction
from services.notifications.contract.hours import Hours
from services.notifications.models import conversation_messages, conversation_steps
from services.notifications.queries.conversations import views
from services.notifications.rules.conversations import Author, Step

WHO: Mapping[str, str] = {Author.CUSTOMER: "Customer", Author.STAFF: "Customer service"}
DONE: Mapping[str, str] = {
    Step.OPENED: "opened this conversation",
    Step.HANDED_OVER: "passed this conversation on to a colleague",
    Step.CLOSED: "closed this conversation",
    Step.REOPENED: "reopened this conversation",
}


def export_conversation(
    transaction: Transaction, *, cipher: FieldCipher, hours: Hours, now: datetime, caller: CallContext,
    conversation_id: UUID,
) -> Mapping[str, Any]:  # fmt: skip
    """Everything of one conversation → {conversation, messages, steps, text}. Raises NotFound."""
    row = views.own(transaction, caller=caller, conversation_id=conversation_id)
    conversation = views.conversation_view(row, cipher=cipher, caller=caller, hours=hours, now=now)
    of_it = conversation_messages.c.conversation_id == conversation_id
    written = transaction.all(select(conversation_messages).where(of_it).order_by(conversation_messages.c.id))
    messages = views.message_views(transaction, written, cipher=cipher, caller=caller)
    steps = [_step_view(step, caller=caller) for step in transaction.all(
        select(conversation_steps)
        .where(conversation_steps.c.conversation_id == conversation_id)
        .order_by(conversation_steps.c.id)
    )]  # fmt: skip
    text = "\n".join(_lines(conversation, messages, steps, zone=hours.zone))
    return {
        "conversation": conversation, "messages": messages, "steps": steps, "text": f"{text}\n",
    }  # fmt: skip


def _step_view(step: Row, *, caller: CallContext) -> dict[str, Any]:
    hidden = {} if caller.role == AGENT else {"actor_id": None, "queue": None, "agent_id": None}
    return {**step, **hidden}


def _lines(
    conversation: Mapping[str, Any], messages: Sequence[Row], steps: Sequence[Row], *, zone: ZoneInfo
) -> Iterator[str]:
    yield conversation["subject"]
    yield f"Conversation {conversation['id']}, {conversation['state']}"
    told = [(step["created_at"], 0, [f"{WHO[step['author']]} {DONE[step['kind']]}."]) for step in steps]
    told += [(message["created_at"], 1, list(_written(message))) for message in messages]
    for at, _, lines in sorted(told, key=lambda one: one[:2]):
        yield ""
        yield f"{_at(at, zone)} - {lines[0]}"
        yield from lines[1:]


def _written(message: Row) -> Iterator[str]:
    yield f"{WHO[message['author']]} wrote{' by text' if message['channel'] == 'sms' else ''}:"
    yield from (f"    {line}" for line in message["body"].splitlines())
    for file in message["attachments"]:
        yield f"    [file: {file['name']}, {file['media']}, {file['size_bytes']} bytes]"


def _at(instant: datetime, zone: ZoneInfo) -> str:
    return instant.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S %Z")
