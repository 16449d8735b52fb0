"""Which conversations there are: a customer's own, and whatever staff look for."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, Select, false, literal, or_, select, text
from sqlalchemy.dialects.postgresql import ARRAY

from chassis.context import AGENT, CallContext
from chassis.keys import FieldCipher
from chassis.store import Transaction
from services.notifications.contract.conversations import CUSTOMER, DESK, STAFF
from services.notifications.contract.hours import Hours
from services.notifications.models import conversation_messages, conversations
from services.notifications.queries.conversations import views

# The words that are looked for, in the basic form of either language; words such as "the" are in neither.
_LOOKED_FOR = text(
    "SELECT tsvector_to_array(to_tsvector('english', :words)) AS english,"
    " tsvector_to_array(to_tsvector('spanish', :words)) AS spanish"
)


def get_conversation(
    transaction: Transaction, *, cipher: FieldCipher, hours: Hours, now: datetime, caller: CallContext,
    conversation_id: UUID,
) -> Mapping[str, Any]:  # fmt: skip
    """One conversation. Raises NotFound."""
    found = views.own(transaction, caller=caller, conversation_id=conversation_id)
    return views.conversation_view(found, cipher=cipher, caller=caller, hours=hours, now=now)


def list_conversations(
    transaction: Transaction, *, cipher: FieldCipher, hours: Hours, now: datetime, caller: CallContext, limit: int,
    cursor: UUID | None, state: str | None,
) -> Mapping[str, Any]:  # fmt: skip
    """The caller's conversations, newest first → {data, next_cursor}."""
    wanted = select(conversations).where(conversations.c.user_id == UUID(caller.subject), *_of_state(state))
    return _page(
        transaction, wanted, cipher=cipher, hours=hours, now=now, caller=caller, limit=limit, cursor=cursor
    )  # fmt: skip


def search_conversations(
    transaction: Transaction, *, cipher: FieldCipher, hours: Hours, now: datetime, caller: CallContext, limit: int,
    cursor: UUID | None, state: str | None, assigned: str | None, queue: str | None, user_id: UUID | None,
    account_id: UUID | None, words: str | None,
) -> Mapping[str, Any]:  # fmt: skip
    """What fits everything that is named, newest first → {data, next_cursor}.

    All the words must stand in the subject or in one message, in any form that means the same.
    """
    wanted = select(conversations).where(*_of_state(state))
    named = {"queue": queue, "user_id": user_id, "account_id": account_id}
    wanted = wanted.where(*(conversations.c[name] == value for name, value in named.items() if value is not None))
    if assigned is not None:
        wanted = wanted.where(conversations.c.agent_id == (UUID(caller.subject) if assigned == "me" else None))
    if words is not None:
        wanted = wanted.where(_holds(transaction, cipher=cipher, words=words))
    return _page(
        transaction, wanted, cipher=cipher, hours=hours, now=now, caller=caller, limit=limit, cursor=cursor
    )  # fmt: skip


def find_hearer(transaction: Transaction, *, caller: CallContext, conversation_id: UUID) -> Mapping[str, Any]:
    """Who hears that the caller is writing → {hearer_id, author}: the other side. Raises NotFound."""
    found = views.own(transaction, caller=caller, conversation_id=conversation_id)
    if caller.role == AGENT:
        return {"hearer_id": found["user_id"], "author": STAFF}
    return {"hearer_id": DESK, "author": CUSTOMER}


def _of_state(state: str | None) -> tuple[ColumnElement[bool], ...]:
    return () if state is None else (conversations.c.state == state,)


def _page(
    transaction: Transaction, wanted: Select[Any], *, cipher: FieldCipher, hours: Hours, now: datetime,
    caller: CallContext, limit: int, cursor: UUID | None,
) -> Mapping[str, Any]:  # fmt: skip
    if cursor is not None:
        wanted = wanted.where(conversations.c.id < cursor)
    found = transaction.all(wanted.order_by(conversations.c.id.desc()).limit(limit + 1))
    page = [
        views.conversation_view(row, cipher=cipher, caller=caller, hours=hours, now=now) for row in found[:limit]
    ]  # fmt: skip
    return {"data": page, "next_cursor": page[-1]["id"] if len(found) > limit else None}


def _holds(transaction: Transaction, *, cipher: FieldCipher, words: str) -> ColumnElement[bool]:
    """Whether all the words stand in a subject, or in one message: compared by their prints, under every key."""
    looked_for = transaction.one(_LOOKED_FOR, {"words": words}) or {}
    fits = [
        or_(
            conversations.c.subject_prints.contains(prints),
            conversations.c.id.in_(
                select(conversation_messages.c.conversation_id).where(conversation_messages.c.prints.contains(prints))
            ),
        )
        for lexemes in looked_for.values() if lexemes
        for prints in _prints(cipher, lexemes)
    ]  # fmt: skip
    return or_(false(), *fits)


def _prints(cipher: FieldCipher, lexemes: list[str]) -> Iterator[Any]:
    for of_one_key in zip(*(cipher.prints_of(lexeme) for lexeme in lexemes), strict=True):
        yield literal(list(of_one_key), ARRAY(BigInteger))
