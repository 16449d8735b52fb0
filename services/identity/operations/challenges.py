"""Passing a second factor: on the way into a session, and once more before something delicate."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from chassis.context import CallContext
from chassis.errors import NotFound, Unauthenticated
from chassis.ids import new_id
from chassis.store import Database, Row, Transaction
from services.identity.contract.errors import (
    ChallengeNotValid,
    CurrentPasswordWrong,
    PhoneMissing,
    ProofMissing,
    SecondFactorNotRight,
)
from services.identity.models import ACTIVE, challenges, sessions, users
from services.identity.operations import attempts
from services.identity.operations.codes import is_right, text_code, use_recovery_code
from services.identity.operations.messages import write_mail
from services.identity.operations.second_factors import confirmed_factors, locked_user, recovery_codes_left
from services.identity.operations.tokens import access_token_of, begin_session
from services.identity.providers import Keyring, OneTimeCodes, Passwords, Policy
from services.identity.providers.keyring import token_hash
from services.identity.rules import second_factors as rules
from services.identity.rules.names import masked_phone


def ask_for_second_factor(
    transaction: Transaction, *, now: datetime, keyring: Keyring, user: Row, device: str | None
) -> dict[str, Any] | None:
    """The challenge of a user who has a second factor; None where the password is enough."""
    confirmed = confirmed_factors(transaction, user_id=user["id"])
    if not confirmed:
        return None
    token = keyring.new_refresh_token()
    row = {
        "id": new_id(at=now), "user_id": user["id"], "token_hash": token_hash(token), "device": device,
        "asked_at": now, "expires_at": now + rules.CHALLENGE_LIFE,
    }  # fmt: skip
    transaction.run(challenges.insert().values(**row))
    left = recovery_codes_left(transaction, user_id=user["id"])
    methods = rules.methods_of(confirmed, recovery_codes_left=left)
    return {"mfa_required": True, "challenge_id": token, "methods": methods}


def count_answer(
    store: Database, *, now: datetime, keyring: Keyring, caller: CallContext, challenge_id: str
) -> dict[str, str]:  # fmt: skip
    """A code is about to be looked at. Raises ChallengeNotValid, TooManyAttempts."""
    with store.reading() as transaction:
        is_this = challenges.c.token_hash == token_hash(challenge_id)
        user_id = transaction.value(select(challenges.c.user_id).where(is_this))
    if user_id is None:
        raise ChallengeNotValid()
    return attempts.begin_proof(store, now=now, keyring=keyring, caller=caller, user_id=user_id)


def pass_challenge(
    transaction: Transaction, *, now: datetime, keyring: Keyring, codes: OneTimeCodes, policy: Policy,
    counted: Mapping[str, str], challenge_id: str, code: str,
) -> dict[str, Any]:  # fmt: skip
    """The session that the password alone did not open. Raises ChallengeNotValid, SecondFactorNotRight."""
    user, challenge = _open_challenge(transaction, now=now, challenge_id=challenge_id)
    _check(
        transaction, now=now, keyring=keyring, codes=codes, policy=policy, user=user, code=code,
        challenge_id=challenge["id"],
    )  # fmt: skip
    transaction.run(update(challenges).where(challenges.c.id == challenge["id"]).values(passed_at=now))
    attempts.forget_attempts(transaction, target=counted["target"], place=counted["place"])
    return begin_session(
        transaction, now=now, keyring=keyring, policy=policy, user=user, place=counted["place"],
        device=challenge["device"],
    )  # fmt: skip


def text_challenge(
    transaction: Transaction, *, now: datetime, keyring: Keyring, challenge_id: str
) -> dict[str, str | None]:  # fmt: skip
    """Have a code texted for the challenge. Raises ChallengeNotValid, PhoneMissing, TooManyTexts."""
    user, challenge = _open_challenge(transaction, now=now, challenge_id=challenge_id)
    return _text(transaction, now=now, keyring=keyring, user=user, challenge_id=challenge["id"])


def text_caller(
    transaction: Transaction, *, now: datetime, keyring: Keyring, caller: CallContext
) -> dict[str, str | None]:  # fmt: skip
    """Have a code texted to step up with. Raises PhoneMissing, TooManyTexts."""
    return _text(transaction, now=now, keyring=keyring, user=locked_user(transaction, caller=caller))


def check_step_up(
    store: Database, *, now: datetime, keyring: Keyring, passwords: Passwords, caller: CallContext,
    request: Mapping[str, str | None],
) -> dict[str, Any]:  # fmt: skip
    """What can be looked at before a transaction opens: the password of who has no second factor.

    Raises ProofMissing, TooManyAttempts, CurrentPasswordWrong.
    """
    user_id = UUID(caller.subject)
    with store.reading() as transaction:
        user = transaction.one(select(users).where(users.c.id == user_id))
        has_factor = bool(confirmed_factors(transaction, user_id=user_id))
    proof = request["code"] if has_factor else request["password"]
    if user is None or proof is None:
        raise ProofMissing()
    counted = attempts.begin_proof(store, now=now, keyring=keyring, caller=caller, user_id=user_id)
    if not has_factor and not passwords.is_right(proof, stored_hash=user["password_hash"]):
        raise CurrentPasswordWrong()
    return {**counted, "code": proof if has_factor else None, "checked_hash": user["password_hash"]}


def step_up(
    transaction: Transaction, *, now: datetime, keyring: Keyring, codes: OneTimeCodes, policy: Policy,
    caller: CallContext, checked: Mapping[str, Any],
) -> dict[str, Any]:  # fmt: skip
    """The session's proof is as fresh as now. Raises SecondFactorNotRight, Unauthenticated for one that is over."""
    user = locked_user(transaction, caller=caller)
    if user["password_hash"] != checked["checked_hash"]:
        raise CurrentPasswordWrong()
    if checked["code"] is not None:
        _check(
            transaction, now=now, keyring=keyring, codes=codes, policy=policy, user=user, code=checked["code"],
            challenge_id=None,
        )  # fmt: skip
    elif confirmed_factors(transaction, user_id=user["id"]):
        raise ProofMissing()
    attempts.forget_attempts(transaction, target=checked["target"], place=checked["place"])
    is_session = (sessions.c.id == UUID(caller.session_id or "")) & sessions.c.ended_at.is_(None)
    fresher = update(sessions).where(is_session, sessions.c.user_id == user["id"], sessions.c.expires_at > now)
    session = transaction.one(fresher.values(proven_at=now).returning(sessions))
    if session is None:
        raise Unauthenticated("The session has ended. Sign in again.")
    return access_token_of(transaction, now=now, keyring=keyring, session=session)


def _check(
    transaction: Transaction, *, now: datetime, keyring: Keyring, codes: OneTimeCodes, policy: Policy, user: Row,
    code: str, challenge_id: UUID | None,
) -> None:  # fmt: skip
    """Raises SecondFactorNotRight unless it is a code of any factor of the user, or one to recover with."""
    meant = rules.read(code)
    for factor in confirmed_factors(transaction, user_id=user["id"]):
        if is_right(
            transaction, now=now, keyring=keyring, codes=codes, factor=factor, code=meant, challenge_id=challenge_id
        ):  # fmt: skip
            return
    if not use_recovery_code(transaction, now=now, keyring=keyring, user_id=user["id"], code=meant):
        raise SecondFactorNotRight()
    write_mail(
        transaction, now=now, keyring=keyring, template="second_factor_changed", to=user, link=policy.forgotten_link(),
        about=rules.CODE_USED,
    )  # fmt: skip


def _open_challenge(transaction: Transaction, *, now: datetime, challenge_id: str) -> tuple[Row, Row]:
    """The user and the challenge, both locked. Raises ChallengeNotValid."""
    is_this = challenges.c.token_hash == token_hash(challenge_id)
    owner = transaction.value(select(challenges.c.user_id).where(is_this))
    user = transaction.one(select(users).where(users.c.id == owner, users.c.status == ACTIVE).with_for_update())
    challenge = transaction.one(select(challenges).where(is_this).with_for_update())
    if user is None or challenge is None or challenge["passed_at"] is not None or challenge["expires_at"] <= now:
        raise ChallengeNotValid()
    return user, challenge


def _text(
    transaction: Transaction, *, now: datetime, keyring: Keyring, user: Row, challenge_id: UUID | None = None
) -> dict[str, str | None]:  # fmt: skip
    kinds = [factor["kind"] for factor in confirmed_factors(transaction, user_id=user["id"])]
    if rules.TEXT not in kinds:
        raise NotFound("Codes by text are not among your second factors. Use one of the methods you were offered.")
    phone, _ = keyring.contact_of(user)
    if phone is None:
        raise PhoneMissing()
    text_code(
        transaction, now=now, keyring=keyring, user_id=user["id"], to_phone=phone, challenge_id=challenge_id
    )  # fmt: skip
    return {"phone_masked": masked_phone(phone)}
