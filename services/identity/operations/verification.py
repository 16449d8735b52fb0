"""Proving the e-mail address, and passing the verified contact points on."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update

from chassis.bus.rpc import Asks
from chassis.doors import ErrandCall
from chassis.errors import ConstraintViolated, IdempotencyKeyReused, NeighbourSilent, RequestInProgress
from chassis.store import Row, Transaction
from services.identity.contract import events
from services.identity.contract.errors import VerificationExpired, VerificationNotValid, VerificationUsed
from services.identity.models import ACTIVE, user_accounts, users, verifications
from services.identity.operations.contact_changes import prove_link
from services.identity.providers import Keyring, Policy
from services.identity.providers.keyring import token_hash


def verify_email(transaction: Transaction, *, now: datetime, keyring: Keyring, policy: Policy, token: str) -> None:
    """Whoever opens this link has the mailbox: a new user may sign in from now on, a change of contact goes on.

    Raises VerificationNotValid, VerificationUsed, VerificationExpired.
    """
    is_this = verifications.c.token_hash == token_hash(token)
    owner = transaction.value(select(verifications.c.user_id).where(is_this))
    if owner is None:
        prove_link(transaction, now=now, keyring=keyring, policy=policy, token=token)
        return
    # The user's row is locked before the verification's, as a newer registration does it.
    user = transaction.one(select(users).where(users.c.id == owner).with_for_update())
    verification = transaction.one(select(verifications).where(is_this).with_for_update())
    if user is None or verification is None:
        raise VerificationNotValid()
    if verification["used_at"] is not None:
        raise VerificationUsed()
    if verification["expires_at"] <= now:
        raise VerificationExpired()
    transaction.run(update(verifications).where(is_this).values(used_at=now))
    _activate(transaction, user=user, now=now)
    transaction.emit(events.email_verified, subject=str(user["id"]), data={"user_id": user["id"]})


def _activate(transaction: Transaction, *, user: Row, now: datetime) -> None:
    """One person, one user: the first verified address wins, a link mailed to another one is of no use then."""
    try:
        active = update(users).where(users.c.id == user["id"]).values(status=ACTIVE, email_verified_at=now)
        transaction.run(active)
    except ConstraintViolated as violated:
        if violated.constraint != "uq_users_active_party":
            raise
        raise VerificationNotValid() from violated


def push_contact(errand: ErrandCall, *, notifications: Asks, keyring: Keyring) -> None:
    """Give notifications its copy of the contact points; it never asks back. Unverified ones stay here."""
    user_id: UUID = errand.data["user_id"]
    with errand.store.reading() as transaction:
        user = transaction.one(select(users).where(users.c.id == user_id))
        links = transaction.all(
            select(user_accounts).where(user_accounts.c.user_id == user_id).order_by(user_accounts.c.account_id)
        )
    if user is None:
        raise LookupError(f"user {user_id} is gone")
    if user["status"] != ACTIVE:
        return
    phone, address = keyring.contact_of(user)
    contact = {
        "version": errand.event.sequence,
        "user_id": str(user_id),
        "email": user["email"],
        "phone": phone,
        "first_name": user["first_name"],
        "sms_consent": user["sms_consent"],
        "time_zone": None,
        "language": user["language"],
        "mailing_place": address and {name: address[name] for name in ("state", "postal_code")},
        "accounts": [{"id": str(link["account_id"]), "last4": link["account_last4"]} for link in links],
    }
    try:
        notifications.ask("put_contact", request=contact, context=errand.context, key=errand.key)
    except RequestInProgress as busy:
        raise NeighbourSilent("notifications still works on an earlier try") from busy
    except IdempotencyKeyReused:
        # An earlier try of this errand was taken with older facts; what changed since has its own event and errand.
        return
