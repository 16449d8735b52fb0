"""Messages that somebody asks for by name, and those whose quiet hours are over."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select, text

from chassis.keys import FieldCipher
from chassis.store import Database, Transaction
from services.notifications.models import contacts, messages
from services.notifications.operations.contacts import Person, person_of
from services.notifications.operations.deciding import decide
from services.notifications.operations.drafts import Draft, announce, keep, queue
from services.notifications.providers.wording import Wording
from services.notifications.rules import alerts, causes
from services.notifications.rules.kinds import Channel

RELEASED_AT_ONCE_MAX = 500
_CONTACT = select(contacts).where(contacts.c.user_id == bindparam("of_person"))
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
    user_id: UUID | None, to_email: str, first_name: str, link: str, about: str | None, language: str,
) -> Mapping[str, Any]:  # fmt: skip
    """Queue a mail about somebody's access → {message_id}. The same cause gives the same message, for ever.

    What holds no secret lies in the person's inbox too, where we know them.
    """
    key = causes.source_key(cause=cause, addressee="address", channel=Channel.EMAIL, template=template)
    addressee = Person(first_name=first_name, email=to_email, phone=None, sms_consent=False, is_opted_out=False)
    decision, record = decide(addressee, now=now, template=template, channel=Channel.EMAIL)
    draft = Draft(
        within=transaction, key=key, channel=Channel.EMAIL, template=template, language=language, decision=decision,
        record=record, variables={"to_email": to_email, "first_name": first_name, "link": link, "about": about},
    )  # fmt: skip
    copies = [_inbox_copy(draft, now=now, cipher=cipher, cause=cause, user_id=user_id)] if user_id else []
    keep(transaction, [copy for copy in copies if copy], now=now, cipher=cipher, wording=wording)
    return {"message_id": queue(draft, now=now, cipher=cipher, wording=wording)}


def _inbox_copy(mail: Draft, *, now: datetime, cipher: FieldCipher, cause: str, user_id: UUID) -> Draft | None:
    """The same for the inbox of the person, in their own name; None for a secret, and where they are no contact."""
    row = mail.within.one(_CONTACT, {"of_person": user_id})
    if row is None or mail.template in alerts.SECRET_TEMPLATES:
        return None
    person = person_of(cipher, row)
    decision, record = decide(person, now=now, template=mail.template, channel=Channel.INBOX)
    key = causes.source_key(cause=cause, addressee=str(user_id), channel=Channel.INBOX, template=mail.template)
    return replace(
        mail, key=key, channel=Channel.INBOX, decision=decision, record=record, first_name=person.first_name,
        user_id=user_id,
    )  # fmt: skip


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
