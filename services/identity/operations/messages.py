"""Mails and texts of identity: written with what they are about, handed to notifications once, then erased here."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from chassis.bus.rpc import Asks
from chassis.doors import ErrandCall
from chassis.errors import NeighbourSilent, RequestInProgress
from chassis.ids import new_id
from chassis.store import Row, Transaction
from services.identity.contract import events
from services.identity.models import messages
from services.identity.providers import Keyring

SEALED = "messages.facts"
EMAIL, SMS = "email", "sms"
COMMAND_OF = {EMAIL: "send_secure_mail", SMS: "send_secure_text"}


def write_mail(
    transaction: Transaction, *, now: datetime, keyring: Keyring, template: str, to: Row, link: str,
    about: str | None = None,
) -> None:  # fmt: skip
    """Have a mail sent once this transaction is committed. `to` is a row of `users`.

    `about` is the one fact that the words of some mails name: a user ID, what was changed.
    """
    facts = {
        "user_id": str(to["id"]), "to_email": to["email"], "first_name": to["first_name"], "link": link,
        "about": about, "language": to["language"],
    }  # fmt: skip
    _write(transaction, now=now, keyring=keyring, channel=EMAIL, template=template, facts=facts)


def write_text(
    transaction: Transaction, *, now: datetime, keyring: Keyring, template: str, to_phone: str, code: str,
    language: str,
) -> None:  # fmt: skip
    """Have a text with a code sent once this transaction is committed; `to_phone` is in international form."""
    facts = {"to_phone": to_phone, "code": code, "language": language}
    _write(transaction, now=now, keyring=keyring, channel=SMS, template=template, facts=facts)


def _write(
    transaction: Transaction, *, now: datetime, keyring: Keyring, channel: str, template: str, facts: Mapping[str, Any]
) -> None:
    message_id = new_id(at=now)
    sealed = keyring.seal_facts(facts, field=SEALED, owner=message_id)
    values = {"id": message_id, "channel": channel, "template": template, "facts_sealed": sealed, "written_at": now}
    transaction.run(messages.insert().values(**values))
    transaction.emit(events.message_written, subject=str(message_id), data={"message_id": message_id})


def hand_over(errand: ErrandCall, *, now: datetime, notifications: Asks, keyring: Keyring) -> None:
    """Ask notifications for the message, by the event's own key, so that a second try asks for the same one."""
    message_id: UUID = errand.data["message_id"]
    with errand.store.reading() as transaction:
        message = transaction.one(select(messages).where(messages.c.id == message_id))
    if message is None or message["facts_sealed"] is None:
        return
    facts = keyring.unseal_facts(message["facts_sealed"], field=SEALED, owner=message_id)
    request = {"template": message["template"], **facts}
    try:
        notifications.ask(COMMAND_OF[message["channel"]], request=request, context=errand.context, key=errand.key)
    except RequestInProgress as busy:
        raise NeighbourSilent("notifications still works on an earlier try") from busy
    with errand.store.writing(cause=errand.cause) as transaction:
        asked = update(messages).where(messages.c.id == message_id, messages.c.asked_at.is_(None))
        transaction.run(asked.values(facts_sealed=None, asked_at=now))
