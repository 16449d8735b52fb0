"""Who may be told: people as identity pushes them here, readable only while a message of theirs is worked on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from chassis.keys import FieldCipher
from chassis.store import Database, Row, Transaction
from services.notifications.contract.schemas import DEFAULT_LANGUAGE
from services.notifications.models import contact_accounts, contacts
from services.notifications.operations.consents import Source, keep_consent
from services.notifications.rules import alerts, standing, zones
from services.notifications.rules.kinds import Channel

# By channel: where the address is kept, and since when nothing arrives there.
_PLACES = {
    Channel.EMAIL: ("email_sealed", "email_dead_at"),
    Channel.SMS: ("phone_sealed", "phone_dead_at"),
}

PRINTED_AT_ONCE_MAX = 500
_UNPRINTED = (
    select(contacts.c.user_id, contacts.c.phone_sealed)
    .where(contacts.c.phone_sealed.is_not(None), contacts.c.phone_print.is_(None))
    .limit(PRINTED_AT_ONCE_MAX)
    .with_for_update(skip_locked=True)
)


@dataclass(frozen=True, kw_only=True)
class Person:
    """A contact, readable, with what they chose. `dead` are the channels by which nothing arrives."""

    first_name: str
    email: str | None
    phone: str | None
    sms_consent: bool
    is_opted_out: bool
    zones: tuple[str, ...] = ()
    dead: frozenset[Channel] = frozenset()
    matrix: alerts.Matrix = field(default_factory=dict)
    due_soon_days: tuple[int, ...] = alerts.DUE_SOON_DAYS_BY_DEFAULT

    def address(self, channel: Channel) -> str | None:
        """Where a vendor carries it to; the inbox has none."""
        return {Channel.EMAIL: self.email, Channel.SMS: self.phone}.get(channel)


def put_contact(
    transaction: Transaction, *, now: datetime, cipher: FieldCipher, user_id: UUID, email: str, phone: str | None,
    first_name: str, sms_consent: bool, time_zone: str | None, mailing_place: Mapping[str, str] | None, language: str,
    accounts: list[Mapping[str, Any]], version: int,
) -> None:  # fmt: skip
    """Replace what is known of a person, unless something newer is.

    STOP, and that an address fails, are kept while the number and the address stay the same.
    """
    known = transaction.one(select(contacts).where(contacts.c.user_id == user_id).with_for_update())
    values = {
        "version": version,
        "email_sealed": cipher.encrypt(email, bound_to=str(user_id)),
        "phone_sealed": None if phone is None else cipher.encrypt(phone, bound_to=str(user_id)),
        "first_name_sealed": cipher.encrypt(first_name, bound_to=str(user_id)),
        "sms_consent": sms_consent,
        "time_zone": time_zone,
        "language": language,
        "zones": [] if mailing_place is None else list(zones.zones_of(**mailing_place)),
        "phone_print": None if phone is None else cipher.print_of(phone),
        "changed_at": now,
    }
    if known is None or _opened(cipher, known["phone_sealed"], user_id) != phone:
        values |= {"sms_opted_out_at": None, "phone_dead_at": None}
    if known is None or cipher.decrypt(known["email_sealed"], bound_to=str(user_id)) != email:
        values["email_dead_at"] = None
    upsert = insert(contacts).values(user_id=user_id, created_at=now, **values)
    unless_newer = upsert.on_conflict_do_update(
        index_elements=["user_id"], set_=values, where=contacts.c.version <= version
    )
    if not transaction.run(unless_newer):
        return
    if sms_consent and (known is None or not known["sms_consent"]):
        keep_consent(
            transaction, now=now, user_id=user_id, is_given=True, source=Source.SERVICING, address=phone
        )  # fmt: skip
    _replace_accounts(transaction, user_id=user_id, accounts=accounts)


def _replace_accounts(transaction: Transaction, *, user_id: UUID, accounts: list[Mapping[str, Any]]) -> None:
    transaction.run(delete(contact_accounts).where(contact_accounts.c.user_id == user_id))
    endings = {account["id"]: account["last4"] for account in accounts}
    if endings:
        rows = [{"user_id": user_id, "account_id": id, "last4": last4} for id, last4 in endings.items()]
        transaction.run(insert(contact_accounts), rows)


def stop_texts_to(
    transaction: Transaction, *, now: datetime, cipher: FieldCipher, user_id: UUID | None, number: str,
    source: Source = Source.CARRIER, wording: str | None = None, proof: Mapping[str, str] | None = None,
) -> bool:  # fmt: skip
    """The person at this number said STOP; gives whether that is news.

    It belongs to the number: another that is known by now may be written to.
    """
    this_one = contacts.c.user_id == user_id
    contact = transaction.one(select(contacts).where(this_one).with_for_update())
    if contact is None or user_id is None or _opened(cipher, contact["phone_sealed"], user_id) != number:
        return False
    if contact["sms_opted_out_at"] is not None:
        return False
    transaction.run(update(contacts).where(this_one).values(sms_opted_out_at=now, changed_at=now))
    keep_consent(
        transaction, now=now, user_id=user_id, is_given=False, source=source, address=number, wording=wording,
        proof=proof,
    )  # fmt: skip
    return True


def resume_texts_to(
    transaction: Transaction, *, now: datetime, user_id: UUID, number: str, is_nobody_elses: bool, wording: str,
    proof: Mapping[str, str],
) -> bool:  # fmt: skip
    """The person at this number, a contact's, locked, said START; gives whether that is news.

    Where others have the number too, it ends their STOP and agrees to nothing that somebody had not agreed to.
    """
    contact = transaction.one(select(contacts).where(contacts.c.user_id == user_id))
    if contact is None or (
        contact["sms_opted_out_at"] is None and (standing.has_agreed(contact) or not is_nobody_elses)
    ):
        return False
    agreed: dict[str, Any] = {"sms_opted_out_at": None, "phone_dead_at": None, "changed_at": now}
    agreed |= {"sms_consent_chosen": True} if is_nobody_elses else {}
    transaction.run(update(contacts).where(contacts.c.user_id == user_id).values(agreed))
    keep_consent(
        transaction, now=now, user_id=user_id, is_given=True, source=Source.TEXT, address=number, wording=wording,
        proof=proof,
    )  # fmt: skip
    return True


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


def people_at(transaction: Transaction, *, cipher: FieldCipher, number: str) -> list[UUID]:
    """The contacts whose number it is, each locked, in the order of their ids."""
    found = select(contacts).where(contacts.c.phone_print.in_(cipher.prints_of(number))).order_by(contacts.c.user_id)
    rows = transaction.all(found.with_for_update())
    return [row["user_id"] for row in rows if _opened(cipher, row["phone_sealed"], row["user_id"]) == number]


def language_at(transaction: Transaction, *, people: Sequence[UUID]) -> str:
    """The language of the only person at a number; the default where nobody or more than one has it."""
    of_one = select(contacts.c.language).where(contacts.c.user_id == people[0]) if len(people) == 1 else None
    return DEFAULT_LANGUAGE if of_one is None else str(transaction.value(of_one))


def print_numbers(store: Database, *, cipher: FieldCipher) -> int:
    """Print the numbers that were sealed before numbers were looked up; gives how many."""
    with store.writing() as transaction:
        rows = transaction.all(_UNPRINTED)
        for row in rows:
            number = cipher.decrypt(row["phone_sealed"], bound_to=str(row["user_id"]))
            this_one = contacts.c.user_id == row["user_id"]
            transaction.run(update(contacts).where(this_one).values(phone_print=cipher.print_of(number)))
    return len(rows)


def person_of(cipher: FieldCipher, row: Row) -> Person:
    """A row of contacts, with the matrix and the days of choices where it was joined with them."""
    user_id = row["user_id"]
    days = row.get("due_soon_days")
    return Person(
        first_name=cipher.decrypt(row["first_name_sealed"], bound_to=str(user_id)),
        email=cipher.decrypt(row["email_sealed"], bound_to=str(user_id)),
        phone=_opened(cipher, row["phone_sealed"], user_id),
        sms_consent=standing.has_agreed(row),
        is_opted_out=row["sms_opted_out_at"] is not None,
        zones=(row["time_zone"],) if row["time_zone"] else tuple(row["zones"]),
        dead=frozenset(channel for channel, (_, since) in _PLACES.items() if row[since] is not None),
        matrix=row.get("matrix") or {},
        due_soon_days=alerts.DUE_SOON_DAYS_BY_DEFAULT if days is None else tuple(days),
    )


def _opened(cipher: FieldCipher, sealed: str | None, user_id: UUID) -> str | None:
    return None if sealed is None else cipher.decrypt(sealed, bound_to=str(user_id))
