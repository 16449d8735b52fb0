"""Who may be told: people as identity pushes them here, readable only while a message of theirs is worked on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from chassis.keys import FieldCipher
from chassis.store import Row, Transaction
from services.notifications.models import contact_accounts, contacts
from services.notifications.rules.deciding import Reach
from services.notifications.rules.kinds import Channel

# By channel: where the address is kept, and since when nothing arrives there.
_PLACES = {
    Channel.EMAIL: ("email_sealed", "email_dead_at"),
    Channel.SMS: ("phone_sealed", "phone_dead_at"),
}


@dataclass(frozen=True, kw_only=True)
class Person:
    """A contact, readable."""

    first_name: str
    email: str | None
    phone: str | None
    sms_consent: bool
    is_opted_out: bool
    time_zone: str | None
    dead: frozenset[Channel] = frozenset()

    def address(self, channel: Channel) -> str | None:
        return self.email if channel is Channel.EMAIL else self.phone

    def reach(self, channel: Channel) -> Reach:
        return Reach(
            has_address=self.address(channel) is not None,
            has_consent=self.sms_consent,
            is_suppressed=self.is_opted_out and channel is Channel.SMS,
            is_dead=channel in self.dead,
            time_zone=self.time_zone,
        )


def put_contact(
    transaction: Transaction, *, now: datetime, cipher: FieldCipher, user_id: UUID, email: str, phone: str | None,
    first_name: str, sms_consent: bool, time_zone: str | None, accounts: list[Mapping[str, Any]], version: int,
) -> None:  # fmt: skip
    """Replace what is known of a person, unless something newer is.

    STOP, and that nothing arrives, are kept while the number or address stays the same.
    """
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
        values |= {"sms_opted_out_at": None, "phone_dead_at": None}
    if known is None or _opened(cipher, known["email_sealed"], user_id) != email:
        values["email_dead_at"] = None
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


def stop_texts_to(
    transaction: Transaction, *, now: datetime, cipher: FieldCipher, user_id: UUID | None, number: str
) -> None:
    """The person at this number said STOP. It belongs to the number: another that is known by now may be written to."""
    this_one = contacts.c.user_id == user_id
    contact = transaction.one(select(contacts).where(this_one).with_for_update())
    if contact is not None and _opened(cipher, contact["phone_sealed"], contact["user_id"]) == number:
        transaction.run(update(contacts).where(this_one).values(sms_opted_out_at=now, changed_at=now))


def note_dead_address(
    transaction: Transaction, *, now: datetime, cipher: FieldCipher, user_id: UUID | None, channel: Channel,
    address: str,
) -> None:  # fmt: skip
    """Nothing arrives at this address. It belongs to the address: another that is known by now may be written to."""
    sealed, since = _PLACES[channel]
    this_one = contacts.c.user_id == user_id
    contact = transaction.one(select(contacts).where(this_one).with_for_update())
    if contact is None or contact[since] is not None:
        return
    known = _opened(cipher, contact[sealed], contact["user_id"])
    # Vendors write addresses as they like: what stands before the @ is one mailbox in either case.
    if known is not None and known.lower() == address.lower():
        transaction.run(update(contacts).where(this_one).values({since: now, "changed_at": now}))


def person_of(cipher: FieldCipher, row: Row) -> Person:
    user_id = row["user_id"]
    return Person(
        first_name=cipher.decrypt(row["first_name_sealed"], bound_to=str(user_id)),
        email=cipher.decrypt(row["email_sealed"], bound_to=str(user_id)),
        phone=_opened(cipher, row["phone_sealed"], user_id),
        sms_consent=row["sms_consent"],
        is_opted_out=row["sms_opted_out_at"] is not None,
        time_zone=row["time_zone"],
        dead=frozenset(channel for channel, (_, since) in _PLACES.items() if row[since] is not None),
    )


def _opened(cipher: FieldCipher, sealed: str | None, user_id: UUID) -> str | None:
    return None if sealed is None else cipher.decrypt(sealed, bound_to=str(user_id))
