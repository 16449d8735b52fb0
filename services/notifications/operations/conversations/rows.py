"""How conversations are kept: rows made, sealed, printed for the search, and locked by whoever changes them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert, text, update

from chassis.context import AGENT, CallContext
from chassis.errors import NotFound
from chassis.ids import made_at, new_id
from chassis.keys import FieldCipher
from chassis.store import Row, Transaction
from services.notifications.contract import events
from services.notifications.contract.conversations import DESK, MESSAGES_MAX, PORTAL
from services.notifications.contract.errors import ConversationClosed, ConversationFull
from services.notifications.models import CONVERSATION, conversation_messages, conversation_steps, conversations
from services.notifications.rules.conversations import Author, State, Step

# Whatever language it is written in, a word is found in the form in which it is looked for.
_LEXEMES = text(
    "SELECT lexeme FROM unnest(to_tsvector('english', :words) || to_tsvector('spanish', :words)) ORDER BY lexeme"
)
_LOCKED = CONVERSATION.with_for_update()
_CHANGE = update(conversations).where(conversations.c.id == bindparam("of_conversation"))
_TICK = timedelta(milliseconds=1)


@dataclass(frozen=True, kw_only=True)
class Hand:
    """Who acts: a customer or staff, by their id; None where a text came from a number that nobody has."""

    author: Author
    id: UUID | None

    @property
    def agent_id(self) -> UUID | None:
        return self.id if self.author is Author.STAFF else None


def hand_of(caller: CallContext) -> Hand:
    return Hand(author=Author.STAFF if caller.role == AGENT else Author.CUSTOMER, id=UUID(caller.subject))


def locked(transaction: Transaction, *, hand: Hand, conversation_id: UUID) -> Row:
    """The conversation under its lock. Raises NotFound where it is another's, or none."""
    found = transaction.one(_LOCKED, {"of_conversation": conversation_id})
    if found is None or (hand.author is Author.CUSTOMER and found["user_id"] != hand.id):
        raise NotFound()
    return found


def change(transaction: Transaction, *, conversation_id: UUID, now: datetime, **values: Any) -> None:
    transaction.run(_CHANGE.values(changed_at=now, **values), {"of_conversation": conversation_id})


def insert_conversation(
    transaction: Transaction, *, now: datetime, cipher: FieldCipher, topic: str, subject: str, queue: str,
    whose: Mapping[str, Any], account_id: UUID | None = None, begun_by: Hand | None = None,
) -> Row:  # fmt: skip
    """A new one, open, with its first step; `whose` is `{user_id}`, or `{phone}` of a number that nobody has.

    It is the customer's own beginning unless staff are `begun_by`: who begins one has it.
    """
    hand = begun_by or Hand(author=Author.CUSTOMER, id=whose.get("user_id"))
    identifier = new_id(at=now)
    phone = whose.get("phone")
    values = {
        "id": identifier, "user_id": whose.get("user_id"), "account_id": account_id, "topic": topic, "queue": queue,
        "phone_sealed": None if phone is None else cipher.encrypt(phone, bound_to=str(identifier)),
        "phone_print": None if phone is None else cipher.print_of(phone),
        "subject_sealed": cipher.encrypt(subject, bound_to=str(identifier)),
        "subject_prints": printed(transaction, cipher=cipher, words=subject),
        "state": State.OPEN, "agent_id": hand.agent_id, "messages_count": 0, "last_message_id": None,
        "last_author": None, "customer_read_id": None, "staff_read_id": None, "opened_at": now, "changed_at": now,
        "closed_at": None,
    }  # fmt: skip
    transaction.run(insert(conversations), values)
    note_step(transaction, now=now, conversation=values, kind=Step.OPENED, hand=hand)
    return values


def insert_message(
    transaction: Transaction, *, now: datetime, cipher: FieldCipher, conversation: Row, hand: Hand, body: str,
    channel: str = PORTAL, source_key: str | None = None,
) -> UUID:  # fmt: skip
    """One more message of a locked conversation, its latest. Raises ConversationClosed, ConversationFull."""
    if conversation["state"] != State.OPEN:
        raise ConversationClosed()
    if conversation["messages_count"] >= MESSAGES_MAX:
        raise ConversationFull()
    last = conversation["last_message_id"]
    identifier = new_id(at=now if last is None else max(now, made_at(last) + _TICK))
    row = {
        "id": identifier, "conversation_id": conversation["id"], "author": hand.author, "agent_id": hand.agent_id,
        "channel": channel, "body_sealed": cipher.encrypt(body, bound_to=str(identifier)),
        "prints": printed(transaction, cipher=cipher, words=body), "source_key": source_key, "created_at": now,
    }  # fmt: skip
    transaction.run(insert(conversation_messages), row)
    # Who answers has read what was written before.
    mark = "staff_read_id" if hand.author is Author.STAFF else "customer_read_id"
    counted = {"messages_count": conversation["messages_count"] + 1, "last_message_id": identifier}
    change(
        transaction, conversation_id=conversation["id"], now=now, last_author=hand.author, **counted,
        **{mark: identifier},
    )  # fmt: skip
    return identifier


def note_step(transaction: Transaction, *, now: datetime, conversation: Row, kind: Step, hand: Hand) -> None:
    """What was done, for good; the conversation as it stands after it."""
    row = {
        "conversation_id": conversation["id"], "kind": kind, "author": hand.author,
        "actor_id": hand.id, "queue": conversation["queue"], "agent_id": conversation["agent_id"], "created_at": now,
    }  # fmt: skip
    transaction.run(insert(conversation_steps), row)


def printed(transaction: Transaction, *, cipher: FieldCipher, words: str) -> list[int]:
    """The prints of the words in a text, each word in its basic form."""
    return sorted({cipher.print_of(row["lexeme"]) for row in transaction.all(_LEXEMES, {"words": words})})


def tell_desk(transaction: Transaction, *, conversation: Row, what: str, hand: Hand, message_id: UUID | None) -> None:
    """Every agent who watches hears of it."""
    told = {
        "desk_id": DESK, "conversation_id": conversation["id"], "what": what, "author": hand.author,
        "message_id": message_id, "queue": conversation["queue"], "agent_id": conversation["agent_id"],
    }  # fmt: skip
    transaction.emit(events.conversation_moved, subject=str(conversation["id"]), data=told)


def tell_customer(
    transaction: Transaction, *, conversation: Row, what: str, hand: Hand, message_id: UUID | None
) -> None:
    """The customer's open pages hear of it; nobody does where no customer has the conversation."""
    if conversation["user_id"] is None:
        return
    told = {
        "user_id": conversation["user_id"], "conversation_id": conversation["id"], "what": what,
        "author": hand.author, "message_id": message_id,
    }  # fmt: skip
    transaction.emit(events.conversation_changed, subject=str(conversation["id"]), data=told)


def tell_both(transaction: Transaction, *, conversation: Row, what: str, hand: Hand, message_id: UUID | None) -> None:
    """The desk and the customer's open pages."""
    tell_desk(transaction, conversation=conversation, what=what, hand=hand, message_id=message_id)
    tell_customer(transaction, conversation=conversation, what=what, hand=hand, message_id=message_id)


def only(values: Iterable[UUID]) -> UUID | None:
    """The one that there is; None where there are none, or several."""
    found = list(values)
    return found[0] if len(found) == 1 else None


def tell_written(
    transaction: Transaction, *, conversation: Row, message_id: UUID, is_first: bool = False
) -> None:  # fmt: skip
    """Staff have written to the customer: their open pages show it, they are told of it, other systems hear of it."""
    told = {
        "conversation_id": conversation["id"], "message_id": message_id, "user_id": conversation["user_id"],
        "account_id": conversation["account_id"], "is_first": is_first,
    }  # fmt: skip
    transaction.emit(events.conversation_replied, subject=str(conversation["id"]), data=told)
