"""A message goes out, once at most: taken under lock, handed to its vendor with no transaction open, recorded."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select

from chassis.clock import Clock
from chassis.errors import Impossible, OutcomeUnknown, VendorDown
from chassis.failpoints import failpoint
from chassis.keys import FieldCipher
from chassis.store import Cause, Database, Row, Transaction
from services.notifications.models import choices, contacts, messages
from services.notifications.operations import outcomes
from services.notifications.operations.contacts import Person, person_of
from services.notifications.operations.deciding import Aside, decide
from services.notifications.operations.flags import flags_of
from services.notifications.providers.channels import Mail, MailContent, Text, VendorRefused
from services.notifications.providers.wording import Wording
from services.notifications.rules import states, writing
from services.notifications.rules.kinds import Channel
from services.notifications.rules.states import Reason, State

_OF_CONTACT = "contact_"
_READ = (*contacts.c, choices.c.matrix, choices.c.due_soon_days)
_LOCKED = (
    select(messages, *(column.label(f"{_OF_CONTACT}{column.name}") for column in _READ))
    .join_from(messages, contacts, messages.c.user_id == contacts.c.user_id, isouter=True)
    .join(choices, messages.c.user_id == choices.c.user_id, isouter=True)
    .where(messages.c.id == bindparam("of_message"))
    .with_for_update(of=messages)
)


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """A message on its way: everything the vendor must know, read before the call."""

    message: Row
    address: str
    content: MailContent | str


def send_message(
    store: Database, *, clock: Clock, cause: Cause, message_id: UUID, cipher: FieldCipher, wording: Wording,
    mail: Mail, texts: Text,
) -> None:  # fmt: skip
    """Send one message, at most once; run again at any time.

    `sending` is written before the call. Whoever finds it later cannot know what the vendor did, and vendors have no
    idempotency keys: the message becomes `unknown` and is never sent again; the vendor's report settles it. Raises
    VendorDown when the vendor has certainly not acted (the message is queued as before), OutcomeUnknown when nobody
    knows.
    """
    with store.writing(cause=cause) as transaction:
        parcel = _take(transaction, now=clock.now(), message_id=message_id, cipher=cipher, wording=wording)
    if parcel is None:
        return
    failpoint("vendor.before_call")
    try:
        vendor_id = _hand_over(parcel, mail=mail, texts=texts)
    except VendorRefused as refusal:
        with store.writing(cause=cause) as transaction:
            outcomes.record_refusal(
                transaction, now=clock.now(), cipher=cipher, message_id=message_id, refusal=refusal,
                address=parcel.address,
            )  # fmt: skip
        return
    except VendorDown:
        with store.writing(cause=cause) as transaction:
            outcomes.give_back(transaction, now=clock.now(), message_id=message_id)
        raise
    except OutcomeUnknown:
        with store.writing(cause=cause) as transaction:
            outcomes.record_silence(transaction, now=clock.now(), message_id=message_id, reason=Reason.NO_ANSWER)
        raise
    failpoint("vendor.after_call")
    with store.writing(cause=cause) as transaction:
        outcomes.record_acceptance(transaction, now=clock.now(), message_id=message_id, vendor_id=vendor_id)


def _take(
    transaction: Transaction, *, now: datetime, message_id: UUID, cipher: FieldCipher, wording: Wording
) -> Parcel | None:
    """The message as a parcel, now `sending`; None where nothing may be sent, or nothing again."""
    message = transaction.one(_LOCKED, {"of_message": message_id})
    if message is None:
        raise Impossible(f"there is no message {message_id}")
    if message["state"] == State.SENDING:
        outcomes.settle(transaction, now=now, message=message, state=State.UNKNOWN, reason=Reason.NO_RECORD)
    if message["state"] != State.QUEUED:
        return None
    variables = json.loads(cipher.decrypt(message["variables_sealed"], bound_to=str(message_id)))
    person = _addressee(cipher=cipher, message=message, variables=variables)
    channel, template = Channel(message["channel"]), message["template"]
    # Consent may have been withdrawn, a flag set, and the evening come, while the message waited for its vendor.
    flags = flags_of(transaction, account_id=message["account_id"])
    decision, record = decide(
        person, now=now, template=template, channel=channel, flags=flags, aside=Aside.kept_with(message)
    )
    kept: dict[str, Any] = {"decisions": [*message["decisions"], record]}
    if not decision.send:
        outcomes.settle(transaction, now=now, message=message, state=State.SUPPRESSED, reason=decision.reason, **kept)
        return None
    if decision.not_before is not None:
        waits = {"not_before": decision.not_before, "reason": decision.reason}
        outcomes.change(transaction, now=now, message_id=message_id, **waits, **kept)
        return None
    facts = {**variables, "greeting_name": writing.greeting_name(person.first_name)}
    words = wording.mail if channel is Channel.EMAIL else wording.text
    content = words(template, language=message["language"], facts=facts)
    outcomes.change(transaction, now=now, message_id=message_id, state=states.step(State.QUEUED, State.SENDING), **kept)
    return Parcel(message=message, address=str(person.address(channel)), content=content)


def _hand_over(parcel: Parcel, *, mail: Mail, texts: Text) -> str:
    message_id = parcel.message["id"]
    if isinstance(parcel.content, MailContent):
        return mail.send(message_id=message_id, to=parcel.address, content=parcel.content)
    return texts.send(message_id=message_id, to=parcel.address, body=parcel.content)


def _addressee(*, cipher: FieldCipher, message: Row, variables: Mapping[str, Any]) -> Person:
    if message["user_id"] is None:
        return Person(
            first_name=variables["first_name"], email=variables.get("to_email"), phone=variables.get("to_phone"),
            # Whoever has a code sent to a number asked for that text a moment ago.
            sms_consent="to_phone" in variables, is_opted_out=False,
        )  # fmt: skip
    if message[f"{_OF_CONTACT}user_id"] is None:
        raise Impossible(f"message {message['id']} has no contact")
    person = person_of(cipher, {column.name: message[f"{_OF_CONTACT}{column.name}"] for column in _READ})
    # What answers a text goes to the number that sent it.
    return replace(person, phone=variables.get("to_phone", person.phone))
