"""Passkeys: added by somebody who has just proven who they are, and enough by themselves to sign in.

A passkey is two factors in one: the device, and what unlocks it. So no other factor is asked for.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update

from chassis import logs
from chassis.context import CallContext
from chassis.errors import ConstraintViolated, NotFound
from chassis.ids import new_id
from chassis.store import Row, Transaction
from services.identity.contract.errors import PasskeyNotRight, TooManyPasskeys
from services.identity.models import ACTIVE, ceremonies, passkeys, users
from services.identity.operations import attempts
from services.identity.operations.messages import write_mail
from services.identity.operations.second_factors import locked_user
from services.identity.operations.tokens import begin_session
from services.identity.providers import Keyring, PasskeyRefused, Passkeys, Policy
from services.identity.rules import passkeys as rules

log = logs.logger(__name__)


def begin_adding(
    transaction: Transaction, *, now: datetime, caller: CallContext, keyring: Keyring, site: Passkeys
) -> dict[str, Any]:
    """What the browser is asked to make. Raises StepUpRequired, TooManyPasskeys."""
    caller.require_proof(now=now)
    user = locked_user(transaction, caller=caller)
    known = [row["credential_id"] for row in transaction.all(_of(user["id"]))]
    if not rules.may_add(held=len(known)):
        raise TooManyPasskeys()
    challenge = _begin(transaction, now=now, keyring=keyring, purpose=rules.ADD, user_id=user["id"])
    options = site.creation_options(
        challenge=challenge, user_id=user["id"], user_name=user["email"], known=known,
        display_name=f"{user['first_name']} {user['last_name']}",
    )  # fmt: skip
    return {"options": options}


def add_passkey(
    transaction: Transaction, *, now: datetime, caller: CallContext, keyring: Keyring, site: Passkeys, policy: Policy,
    label: str, credential: Mapping[str, Any],
) -> dict[str, Any]:  # fmt: skip
    """The passkey signs in from now on, and the person is told by mail. Raises StepUpRequired, PasskeyNotRight."""
    caller.require_proof(now=now)
    user = locked_user(transaction, caller=caller)
    try:
        challenge = site.challenge_of(credential)
        _use(transaction, now=now, keyring=keyring, challenge=challenge, purpose=rules.ADD, user_id=user["id"])
        made = site.added(credential, challenge=challenge)
        row = {"id": new_id(at=now), "user_id": user["id"], "label": label, "added_at": now, **vars(made)}
        transaction.run(passkeys.insert().values(**row))
    except PasskeyRefused as refused:
        log.info("passkey refused", reason=str(refused))
        raise PasskeyNotRight() from refused
    except ConstraintViolated as violated:
        if violated.constraint != "uq_passkeys_credential":
            raise
        raise PasskeyNotRight() from violated
    _tell(transaction, now=now, keyring=keyring, policy=policy, user=user, happened="a passkey was added.")
    return {**row, "last_used_at": None}


def remove_passkey(
    transaction: Transaction, *, now: datetime, caller: CallContext, keyring: Keyring, policy: Policy, passkey_id: UUID
) -> None:
    """Raises StepUpRequired, NotFound."""
    caller.require_proof(now=now)
    user = locked_user(transaction, caller=caller)
    is_this = (passkeys.c.id == passkey_id) & (passkeys.c.user_id == user["id"])
    if not transaction.run(delete(passkeys).where(is_this)):
        raise NotFound("You have no such passkey. GET /v1/me/passkeys lists those you have.")
    _tell(transaction, now=now, keyring=keyring, policy=policy, user=user, happened="a passkey was removed.")


def begin_signing_in(
    transaction: Transaction, *, now: datetime, keyring: Keyring, site: Passkeys
) -> dict[str, Any]:  # fmt: skip
    """What the browser is asked to sign; nobody has said who they are yet."""
    challenge = _begin(transaction, now=now, keyring=keyring, purpose=rules.SIGN_IN, user_id=None)
    return {"options": site.request_options(challenge=challenge)}


def sign_in(
    transaction: Transaction, *, now: datetime, caller: CallContext, keyring: Keyring, site: Passkeys, policy: Policy,
    credential: Mapping[str, Any], device: str | None,
) -> dict[str, Any]:  # fmt: skip
    """A session of whoever holds this passkey. Raises PasskeyNotRight, whatever it is that does not hold."""
    try:
        challenge = site.challenge_of(credential)
        _use(transaction, now=now, keyring=keyring, challenge=challenge, purpose=rules.SIGN_IN, user_id=None)
        user, passkey = _holder(transaction, credential_id=credential["id"])
        count = site.used(
            credential, challenge=challenge, public_key=passkey["public_key"], sign_count=passkey["sign_count"]
        )
    except PasskeyRefused as refused:
        log.info("passkey refused", reason=str(refused))
        raise PasskeyNotRight() from refused
    used = update(passkeys).where(passkeys.c.id == passkey["id"])
    transaction.run(used.values(sign_count=count, last_used_at=now))
    place = attempts.place_of(caller, keyring=keyring)
    return begin_session(
        transaction, now=now, keyring=keyring, policy=policy, user=user, place=place, device=device
    )  # fmt: skip


def _begin(transaction: Transaction, *, now: datetime, keyring: Keyring, purpose: str, user_id: UUID | None) -> bytes:
    challenge = keyring.new_challenge()
    row = {
        "challenge_hash": keyring.digest("ceremony", challenge.hex()), "purpose": purpose, "user_id": user_id,
        "begun_at": now, "expires_at": now + rules.CEREMONY_LIFE,
    }  # fmt: skip
    transaction.run(ceremonies.insert().values(**row))
    return challenge


def _use(
    transaction: Transaction, *, now: datetime, keyring: Keyring, challenge: bytes, purpose: str, user_id: UUID | None
) -> None:
    """The challenge was given for this, lately, and not used before. Raises PasskeyRefused."""
    is_this = ceremonies.c.challenge_hash == keyring.digest("ceremony", challenge.hex())
    using = update(ceremonies).where(
        is_this, ceremonies.c.purpose == purpose, ceremonies.c.user_id.is_not_distinct_from(user_id),
        ceremonies.c.used_at.is_(None), ceremonies.c.expires_at > now,
    )  # fmt: skip
    if not transaction.run(using.values(used_at=now)):
        raise PasskeyRefused("no such ceremony")


def _holder(transaction: Transaction, *, credential_id: str) -> tuple[Row, Row]:
    """The user and the passkey, both locked. Raises PasskeyRefused."""
    is_this = passkeys.c.credential_id == credential_id
    owner = transaction.value(select(passkeys.c.user_id).where(is_this))
    user = transaction.one(select(users).where(users.c.id == owner, users.c.status == ACTIVE).with_for_update())
    passkey = transaction.one(select(passkeys).where(is_this).with_for_update())
    if user is None or passkey is None:
        raise PasskeyRefused("nobody's")
    return user, passkey


def _of(user_id: UUID) -> Any:
    return select(passkeys.c.credential_id).where(passkeys.c.user_id == user_id)


def _tell(
    transaction: Transaction, *, now: datetime, keyring: Keyring, policy: Policy, user: Row, happened: str
) -> None:
    write_mail(
        transaction, now=now, keyring=keyring, template="second_factor_changed", to=user, link=policy.forgotten_link(),
        about=happened,
    )  # fmt: skip
