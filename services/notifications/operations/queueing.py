"""Messages come to be: decided, kept once for each cause, and announced to the errand that sends them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects.postgresql import insert

from chassis.ids import new_id
from chassis.keys import FieldCipher
from chassis.store import Database, Transaction
from services.notifications.contract import events
from services.notifications.models import choices, contact_accounts, contacts, messages
from services.notifications.operations.contacts import Person, person_of
from services.notifications.operations.deciding import Aside, decide, spent_of
from services.notifications.operations.flags import flags_of
from services.notifications.rules import causes
from services.notifications.rules.deciding import Decision
from services.notifications.rules.kinds import CARRIED, Channel
from services.notifications.rules.states import State

RELEASED_AT_ONCE_MAX = 500

_HOLDERS = (
    select(contacts, contact_accounts.c.last4, choices.c.matrix, choices.c.due_soon_days)
    .join_from(contact_accounts, contacts)
    .join(choices, choices.c.user_id == contacts.c.user_id, isouter=True)
    .where(contact_accounts.c.account_id == bindparam("of_account"))
    .order_by(contacts.c.user_id)
)
_PERSON = (
    select(contacts, choices.c.matrix, choices.c.due_soon_days)
    .join(choices, choices.c.user_id == contacts.c.user_id, isouter=True)
    .where(contacts.c.user_id == bindparam("of_user"))
)
_QUEUED = {Channel.EMAIL: events.mail_queued, Channel.SMS: events.text_queued, Channel.INBOX: events.inbox_queued}
_ONCE = insert(messages).on_conflict_do_nothing(constraint="uq_messages_source_key")


def send_secure_mail(
    transaction: Transaction, *, now: datetime, cipher: FieldCipher, cause: str, template: str, to_email: str,
    first_name: str, link: str, about: str | None, language: str,
) -> Mapping[str, Any]:  # fmt: skip
    """Queue a mail with a secret link → {message_id}. The same cause gives the same message, for ever."""
    key = causes.source_key(cause=cause, addressee="address", channel=Channel.EMAIL, template=template)
    addressee = Person(first_name=first_name, email=to_email, phone=None, sms_consent=False, is_opted_out=False)
    decided = decide(addressee, now=now, template=template, channel=Channel.EMAIL)
    queued = queue(
        transaction, now=now, cipher=cipher, key=key, channel=Channel.EMAIL, template=template, decided=decided,
        language=language,
        variables={"to_email": to_email, "first_name": first_name, "link": link, "about": about},
    )  # fmt: skip
    return {"message_id": queued}


def send_secure_text(
    transaction: Transaction, *, now: datetime, cipher: FieldCipher, cause: str, template: str, to_phone: str,
    code: str, language: str,
) -> Mapping[str, Any]:  # fmt: skip
    """Queue a text with a code → {message_id}. The same cause gives the same message, for ever."""
    key = causes.source_key(cause=cause, addressee="number", channel=Channel.SMS, template=template)
    decided = decide(who_asked(to_phone), now=now, template=template, channel=Channel.SMS)
    queued = queue(
        transaction, now=now, cipher=cipher, key=key, channel=Channel.SMS, template=template, decided=decided,
        language=language,
        variables={"to_phone": to_phone, "first_name": "", "code": code},
    )  # fmt: skip
    return {"message_id": queued}


def who_asked(phone: str) -> Person:
    """The person at a number who asked for a text a moment ago; nothing else is known of them."""
    return Person(first_name="", email=None, phone=phone, sms_consent=True, is_opted_out=False)


def release_waiting(store: Database, *, now: datetime) -> int:
    """Let the messages go whose quiet hours are over; gives their number."""
    due = (
        select(messages.c.id, messages.c.channel)
        .where(messages.c.not_before <= now)
        .order_by(messages.c.not_before)
        .limit(RELEASED_AT_ONCE_MAX)
        .with_for_update(skip_locked=True)
    )
    with store.writing() as transaction:
        waiting = transaction.all(due)
        for row in waiting:
            transaction.run(update(messages).where(messages.c.id == row["id"]).values(not_before=None, changed_at=now))
            _announce(transaction, row["id"], channel=row["channel"])
    return len(waiting)


def tell_holders(
    transaction: Transaction, *, now: datetime, cipher: FieldCipher, cause: str, account_id: UUID, template: str,
    variables: Mapping[str, Any], channels: Iterable[Channel] = tuple(Channel), days: Sequence[int] = (),
    on_paper: bool = False, root_id: str | None = None,
) -> None:  # fmt: skip
    """One message for each person and channel, once for each cause; what must not go is kept with its reason.

    `days`: it comes so many days before what it announces, or in place of one that was to come then; people choose
    which they want. `on_paper`: what it announces goes out on paper, for want of consent to anything else.
    """
    cause = causes.cause_of(template=template, event_id=cause, root_id=root_id, account_id=str(account_id))
    flags = flags_of(transaction, account_id=account_id)
    holders = transaction.all(_HOLDERS, {"of_account": account_id})
    spent = spent_of(transaction, now=now, template=template, people=[row["user_id"] for row in holders])
    for row in holders:
        person = person_of(cipher, row)
        for channel in channels:
            aside = Aside(
                days_before=_day_for(person, days=days), on_paper=on_paper,
                spent=spent.get((row["user_id"], channel), 0),
            )  # fmt: skip
            queue(
                transaction, now=now, cipher=cipher, channel=channel, template=template,
                decided=decide(person, now=now, template=template, channel=channel, flags=flags, aside=aside),
                key=causes.source_key(cause=cause, addressee=str(row["user_id"]), channel=channel, template=template),
                language=row["language"], user_id=row["user_id"], account_id=account_id,
                variables={**variables, "account_last4": row["last4"]},
            )  # fmt: skip


def _day_for(person: Person, *, days: Sequence[int]) -> int | None:
    """Of the days that a reminder comes for, the first that the person wants; else the first."""
    return next((each for each in days if each in person.due_soon_days), next(iter(days), None))


def tell_person(
    transaction: Transaction, *, now: datetime, cipher: FieldCipher, cause: str, user_id: UUID, template: str,
    variables: Mapping[str, Any], waits: timedelta,
) -> None:  # fmt: skip
    """One message for one person by each channel; a vendor has it after a while, in which it may become needless."""
    row = transaction.one(_PERSON, {"of_user": user_id})
    if row is None:
        return
    person = person_of(cipher, row)
    for channel in Channel:
        decision, record = decide(person, now=now, template=template, channel=channel)
        if channel in CARRIED:
            decision = replace(decision, not_before=max(decision.not_before or now, now + waits))
        queue(
            transaction, now=now, cipher=cipher, channel=channel, template=template, decided=(decision, record),
            key=causes.source_key(cause=cause, addressee=str(user_id), channel=channel, template=template),
            language=row["language"], user_id=user_id, variables=variables,
        )  # fmt: skip


def queue(
    transaction: Transaction, *, now: datetime, cipher: FieldCipher, key: str, channel: Channel, template: str,
    language: str, decided: tuple[Decision, Mapping[str, Any]], variables: Mapping[str, Any],
    user_id: UUID | None = None, account_id: UUID | None = None,
) -> UUID:  # fmt: skip
    """Keep one message with what was decided; gives its id, or that of the message which this cause has already."""
    decision, record = decided
    identifier = new_id(at=now)
    state = State.QUEUED if decision.send else State.SUPPRESSED
    sealed = cipher.encrypt(json.dumps(variables), bound_to=str(identifier)) if decision.send else None
    values = {
        "id": identifier, "source_key": key, "user_id": user_id, "account_id": account_id, "channel": channel,
        "template": template, "language": language, "state": state, "reason": decision.reason,
        "not_before": decision.not_before if decision.send else None, "variables_sealed": sealed,
        "created_at": now, "changed_at": now,
        "decisions": [record],
    }  # fmt: skip
    if not transaction.run(_ONCE, values):
        existing: UUID = transaction.value(select(messages.c.id).where(messages.c.source_key == key))
        return existing
    if decision.send and decision.not_before is None:
        _announce(transaction, identifier, channel=channel)
    return identifier


def _announce(transaction: Transaction, message_id: UUID, *, channel: str) -> None:
    transaction.emit(_QUEUED[Channel(channel)], subject=str(message_id), data={"message_id": message_id})
