"""Signing in, staying signed in by rotation, signing out."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from chassis.context import CallContext
from chassis.errors import NotFound
from chassis.store import Database, Row, Transaction
from services.identity.contract.errors import InvalidCredentials, KeyNotTaken, RefreshTokenNotValid
from services.identity.models import ACTIVE, refresh_tokens, sessions, users
from services.identity.operations import attempts
from services.identity.operations.challenges import ask_for_second_factor
from services.identity.operations.tokens import begin_session, new_refresh_token, opened
from services.identity.providers import Keyring, Passwords, Policy
from services.identity.providers.keyring import token_hash
from services.identity.rules import sessions as rules
from services.identity.rules.names import sign_in_name
from services.identity.rules.sessions import Standing

CURRENT = "current"
SEALED_SUCCESSOR = "refresh_tokens.successor"


def refuse_key(key: str | None) -> None:
    """A key would make the door store the reply, and the reply holds secrets. Raises KeyNotTaken."""
    if key is not None:
        raise KeyNotTaken()


def check_password(
    store: Database, *, now: datetime, passwords: Passwords, keyring: Keyring, caller: CallContext, user_id: str,
    password: str,
) -> dict[str, Any]:  # fmt: skip
    """The user whose password this is, before any transaction opens. Raises TooManyAttempts, InvalidCredentials.

    An unknown, an unverified and a closed user cost the same one verification and get the same answer.
    """
    name, place = sign_in_name(user_id), attempts.place_of(caller, keyring=keyring)
    with store.reading() as transaction:
        user = transaction.one(select(users).where((users.c.email == name) | (users.c.user_name == name)))
    known_id = user["id"] if user is not None else None
    target = attempts.target_of(known_id, name=name, keyring=keyring)
    attempts.begin_attempt(store, now=now, target=target, place=place, user_id=known_id)
    stored_hash = user["password_hash"] if user is not None else None
    is_right = passwords.is_right(password, stored_hash=stored_hash)
    if user is None or not is_right or user["status"] != ACTIVE:
        raise InvalidCredentials()
    outdated = passwords.is_outdated(user["password_hash"])
    new_hash = passwords.hash(password) if outdated else user["password_hash"]
    return {
        "user_id": user["id"], "checked_hash": user["password_hash"], "new_hash": new_hash, "target": target,
        "place": place,
    }  # fmt: skip


def open_session(
    transaction: Transaction, *, now: datetime, keyring: Keyring, policy: Policy, checked: Mapping[str, Any],
    device: str | None,
) -> dict[str, Any]:  # fmt: skip
    """A session of the user whose password was checked, or the challenge of a second factor that must be passed first.

    Raises InvalidCredentials where the password changed in the meantime.
    """
    user = transaction.one(select(users).where(users.c.id == checked["user_id"]).with_for_update())
    if user is None or user["status"] != ACTIVE or user["password_hash"] != checked["checked_hash"]:
        raise InvalidCredentials()
    transaction.run(update(users).where(users.c.id == user["id"]).values(password_hash=checked["new_hash"]))
    attempts.forget_attempts(transaction, target=checked["target"], place=checked["place"])
    challenge = ask_for_second_factor(transaction, now=now, keyring=keyring, user=user, device=device)
    return challenge or begin_session(
        transaction, now=now, keyring=keyring, policy=policy, user=user, place=checked["place"], device=device
    )


def end_replayed(store: Database, *, now: datetime, refresh_token: str) -> None:
    """End the session of a token that comes back: two parties hold it, and we cannot tell which is ours.

    It has a transaction of its own, because the refusal that follows undoes the command's.
    """
    with store.writing() as transaction:
        token = _judged(transaction, now=now, refresh_token=refresh_token)
        if token["standing"] is Standing.REPLAYED:
            ended = update(sessions).where(sessions.c.id == token["session_id"])
            transaction.run(ended.values(ended_at=now, end_reason="replayed"))


def refresh_session(
    transaction: Transaction, *, now: datetime, keyring: Keyring, refresh_token: str
) -> dict[str, Any]:  # fmt: skip
    """A new access token, and the refresh token that follows this one. Raises RefreshTokenNotValid.

    Parallel refreshes with one token take turns on the session's row; all within the grace get the same successor.
    """
    token = _judged(transaction, now=now, refresh_token=refresh_token)
    if token["standing"] not in (Standing.FRESH, Standing.REPEATED):
        raise RefreshTokenNotValid()
    session = transaction.one(select(sessions).where(sessions.c.id == token["session_id"]))
    assert session is not None
    if token["standing"] is Standing.REPEATED:
        successor = keyring.unseal(token["successor_sealed"], field=SEALED_SUCCESSOR, owner=token["id"])
    else:
        successor = _rotate(transaction, token=token, session=session, keyring=keyring, now=now)
    return opened(transaction, session=session, refresh_token=successor, keyring=keyring, now=now)


def close_session(transaction: Transaction, *, now: datetime, caller: CallContext, session_id: str) -> None:
    """End one of the caller's own sessions; one that has ended stays ended. Raises NotFound."""
    wanted = caller.session_id if session_id == CURRENT else session_id
    is_own = (sessions.c.id == _as_id(wanted)) & (sessions.c.user_id == _as_id(caller.subject))
    if transaction.one(select(sessions.c.id).where(is_own).with_for_update()) is None:
        raise NotFound("You have no such session. List your sessions to see their ids.")
    open_still = update(sessions).where(is_own, sessions.c.ended_at.is_(None))
    transaction.run(open_still.values(ended_at=now, end_reason="closed"))


def _judged(transaction: Transaction, *, now: datetime, refresh_token: str) -> dict[str, Any]:
    """The token's row with its `standing`, under the lock of its session. Raises RefreshTokenNotValid if unknown."""
    is_this = refresh_tokens.c.token_hash == token_hash(refresh_token)
    session_id = transaction.value(select(refresh_tokens.c.session_id).where(is_this))
    session = transaction.one(select(sessions).where(sessions.c.id == session_id).with_for_update())
    token = transaction.one(select(refresh_tokens).where(is_this))
    if session is None or token is None:
        raise RefreshTokenNotValid()
    successor_used_at = select(refresh_tokens.c.used_at).where(refresh_tokens.c.id == token["successor_id"])
    standing = rules.standing_of_refresh(
        now=now,
        expires_at=token["expires_at"],
        used_at=token["used_at"],
        is_successor_used=transaction.value(successor_used_at) is not None,
        session_ended_at=session["ended_at"],
        session_expires_at=session["expires_at"],
    )
    return {**token, "standing": standing}


def _rotate(transaction: Transaction, *, token: Row, session: Row, keyring: Keyring, now: datetime) -> str:
    """The successor. It is kept encrypted with the used token for the grace, and no longer than it is unused."""
    successor_id, successor = new_refresh_token(transaction, session=session, keyring=keyring, now=now)
    sealed = keyring.seal(successor, field=SEALED_SUCCESSOR, owner=token["id"])
    used = update(refresh_tokens).where(refresh_tokens.c.id == token["id"])
    transaction.run(used.values(used_at=now, successor_id=successor_id, successor_sealed=sealed))
    before = update(refresh_tokens).where(refresh_tokens.c.successor_id == token["id"])
    transaction.run(before.values(successor_sealed=None))
    transaction.run(update(sessions).where(sessions.c.id == session["id"]).values(last_used_at=now))
    return successor


def _as_id(text: str | None) -> UUID | None:
    """None where the text cannot be an id, which no row has."""
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
