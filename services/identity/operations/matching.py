"""Settling a registration: accounts says who the person is, then a user is opened and a mail is asked for.

Every step may be run again: what is decided is in the registration's state, and the neighbour is asked by one key.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from chassis.bus.rpc import Asks
from chassis.context import CallContext
from chassis.doors import ErrandCall
from chassis.errors import ConstraintViolated, Impossible, NeighbourSilent, RequestInProgress
from chassis.ids import new_id
from chassis.store import Database, Row, Transaction
from services.identity.contract import events
from services.identity.models import (
    DONE,
    MATCHED,
    NO_MATCH,
    RECEIVED,
    UNVERIFIED,
    registrations,
    user_accounts,
    users,
    verifications,
)
from services.identity.operations.registration import close_registration, failures_of
from services.identity.providers import Keyring, Policy
from services.identity.providers.keyring import token_hash
from services.identity.rules.recovery import MAILS_COUNTED_OVER, may_mail
from services.identity.rules.registrations import VERIFICATION_LIFE, may_try

VERIFY_EMAIL, ALREADY_REGISTERED = "verify_email", "already_registered"
NOBODY: Mapping[str, Any] = {"matched": False}
# Whoever is known already is written to in their own language, not in that of who registers anew.
_REGISTERED = (
    select(
        registrations.c.state, registrations.c.user_id, registrations.c.mail_template, registrations.c.mail_to,
        registrations.c.mail_first_name, users.c.language,
    )
    .join_from(registrations, users, users.c.id == registrations.c.user_id)
    .where(registrations.c.id == bindparam("of_registration"))
)  # fmt: skip


def settle_registration(
    errand: ErrandCall, *, now: datetime, accounts: Asks, notifications: Asks, keyring: Keyring, policy: Policy
) -> None:
    """Look for the account, open the user, ask for the mail; each step only where it is still to do."""
    registration_id: UUID = errand.data["registration_id"]
    claim = _open_claim(errand.store, registration_id=registration_id, keyring=keyring, now=now)
    if claim is not None:
        person = _ask_accounts(accounts, claim=claim, context=errand.context) if claim else NOBODY
        with errand.store.writing(cause=errand.cause) as transaction:
            _decide(transaction, registration_id=registration_id, person=person, keyring=keyring, now=now)
    mail = _waiting_mail(errand, registration_id=registration_id, keyring=keyring, policy=policy, now=now)
    if mail is not None:
        _send(errand, notifications=notifications, mail=mail)
        with errand.store.writing(cause=errand.cause) as transaction:
            sent = update(registrations).where(registrations.c.id == registration_id, registrations.c.state == MATCHED)
            transaction.run(sent.values(state=DONE, mail_template=None, mail_to=None, mail_first_name=None))


def _open_claim(store: Database, *, registration_id: UUID, keyring: Keyring, now: datetime) -> dict[str, str] | None:
    """What to ask accounts; empty where the account was tried too often; None where that is decided already."""
    with store.reading() as transaction:
        row = transaction.one(select(registrations).where(registrations.c.id == registration_id))
        if row is None or row["state"] != RECEIVED:
            return None
        if not may_try(failures=failures_of(transaction, account_digest=row["account_digest"], now=now)):
            return {}
    return keyring.unseal_claim(row["claim_sealed"], owner=registration_id)


def _ask_accounts(accounts: Asks, *, claim: Mapping[str, str], context: CallContext) -> Mapping[str, Any]:
    """Who it is. Raises Impossible for somebody without an id: a comparison with nothing must not find anybody."""
    person: Mapping[str, Any] = accounts.ask("match_account", request=claim, context=context).data
    if person["matched"] and not (person["party_id"] and person["account_id"]):
        raise Impossible("accounts matched a person but did not say who it is")
    return person


def _decide(
    transaction: Transaction, *, registration_id: UUID, person: Mapping[str, Any], keyring: Keyring, now: datetime
) -> None:
    found = select(registrations).where(registrations.c.id == registration_id).with_for_update()
    row = transaction.one(found)
    if row is None or row["state"] != RECEIVED:
        return
    if not person["matched"]:
        close_registration(transaction, registration_id=registration_id, state=NO_MATCH, now=now)
        return
    known = _verified_user(transaction, email=row["email"], party_id=person["party_id"])
    user = known or _open_user(transaction, row=row, person=person, keyring=keyring, now=now)
    is_known = user["status"] != UNVERIFIED
    if is_known and not may_mail(sent=_told_lately(transaction, user_id=user["id"], now=now)):
        close_registration(transaction, registration_id=registration_id, state=DONE, now=now)
        return
    close_registration(
        transaction, registration_id=registration_id, state=MATCHED, now=now, user_id=user["id"],
        mail_template=ALREADY_REGISTERED if is_known else VERIFY_EMAIL, mail_to=user["email"],
        mail_first_name=user["first_name"],
    )  # fmt: skip
    if not is_known:
        _link_account(transaction, user_id=user["id"], person=person, now=now)
        _open_verification(transaction, registration_id=registration_id, user=user, keyring=keyring, now=now)


def _verified_user(transaction: Transaction, *, email: str, party_id: str) -> Row | None:
    """Who answers for this address or is this person already. The mail goes to the address on file, never to a new
    one: details of an account can be stolen, a mailbox less easily."""
    is_same = (users.c.email == email) | (users.c.party_id == party_id)
    return transaction.one(select(users).where(is_same, users.c.status != UNVERIFIED).order_by(users.c.email != email))


def _told_lately(transaction: Transaction, *, user_id: UUID, now: datetime) -> int:
    """How many mails this person was sent lately because somebody registered anew with what they know of them."""
    lately = (registrations.c.user_id == user_id) & (registrations.c.closed_at > now - MAILS_COUNTED_OVER)
    return int(transaction.value(select(func.count()).select_from(registrations).where(lately)))


def _open_user(
    transaction: Transaction, *, row: Row, person: Mapping[str, Any], keyring: Keyring, now: datetime
) -> Row:  # fmt: skip
    """A new user, or the unverified one of this address made anew: whoever opens the latest link is the one."""
    user_id = new_id(at=now)
    values = {
        "password_hash": row["password_hash"],
        "party_id": person["party_id"],
        "first_name": person["first_name"],
        "last_name": person["last_name"],
        "sms_consent": person["sms_consent"],
        "language": row["language"],
        "accepted_terms": row["accepted_terms"],
        "accepted_terms_at": row["received_at"],
    }
    fixed = {"id": user_id, "email": row["email"], "status": UNVERIFIED, "role": "customer", "created_at": now}
    fresh = insert(users).values(**fixed, **values).on_conflict_do_nothing(constraint="uq_users_email")
    if transaction.run(fresh):
        transaction.emit(events.user_registered, subject=str(user_id), data={"user_id": user_id})
    user = transaction.one(select(users).where(users.c.email == row["email"]).with_for_update())
    assert user is not None
    if user["status"] != UNVERIFIED:
        return user
    phone = person["phone"]
    sealed = keyring.seal(phone, field="users.phone", owner=user["id"]) if phone else None
    is_user = users.c.id == user["id"]
    transaction.run(update(users).where(is_user).values(**values, phone_sealed=sealed, user_name=None))
    _take_name(transaction, user_id=user["id"], user_name=row["user_name"])
    return {**user, **values}


def _take_name(transaction: Transaction, *, user_id: UUID, user_name: str | None) -> None:
    """The chosen name, unless somebody has it: then the e-mail address stays the user ID, and nobody is told why."""
    try:
        with transaction.attempt():
            transaction.run(update(users).where(users.c.id == user_id).values(user_name=user_name))
    except ConstraintViolated as violated:
        if violated.constraint != "uq_users_user_name":
            raise


def _link_account(transaction: Transaction, *, user_id: UUID, person: Mapping[str, Any], now: datetime) -> None:
    """The user acts on the account that was claimed last, and on no other before the address is verified."""
    others = delete(user_accounts).where(
        user_accounts.c.user_id == user_id, user_accounts.c.account_id != UUID(person["account_id"])
    )
    gone = transaction.all(others.returning(user_accounts.c.user_id, user_accounts.c.account_id, user_accounts.c.role))
    for link in gone:
        transaction.emit(events.account_unlinked, subject=str(user_id), data=link)
    link = {"user_id": user_id, "account_id": UUID(person["account_id"]), "role": person["role"]}
    fresh = insert(user_accounts).values(**link, account_last4=person["account_last4"], linked_at=now)
    if transaction.run(fresh.on_conflict_do_nothing()):
        transaction.emit(events.account_linked, subject=str(user_id), data=link)


def _open_verification(
    transaction: Transaction, *, registration_id: UUID, user: Row, keyring: Keyring, now: datetime
) -> None:
    transaction.run(delete(verifications).where(verifications.c.user_id == user["id"]))
    transaction.run(
        verifications.insert().values(
            registration_id=registration_id,
            user_id=user["id"],
            token_hash=token_hash(keyring.verification_token(registration_id)),
            expires_at=now + VERIFICATION_LIFE,
        )
    )


def _waiting_mail(
    errand: ErrandCall, *, registration_id: UUID, keyring: Keyring, policy: Policy, now: datetime
) -> dict[str, str] | None:
    """What to send, if it was not sent yet. A link that waited for a neighbour lives from now on."""
    token = keyring.verification_token(registration_id)
    with errand.store.writing(cause=errand.cause) as transaction:
        row = transaction.one(_REGISTERED, {"of_registration": registration_id})
        if row is None or row["state"] != MATCHED:
            return None
        waiting = update(verifications).where(verifications.c.registration_id == registration_id)
        unused = waiting.where(verifications.c.used_at.is_(None))
        transaction.run(unused.values(token_hash=token_hash(token), expires_at=now + VERIFICATION_LIFE))
    links = {VERIFY_EMAIL: policy.verification_link(token), ALREADY_REGISTERED: policy.sign_in_link()}
    return {
        "user_id": str(row["user_id"]),
        "language": row["language"],
        "template": row["mail_template"],
        "to_email": row["mail_to"],
        "first_name": row["mail_first_name"],
        "link": links[row["mail_template"]],
    }


def _send(errand: ErrandCall, *, notifications: Asks, mail: Mapping[str, str]) -> None:
    try:
        notifications.ask("send_secure_mail", request=mail, context=errand.context, key=errand.key)
    except RequestInProgress as busy:
        raise NeighbourSilent("notifications still works on an earlier try") from busy
