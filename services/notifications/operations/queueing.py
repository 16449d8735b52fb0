"""Messages that somebody asks for by name, and those whose quiet hours are over."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, text

from chassis.keys import FieldCipher
from chassis.store import Database, Transaction
from services.notifications.models import messages
from services.notifications.operations.contacts import Person
from services.notifications.operations.deciding import decide
from services.notifications.operations.drafts import Draft, announce, queue
from services.notifications.providers.wording import Wording
from services.notifications.rules import causes
from services.notifications.rules.kinds import Channel

RELEASED_AT_ONCE_MAX = 500
_DUE = (
    select(messages.c.id, messages.c.channel)
    .where(messages.c.not_before <= bindparam("now"))
    .order_by(messages.c.not_before)
    .limit(RELEASED_AT_ONCE_MAX)
    .with_for_update(skip_locked=True)
)
_RELEASED = text("""
    UPDATE messages SET not_before = NULL, changed_at = :now WHERE id = ANY(CAST(:ids AS uuid[]))
""")


def send_secure_mail(
    transaction: Transaction, *, now: datetime, cipher: FieldCipher, wording: Wording, cause: str, template: str,
    to_email: str, first_name: str, link: str, about: str | None, language: str,
) -> Mapping[str, Any]:  # fmt: skip
    """Queue a mail with a secret link → {message_id}. The same cause gives the same message, for ever."""
    key = causes.source_key(cause=cause, addressee="address", channel=Channel.EMAIL, template=template)
    addressee = Person(first_name=first_name, email=to_email, phone=None, sms_consent=False, is_opted_out=False)
    decision, record = decide(addressee, now=now, template=template, channel=Channel.EMAIL)
    draft = Draft(
        within=transaction, key=key, channel=Channel.EMAIL, template=template, language=language, decision=decision,
        record=record, variables={"to_email": to_email, "first_name": first_name, "link": link, "about": about},
    )  # fmt: skip
    return {"message_id": queue(draft, now=now, cipher=cipher, wording=wording)}


def send_secure_text(
    transaction: Transaction, *, now: datetime, cipher: FieldCipher, wording: Wording, cause: str, template: str,
    to_phone: str, code: str, language: str,
) -> Mapping[str, Any]:  # fmt: skip
    """Queue a text with a code → {message_id}. The same cause gives the same message, for ever."""
    key = causes.source_key(cause=cause, addressee="number", channel=Channel.SMS, template=template)
    decision, record = decide(who_asked(to_phone), now=now, template=template, channel=Channel.SMS)
    draft = Draft(
        within=transaction, key=key, channel=Channel.SMS, template=template, language=language, decision=decision,
        record=record, variables={"to_phone": to_phone, "first_name": "", "code": code},
    )  # fmt: skip
    return {"message_id": queue(draft, now=now, cipher=cipher, wording=wording)}


def who_asked(phone: str) -> Person:
    """The person at a number who asked for a text a moment ago; nothing else is known of them."""
    return Person(first_name="", email=None, phone=phone, sms_consent=True, is_opted_out=False)


def release_waiting(store: Database, *, now: datetime) -> int:
    """Let the messages go whose quiet hours are over; gives their number."""
    with store.writing() as transaction:
        waiting = transaction.all(_DUE, {"now": now})
        if waiting:
            transaction.run(_RELEASED, {"now": now, "ids": [str(row["id"]) for row in waiting]})
        for row in waiting:
            announce(transaction, row["id"], channel=row["channel"])
    return len(waiting)
