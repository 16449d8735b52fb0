"""What notifications does: keeps contacts, queues messages, sends each at most once."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from chassis.clock import Clock
from chassis.errors import Impossible, OutcomeUnknown, VendorDown
from chassis.failpoints import failpoint
from chassis.ids import new_id
from chassis.keys import FieldCipher
from chassis.store import Cause, Database, Row, Transaction
from services.notifications import rules
from services.notifications.contract import events
from services.notifications.models import contact_accounts, contacts, messages
from services.notifications.providers.channels import Mail, MailContent, Text, VendorRefused
from services.notifications.providers.wording import LANGUAGE, Wording
from services.notifications.rules import Channel, Decision, Reach, Reason, State

RELEASED_AT_ONCE_MAX = 500


@dataclass(frozen=True, kw_only=True)
class Person:
    """A contact, readable."""

    first_name: str
    email: str | None
    phone: str | None
    sms_consent: bool
    is_opted_out: bool
    time_zone: str | None

    def address(self, channel: Channel) -> str | None:
        return self.email if channel is Channel.EMAIL else self.phone

    def reach(self, channel: Channel) -> Reach:
        return Reach(
            has_address=self.address(channel) is not None,
            has_consent=self.sms_consent,
            is_suppressed=self.is_opted_out and channel is Channel.SMS,
            time_zone=self.time_zone,
        )


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """A message on its way: everything the vendor must know, read before the call."""

    message: Row
    address: str
    content: MailContent | str


def put_contact(
    transaction: Transaction, *, now: datetime, cipher: FieldCipher, user_id: UUID, email: str, phone: str | None,
    first_name: str, sms_consent: bool, time_zone: str | None, accounts: list[Mapping[str, Any]], version: int,
) -> None:  # fmt: skip
    """Replace what is known of a person, unless something newer is. STOP is kept while the number stays the same."""
    known = transaction.one(select(contacts).where(contacts.c.user_id == user_id).with_for_update())
    values = {
        "version": version,
        "email_sealed": cipher.encrypt(email, bound_to=str(user_id)),
        "phone_sealed": None if phone is None else cipher.encrypt(phone, bound_to=str(user_id)),
        "first_name_sealed": cipher.encrypt(first_name, bound_to=str(user_id)),
        "sms_consent": sms_consent,
        "time_zone": time_zone,
        "changed_at": now,
    }
    if known is None or _opened(cipher, known["phone_sealed"], user_id) != phone:
        values["sms_opted_out_at"] = None
    upsert = insert(contacts).values(user_id=user_id, created_at=now, **values)
    unless_newer = upsert.on_conflict_do_update(
        index_elements=["user_id"], set_=values, where=contacts.c.version <= version
    )
    if not transaction.run(unless_newer):
        return
    transaction.run(delete(contact_accounts).where(contact_accounts.c.user_id == user_id))
    endings = {account["id"]: account["last4"] for account in accounts}
    if endings:
        rows = [{"user_id": user_id, "account_id": id, "last4": last4} for id, last4 in endings.items()]
        transaction.run(insert(contact_accounts), rows)


def send_secure_mail(
    transaction: Transaction, *, now: datetime, cipher: FieldCipher, cause: str, template: str, to_email: str,
    first_name: str, link: str,
) -> Mapping[str, Any]:  # fmt: skip
    """Queue a mail with a secret link → {message_id}. The same cause gives the same message, for ever."""
    key = rules.source_key(cause=cause, addressee="address", channel=Channel.EMAIL, template=template)
    queued = _queue(
        transaction, now=now, cipher=cipher, key=key, channel=Channel.EMAIL, template=template,
        decision=Decision(send=True, reason=Reason.ALLOWED),
        variables={"to_email": to_email, "first_name": first_name, "link": link},
    )  # fmt: skip
    return {"message_id": queued}


def tell_payment_received(
    transaction: Transaction, *, now: datetime, cipher: FieldCipher, cause: str, payment: Mapping[str, Any]
) -> None:
    """Confirm a payment (payments.payment_posted) to everybody who holds the account."""
    variables = {
        "amount_cents": payment["amount_cents"],
        "effective_on": payment["effective_on"].isoformat(),
        "method_type": payment["method_type"],
    }
    _tell_holders(
        transaction, now=now, cipher=cipher, cause=cause, account_id=UUID(payment["account_id"]),
        template="payment_received", variables=variables,
    )  # fmt: skip


def tell_payment_declined(
    transaction: Transaction, *, now: datetime, cipher: FieldCipher, cause: str, payment: Mapping[str, Any]
) -> None:
    """Tell everybody who holds the account that a payment (payments.payment_declined) did not go through."""
    _tell_holders(
        transaction, now=now, cipher=cipher, cause=cause, account_id=UUID(payment["account_id"]),
        template="payment_declined",
        variables={"amount_cents": payment["amount_cents"], "decline_reason": payment["reason"]},
    )  # fmt: skip


def release_waiting(store: Database, *, now: datetime) -> int:
    """Let the messages go whose quiet hours are over; gives their number."""
    due = (
        select(messages.c.id)
        .where(messages.c.not_before <= now)
        .order_by(messages.c.not_before)
        .limit(RELEASED_AT_ONCE_MAX)
        .with_for_update(skip_locked=True)
    )
    with store.writing() as transaction:
        waiting = [row["id"] for row in transaction.all(due)]
        for identifier in waiting:
            transaction.run(update(messages).where(messages.c.id == identifier).values(not_before=None, changed_at=now))
            _announce(transaction, identifier)
    return len(waiting)


def send_message(
    store: Database, *, clock: Clock, cause: Cause, message_id: UUID, cipher: FieldCipher, wording: Wording,
    mail: Mail, texts: Text,
) -> None:  # fmt: skip
    """Send one message, at most once; run again at any time.

    `sending` is written before the call. Whoever finds it later cannot know what the vendor did, and vendors have no
    idempotency keys: the message becomes `unknown` and is never sent again. Raises VendorDown when the vendor has
    certainly not acted (the message is queued as before), OutcomeUnknown when nobody knows.
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
            _record_refusal(transaction, now=clock.now(), cipher=cipher, parcel=parcel, refusal=refusal)
        return
    except VendorDown:
        with store.writing(cause=cause) as transaction:
            _give_back(transaction, now=clock.now(), message_id=message_id)
        raise
    except OutcomeUnknown:
        with store.writing(cause=cause) as transaction:
            _settle(transaction, now=clock.now(), message_id=message_id, state=State.UNKNOWN, reason=Reason.NO_ANSWER)
        raise
    failpoint("vendor.after_call")
    with store.writing(cause=cause) as transaction:
        _record_acceptance(transaction, now=clock.now(), message_id=message_id, vendor_id=vendor_id)


def _tell_holders(
    transaction: Transaction, *, now: datetime, cipher: FieldCipher, cause: str, account_id: UUID, template: str,
    variables: Mapping[str, Any],
) -> None:  # fmt: skip
    """One message for each person and channel, once for each cause; what must not go is kept with its reason."""
    holders = (
        select(contacts, contact_accounts.c.last4)
        .join_from(contact_accounts, contacts)
        .where(contact_accounts.c.account_id == account_id)
        .order_by(contacts.c.user_id)
    )
    for row in transaction.all(holders):
        person = _person(cipher, row)
        for channel in Channel:
            decision = rules.may_send(kind=rules.KINDS[template], channel=channel, reach=person.reach(channel), now=now)
            _queue(
                transaction, now=now, cipher=cipher, channel=channel, template=template, decision=decision,
                key=rules.source_key(cause=cause, addressee=str(row["user_id"]), channel=channel, template=template),
                user_id=row["user_id"], account_id=account_id,
                variables={**variables, "account_last4": row["last4"]},
            )  # fmt: skip


def _queue(
    transaction: Transaction, *, now: datetime, cipher: FieldCipher, key: str, channel: Channel, template: str,
    decision: Decision, variables: Mapping[str, Any], user_id: UUID | None = None, account_id: UUID | None = None,
) -> UUID:  # fmt: skip
    """Keep one message with what was decided; gives its id, or that of the message which this cause has already."""
    identifier = new_id(at=now)
    state = State.QUEUED if decision.send else State.SUPPRESSED
    sealed = cipher.encrypt(json.dumps(variables), bound_to=str(identifier)) if decision.send else None
    values = {
        "id": identifier, "source_key": key, "user_id": user_id, "account_id": account_id, "channel": channel,
        "template": template, "language": LANGUAGE, "state": state, "reason": decision.reason,
        "not_before": decision.not_before, "variables_sealed": sealed, "created_at": now, "changed_at": now,
    }  # fmt: skip
    once = insert(messages).values(**values).on_conflict_do_nothing(constraint="uq_messages_source_key")
    if not transaction.run(once):
        existing: UUID = transaction.value(select(messages.c.id).where(messages.c.source_key == key))
        return existing
    if decision.send and decision.not_before is None:
        _announce(transaction, identifier)
    return identifier


def _announce(transaction: Transaction, message_id: UUID) -> None:
    transaction.emit(events.message_queued, subject=str(message_id), data={"message_id": message_id})


def _take(
    transaction: Transaction, *, now: datetime, message_id: UUID, cipher: FieldCipher, wording: Wording
) -> Parcel | None:
    """The message as a parcel, now `sending`; None where nothing may be sent, or nothing again."""
    message = _locked(transaction, message_id)
    if message["state"] == State.SENDING:
        _settle(transaction, now=now, message_id=message_id, state=State.UNKNOWN, reason=Reason.NO_RECORD)
    if message["state"] != State.QUEUED:
        return None
    variables = json.loads(cipher.decrypt(message["variables_sealed"], bound_to=str(message_id)))
    person = _addressee(transaction, cipher=cipher, message=message, variables=variables)
    channel, template = Channel(message["channel"]), message["template"]
    # Consent may have been withdrawn, and the evening come, while the message waited for its vendor.
    decision = rules.may_send(kind=rules.KINDS[template], channel=channel, reach=person.reach(channel), now=now)
    address = person.address(channel)
    if not decision.send or address is None:
        _settle(transaction, now=now, message_id=message_id, state=State.SUPPRESSED, reason=decision.reason)
        return None
    if decision.not_before is not None:
        _change(transaction, now=now, message_id=message_id, not_before=decision.not_before, reason=decision.reason)
        return None
    facts = {**variables, "greeting_name": rules.greeting_name(person.first_name)}
    words = wording.mail if channel is Channel.EMAIL else wording.text
    content = words(template, language=message["language"], facts=facts)
    _change(transaction, now=now, message_id=message_id, state=rules.step(State.QUEUED, State.SENDING))
    return Parcel(message=message, address=address, content=content)


def _hand_over(parcel: Parcel, *, mail: Mail, texts: Text) -> str:
    message_id = parcel.message["id"]
    if isinstance(parcel.content, MailContent):
        return mail.send(message_id=message_id, to=parcel.address, content=parcel.content)
    return texts.send(message_id=message_id, to=parcel.address, body=parcel.content)


def _record_acceptance(transaction: Transaction, *, now: datetime, message_id: UUID, vendor_id: str) -> None:
    message = _settle(transaction, now=now, message_id=message_id, state=State.SENT, reason=Reason.ACCEPTED)
    _change(transaction, now=now, message_id=message_id, vendor_id=vendor_id or None)
    transaction.emit(
        events.notification_sent,
        subject=str(message["user_id"] or message_id),
        data={name: message[name] for name in ("channel", "template", "user_id")} | {"message_id": message_id},
    )


def _record_refusal(
    transaction: Transaction, *, now: datetime, cipher: FieldCipher, parcel: Parcel, refusal: VendorRefused
) -> None:
    state = State.SUPPRESSED if refusal.opted_out else State.FAILED
    message = _settle(transaction, now=now, message_id=parcel.message["id"], state=state, reason=refusal.reason)
    if not refusal.opted_out:
        return
    this_one = contacts.c.user_id == message["user_id"]
    contact = transaction.one(select(contacts).where(this_one).with_for_update())
    # STOP belongs to a number: one that was given in the meantime may be written to.
    if contact is not None and _opened(cipher, contact["phone_sealed"], message["user_id"]) == parcel.address:
        transaction.run(update(contacts).where(this_one).values(sms_opted_out_at=now, changed_at=now))


def _give_back(transaction: Transaction, *, now: datetime, message_id: UUID) -> None:
    message = _locked(transaction, message_id)
    # Where the attempt outlived its lease, another has called the message unknown already: it stays so.
    if message["state"] == State.SENDING:
        _change(transaction, now=now, message_id=message_id, state=rules.step(State.SENDING, State.QUEUED))


def _settle(transaction: Transaction, *, now: datetime, message_id: UUID, state: State, reason: str) -> Row:
    """Take a message to a state from which nothing more is sent, and wipe its words. Gives the row as it was."""
    message = _locked(transaction, message_id)
    following = rules.step(State(message["state"]), state)
    sent_at = now if following is State.SENT else None
    _change(
        transaction, now=now, message_id=message_id, state=following, reason=reason, variables_sealed=None,
        not_before=None, sent_at=sent_at,
    )  # fmt: skip
    return message


def _change(transaction: Transaction, *, now: datetime, message_id: UUID, **values: Any) -> None:
    transaction.run(update(messages).where(messages.c.id == message_id).values(changed_at=now, **values))


def _locked(transaction: Transaction, message_id: UUID) -> Row:
    message = transaction.one(select(messages).where(messages.c.id == message_id).with_for_update())
    if message is None:
        raise Impossible(f"there is no message {message_id}")
    return message


def _addressee(transaction: Transaction, *, cipher: FieldCipher, message: Row, variables: Mapping[str, Any]) -> Person:
    if message["user_id"] is None:
        return Person(
            first_name=variables["first_name"], email=variables["to_email"], phone=None,
            sms_consent=False, is_opted_out=False, time_zone=None,
        )  # fmt: skip
    row = transaction.one(select(contacts).where(contacts.c.user_id == message["user_id"]))
    if row is None:
        raise Impossible(f"message {message['id']} has no contact")
    return _person(cipher, row)


def _person(cipher: FieldCipher, row: Row) -> Person:
    user_id = row["user_id"]
    return Person(
        first_name=cipher.decrypt(row["first_name_sealed"], bound_to=str(user_id)),
        email=cipher.decrypt(row["email_sealed"], bound_to=str(user_id)),
        phone=_opened(cipher, row["phone_sealed"], user_id),
        sms_consent=row["sms_consent"],
        is_opted_out=row["sms_opted_out_at"] is not None,
        time_zone=row["time_zone"],
    )


def _opened(cipher: FieldCipher, sealed: str | None, user_id: UUID) -> str | None:
    return None if sealed is None else cipher.decrypt(sealed, bound_to=str(user_id))
