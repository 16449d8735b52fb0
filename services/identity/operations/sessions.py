"""Signing in, staying signed in by rotation, signing out."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from chassis.context import CallContext
from chassis.errors import NotFound
from chassis.ids import new_id
from chassis.store import Database, Row, Transaction
from services.identity.contract import events
from services.identity.contract.errors import InvalidCredentials, KeyNotTaken, RefreshTokenNotValid
from services.identity.models import ACTIVE, refresh_tokens, sessions, user_accounts, users
from services.identity.operations import attempts
from services.identity.operations.messages import write_mail
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
    """A session of the user whose password was checked. Raises InvalidCredentials where it changed in the meantime."""
    user = transaction.one(select(users).where(users.c.id == checked["user_id"]).with_for_update())
    if user is None or user["status"] != ACTIVE or user["password_hash"] != checked["checked_hash"]:
        raise InvalidCredentials()
    transaction.run(update(users).where(users.c.id == user["id"]).values(password_hash=checked["new_hash"]))
    attempts.forget_attempts(transaction, target=checked["target"], place=checked["place"])
    return _begin_session(
        transaction, now=now, keyring=keyring, policy=policy, user=user, place=checked["place"], device=device
    )


def _begin_session(
    transaction: Transaction, *, now: datetime, keyring: Keyring, policy: Policy, user: Row, place: str,
    device: str | None,
) -> dict[str, Any]:  # fmt: skip
    """Somebody has proven who they are. A place or a device that is new is told to the person by mail.

    The mail does not name the device: who signs in may write there what they like.
    """
    if attempts.note_place(transaction, now=now, user_id=user["id"], place=place, device=device):
        write_mail(transaction, now=now, keyring=keyring, template="new_sign_in", to=user, link=policy.forgotten_link())
    session = {
        "id": new_id(at=now),
        "user_id": user["id"],
        "device": device,
        "opened_at": now,
        "last_used_at": now,
        "proven_at": now,
        "expires_at": now + rules.SESSION_LIFE,
    }
    transaction.run(sessions.insert().values(**session))
    _, refresh_token = _new_refresh_token(transaction, session=session, keyring=keyring, now=now)
    transaction.emit(
        events.session_opened, subject=str(user["id"]), data={"user_id": user["id"], "session_id": session["id"]}
    )
    return _opened(transaction, session=session, refresh_token=refresh_token, keyring=keyring, now=now)


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
    return _opened(transaction, session=session, refresh_token=successor, keyring=keyring, now=now)


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
    successor_id, successor = _new_refresh_token(transaction, session=session, keyring=keyring, now=now)
    sealed = keyring.seal(successor, field=SEALED_SUCCESSOR, owner=token["id"])
    used = update(refresh_tokens).where(refresh_tokens.c.id == token["id"])
    transaction.run(used.values(used_at=now, successor_id=successor_id, successor_sealed=sealed))
    before = update(refresh_tokens).where(refresh_tokens.c.successor_id == token["id"])
    transaction.run(before.values(successor_sealed=None))
    transaction.run(update(sessions).where(sessions.c.id == session["id"]).values(last_used_at=now))
    return successor


def _new_refresh_token(
    transaction: Transaction, *, session: Row, keyring: Keyring, now: datetime
) -> tuple[UUID, str]:  # fmt: skip
    token_id, token = new_id(at=now), keyring.new_refresh_token()
    transaction.run(
        refresh_tokens.insert().values(
            id=token_id,
            session_id=session["id"],
            token_hash=token_hash(token),
            expires_at=rules.refresh_expires_at(now=now, session_expires_at=session["expires_at"]),
        )
    )
    return token_id, token


def _opened(
    transaction: Transaction, *, session: Row, refresh_token: str, keyring: Keyring, now: datetime
) -> dict[str, Any]:  # fmt: skip
    """The reply: an access token that names the accounts as they are linked now. Raises RefreshTokenNotValid."""
    is_user = (users.c.id == session["user_id"]) & (users.c.status == ACTIVE)
    user = transaction.one(select(users.c.id, users.c.role).where(is_user))
    if user is None:
        raise RefreshTokenNotValid()
    linked = select(user_accounts.c.account_id, user_accounts.c.role).where(user_accounts.c.user_id == user["id"])
    access_token = keyring.access_token(
        now=now,
        lives_seconds=rules.ACCESS_TOKEN_SECONDS,
        user_id=user["id"],
        role=user["role"],
        accounts=transaction.all(linked.order_by(user_accounts.c.linked_at, user_accounts.c.account_id)),
        session_id=session["id"],
        proven_at=session["proven_at"],
    )
    return {
        "access_token": access_token,
        "token_type": "Bearer",
        "expires_in": rules.ACCESS_TOKEN_SECONDS,
        "refresh_token": refresh_token,
    }


def _as_id(text: str | None) -> UUID | None:
    """None where the text cannot be an id, which no row has."""
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
