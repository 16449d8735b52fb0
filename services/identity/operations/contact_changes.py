"""Another e-mail address or telephone number: asked for by somebody signed in, made once both ends have agreed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, delete, func, select, update

from chassis.context import CallContext
from chassis.errors import ConstraintViolated
from chassis.ids import new_id
from chassis.store import Database, Row, Transaction
from services.identity.contract import events
from services.identity.contract.errors import (
    CodeNotRight,
    TooManyContactChanges,
    VerificationExpired,
    VerificationNotValid,
    VerificationUsed,
)
from services.identity.models import contact_changes, contact_proofs, factors, users
from services.identity.models.changes import ASKED, MADE, VOID, WAITING
from services.identity.operations.messages import write_mail, write_text
from services.identity.providers import Keyring, Policy
from services.identity.providers.keyring import token_hash
from services.identity.rules import contacts as rules
from services.identity.rules.contacts import End
from services.identity.rules.second_factors import TEXT


def ask_changes(
    transaction: Transaction, *, now: datetime, keyring: Keyring, user_id: UUID, changes: Mapping[str, str | None]
) -> None:  # fmt: skip
    """Keep what is to change, by kind; who is asked follows after the answer, which so tells nothing of any address.

    A newer wish replaces an older one of its kind. Raises TooManyContactChanges.
    """
    for kind, value in changes.items():
        of_kind = (contact_changes.c.user_id == user_id) & (contact_changes.c.kind == kind)
        lately = contact_changes.c.asked_at > now - rules.CHANGES_COUNTED_OVER
        if not rules.may_ask(asked=transaction.value(select(func.count()).where(of_kind, lately))):
            raise TooManyContactChanges()
        is_open = contact_changes.c.state.in_((ASKED, WAITING))
        transaction.run(update(contact_changes).where(of_kind, is_open).values(state=VOID, value_sealed=None))
        change_id = new_id(at=now)
        sealed = keyring.seal_change(value, owner=change_id)
        transaction.run(
            contact_changes.insert().values(
                id=change_id, user_id=user_id, kind=kind, state=ASKED, value_sealed=sealed, asked_at=now,
                expires_at=now + rules.LINK_LIFE,
            )
        )  # fmt: skip
        data = {"user_id": user_id, "change_id": change_id}
        transaction.emit(events.contact_change_asked, subject=str(user_id), data=data)


def ask_ends(
    transaction: Transaction, *, now: datetime, keyring: Keyring, policy: Policy, change_id: UUID, user_id: UUID
) -> None:  # fmt: skip
    """Write to each end, but not to an address that somebody else signs in with: that change never comes about."""
    is_this = contact_changes.c.id == change_id
    user = transaction.one(select(users).where(users.c.id == user_id).with_for_update())
    change = transaction.one(select(contact_changes).where(is_this).with_for_update())
    if user is None or change is None or change["state"] != ASKED:
        return
    transaction.run(update(contact_changes).where(is_this).values(state=WAITING))
    value = keyring.unseal_change(change)
    phone, _ = keyring.contact_of(user)
    for end in rules.ends_of(kind=change["kind"], value=value, email=user["email"], phone=phone):
        proof_id = new_id(at=now)
        secret = keyring.link_token("contact", proof_id) if end.by == rules.LINK else keyring.code("contact", proof_id)
        transaction.run(
            contact_proofs.insert().values(
                id=proof_id, change_id=change_id, which_end=end.which, by=end.by,
                secret_hash=_hash_of(secret, by=end.by, change_id=change_id, which_end=end.which, keyring=keyring),
                expires_at=now + rules.life_of(end.by),
            )
        )  # fmt: skip
        is_taken = end.which == rules.NEW and change["kind"] == rules.EMAIL and _is_taken(transaction, end.to)
        if not is_taken:
            _write(
                transaction, now=now, keyring=keyring, policy=policy, user=user, end=end, change=change, secret=secret
            )


def prove_link(
    transaction: Transaction, *, now: datetime, keyring: Keyring, policy: Policy, token: str
) -> None:  # fmt: skip
    """The end that got this link agrees. Raises VerificationNotValid, VerificationUsed, VerificationExpired."""
    is_this = contact_proofs.c.secret_hash == token_hash(token)
    change = _locked_change(transaction, transaction.value(select(contact_proofs.c.change_id).where(is_this)))
    proof = transaction.one(select(contact_proofs).where(is_this))
    if change is None or proof is None or change["state"] == VOID:
        raise VerificationNotValid()
    if proof["proven_at"] is not None:
        raise VerificationUsed()
    if proof["expires_at"] <= now:
        raise VerificationExpired()
    _agree(transaction, now=now, keyring=keyring, policy=policy, change=change, proof=proof)


def count_try(store: Database, *, now: datetime, caller: CallContext) -> None:
    """A code is looked at: that counts, whatever comes of it. In a transaction of its own, which no refusal undoes."""
    with store.writing() as transaction:
        for proof in transaction.all(_open_codes(UUID(caller.subject), now=now)):
            is_this = contact_proofs.c.id == proof["id"]
            transaction.run(update(contact_proofs).where(is_this).values(tries=contact_proofs.c.tries + 1))


def prove_code(
    transaction: Transaction, *, now: datetime, keyring: Keyring, policy: Policy, caller: CallContext, code: str
) -> None:  # fmt: skip
    """The end that got this code by text agrees; this try is counted already. Raises CodeNotRight."""
    few_tries = contact_proofs.c.tries <= rules.TRIES_MAX
    for proof in transaction.all(_open_codes(UUID(caller.subject), now=now).where(few_tries)):
        sent = _hash_of(
            code, by=rules.CODE, change_id=proof["change_id"], which_end=proof["which_end"], keyring=keyring
        )  # fmt: skip
        change = _locked_change(transaction, proof["change_id"]) if proof["secret_hash"] == sent else None
        if change is not None and change["state"] == WAITING:
            _agree(transaction, now=now, keyring=keyring, policy=policy, change=change, proof=proof)
            return
    raise CodeNotRight()


def _agree(
    transaction: Transaction, *, now: datetime, keyring: Keyring, policy: Policy, change: Row, proof: Row
) -> None:  # fmt: skip
    agreed = update(contact_proofs).where(contact_proofs.c.id == proof["id"])
    transaction.run(agreed.values(proven_at=now))
    proofs = transaction.all(select(contact_proofs).where(contact_proofs.c.change_id == change["id"]))
    if rules.is_made(proofs):
        _make(transaction, now=now, keyring=keyring, policy=policy, change=change)


def _make(transaction: Transaction, *, now: datetime, keyring: Keyring, policy: Policy, change: Row) -> None:
    """The change itself. The address before it is told, so that a thief who has both ends is noticed all the same."""
    is_user, user_id = users.c.id == change["user_id"], change["user_id"]
    user = transaction.one(select(users).where(is_user).with_for_update())
    assert user is not None
    value = keyring.unseal_change(change)
    changed: dict[str, Any] = {"email": value, "email_verified_at": now}
    if change["kind"] == rules.PHONE:
        if value is None:
            transaction.run(delete(factors).where(factors.c.user_id == user_id, factors.c.kind == TEXT))
        changed = {"phone_sealed": keyring.seal(value, field="users.phone", owner=user_id) if value else None}
    try:
        transaction.run(update(users).where(is_user).values(version=users.c.version + 1, **changed))
    except ConstraintViolated as violated:
        if violated.constraint != "uq_users_email":
            raise
        raise VerificationNotValid() from violated
    made = update(contact_changes).where(contact_changes.c.id == change["id"])
    transaction.run(made.values(state=MADE, made_at=now, value_sealed=None))
    transaction.emit(events.contact_changed, subject=str(user_id), data={"user_id": user_id})
    write_mail(
        transaction, now=now, keyring=keyring, template="contact_changed", to=user, link=policy.forgotten_link(),
        about=rules.WORDS[change["kind"]],
    )  # fmt: skip


def _write(
    transaction: Transaction, *, now: datetime, keyring: Keyring, policy: Policy, user: Row, end: End, change: Row,
    secret: str,
) -> None:  # fmt: skip
    if end.by == rules.CODE:
        write_text(
            transaction, now=now, keyring=keyring, template="security_code", to_phone=end.to, code=secret,
            language=user["language"],
        )  # fmt: skip
        return
    template = "confirm_new_email" if end.which == rules.NEW else "approve_contact_change"
    write_mail(
        transaction, now=now, keyring=keyring, template=template, to={**user, "email": end.to},
        link=policy.verification_link(secret), about=rules.WORDS[change["kind"]],
    )  # fmt: skip


def _locked_change(transaction: Transaction, change_id: UUID | None) -> Row | None:
    """The user's row is locked before the change's, as everywhere."""
    is_this = contact_changes.c.id == change_id
    owner = transaction.value(select(contact_changes.c.user_id).where(is_this))
    transaction.one(select(users.c.id).where(users.c.id == owner).with_for_update())
    return transaction.one(select(contact_changes).where(is_this).with_for_update())


def _open_codes(user_id: UUID, *, now: datetime) -> Select[Any]:
    """Codes that were texted for changes of the user and are not used or too old, however often they were tried."""
    return (
        select(contact_proofs)
        .join(contact_changes, contact_changes.c.id == contact_proofs.c.change_id)
        .where(contact_changes.c.user_id == user_id, contact_changes.c.state == WAITING)
        .where(contact_proofs.c.by == rules.CODE, contact_proofs.c.proven_at.is_(None))
        .where(contact_proofs.c.expires_at > now)
    )


def _is_taken(transaction: Transaction, email: str) -> bool:
    return transaction.value(select(users.c.id).where(users.c.email == email)) is not None


def _hash_of(secret: str, *, by: str, change_id: UUID, which_end: str, keyring: Keyring) -> str:
    """A link has chance enough for a plain hash; a code has little, and is hashed with a key, for its end alone."""
    return token_hash(secret) if by == rules.LINK else keyring.digest(f"code:{change_id}:{which_end}", secret)
