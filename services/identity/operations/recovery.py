"""Forgotten passwords and user IDs: whoever asks gets one answer, and what there is to tell goes to the mailbox."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update

from chassis.context import CallContext
from chassis.errors import InvalidRequest
from chassis.ids import new_id
from chassis.store import Database, Row, Transaction
from services.identity.contract import events
from services.identity.contract.errors import ResetExpired, ResetNotValid, ResetUsed
from services.identity.models import ACTIVE, recoveries, users
from services.identity.models.proofs import NOBODY, RECEIVED, SENT, USED
from services.identity.operations import attempts
from services.identity.operations.messages import write_mail
from services.identity.operations.passwords import put_password, void_resets, words_of
from services.identity.providers import Keyring, Passwords, Policy
from services.identity.providers.keyring import token_hash
from services.identity.rules import recovery as rules

SEALED = "recoveries.email"


def request_recovery(
    transaction: Transaction, *, now: datetime, keyring: Keyring, kind: str, email: str
) -> dict[str, str]:  # fmt: skip
    """Keep what was asked for. Nothing is looked up here, so nothing can be told, by the answer or by its time."""
    recovery_id = new_id(at=now)
    sealed = keyring.seal(email, field=SEALED, owner=recovery_id)
    values = {"id": recovery_id, "kind": kind, "state": RECEIVED, "email_sealed": sealed, "requested_at": now}
    transaction.run(recoveries.insert().values(**values))
    transaction.emit(events.recovery_requested, subject=str(recovery_id), data={"recovery_id": recovery_id})
    return {"status": "check_your_mail"}


def settle_recovery(
    transaction: Transaction, *, now: datetime, keyring: Keyring, policy: Policy, recovery_id: UUID
) -> None:  # fmt: skip
    """Write the mail, if the address is that of a user who can sign in and was not sent too many already."""
    is_this = recoveries.c.id == recovery_id
    recovery = transaction.one(select(recoveries).where(is_this).with_for_update())
    if recovery is None or recovery["state"] != RECEIVED:
        return
    email = keyring.unseal(recovery["email_sealed"], field=SEALED, owner=recovery_id)
    is_user = (users.c.email == email) & (users.c.status == ACTIVE)
    user = transaction.one(select(users).where(is_user).with_for_update())
    if user is None or not rules.may_mail(sent=_sent_lately(transaction, user_id=user["id"], now=now)):
        transaction.run(update(recoveries).where(is_this).values(state=NOBODY, email_sealed=None))
        return
    told = {"user_id": user["id"], "state": SENT, "email_sealed": None}
    link, about = policy.sign_in_link(), user["user_name"] or user["email"]
    if recovery["kind"] == rules.PASSWORD:
        token = keyring.link_token("reset_password", recovery_id)
        link, about = policy.reset_link(token), None
        told |= {"token_hash": token_hash(token), "expires_at": now + rules.RESET_LIFE}
        void_resets(transaction, user_id=user["id"])
    transaction.run(update(recoveries).where(is_this).values(**told))
    template = rules.TEMPLATE_OF[recovery["kind"]]
    write_mail(transaction, now=now, keyring=keyring, template=template, to=user, link=link, about=about)


def prepare_reset(store: Database, *, passwords: Passwords, request: Mapping[str, str]) -> dict[str, str]:
    """The hash of the new password, made while no transaction is open. Raises ResetNotValid, InvalidRequest."""
    with store.reading() as transaction:
        recovery = transaction.one(select(recoveries).where(_has_token(request["token"])))
        if recovery is None:
            raise ResetNotValid()
        user = transaction.one(select(users).where(users.c.id == recovery["user_id"]))
    assert user is not None
    problem = passwords.problem_with(request["password"], personal_words=words_of(user))
    if problem is not None:
        raise InvalidRequest(errors=[problem])
    return {"password_hash": passwords.hash(request["password"])}


def reset_password(
    transaction: Transaction, *, now: datetime, keyring: Keyring, policy: Policy, caller: CallContext, token: str,
    password_hash: str,
) -> None:  # fmt: skip
    """The user of this link has another password, and every session has ended. Nobody is signed in by it.

    Raises ResetNotValid, ResetUsed, ResetExpired.
    """
    is_this = _has_token(token)
    owner = transaction.value(select(recoveries.c.user_id).where(is_this))
    user = transaction.one(select(users).where(users.c.id == owner, users.c.status == ACTIVE).with_for_update())
    recovery = transaction.one(select(recoveries).where(is_this).with_for_update())
    if user is None or recovery is None:
        raise ResetNotValid()
    if recovery["state"] == USED:
        raise ResetUsed()
    if rules.is_over(now=now, expires_at=recovery["expires_at"]):
        raise ResetExpired()
    transaction.run(update(recoveries).where(is_this).values(state=USED, used_at=now))
    put_password(transaction, now=now, keyring=keyring, policy=policy, user=user, password_hash=password_hash)
    _welcome_back(transaction, now=now, keyring=keyring, user=user, caller=caller)


def _welcome_back(transaction: Transaction, *, now: datetime, keyring: Keyring, user: Row, caller: CallContext) -> None:
    """Whoever reads the mailbox is no stranger here: guesses of others do not keep them from signing in."""
    place = attempts.place_of(caller, keyring=keyring)
    attempts.note_place(transaction, now=now, user_id=user["id"], place=place, device=None)
    target = attempts.target_of(user["id"], name="", keyring=keyring)
    attempts.forget_attempts(transaction, target=target, place=place)


def _sent_lately(transaction: Transaction, *, user_id: UUID, now: datetime) -> int:
    lately = recoveries.c.requested_at > now - rules.MAILS_COUNTED_OVER
    return int(transaction.value(select(func.count()).where(recoveries.c.user_id == user_id, lately)))


def _has_token(token: str) -> Any:
    return recoveries.c.token_hash == token_hash(token)
