"""What a session gives its holder: refresh tokens that rotate, and access tokens that live for minutes."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from chassis.ids import new_id
from chassis.store import Row, Transaction
from services.identity.contract import events
from services.identity.contract.errors import RefreshTokenNotValid
from services.identity.models import ACTIVE, refresh_tokens, sessions, user_accounts, users
from services.identity.operations import attempts
from services.identity.operations.messages import write_mail
from services.identity.providers import Keyring, Policy
from services.identity.providers.keyring import token_hash
from services.identity.rules import sessions as rules


def begin_session(
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
    _, refresh_token = new_refresh_token(transaction, session=session, keyring=keyring, now=now)
    transaction.emit(
        events.session_opened, subject=str(user["id"]), data={"user_id": user["id"], "session_id": session["id"]}
    )
    return opened(transaction, session=session, refresh_token=refresh_token, keyring=keyring, now=now)


def new_refresh_token(
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


def opened(
    transaction: Transaction, *, session: Row, refresh_token: str, keyring: Keyring, now: datetime
) -> dict[str, Any]:  # fmt: skip
    """The reply with both tokens. Raises RefreshTokenNotValid where the user is not active any more."""
    made = access_token_of(transaction, now=now, keyring=keyring, session=session)
    return {**made, "refresh_token": refresh_token}


def access_token_of(transaction: Transaction, *, now: datetime, keyring: Keyring, session: Row) -> dict[str, Any]:
    """An access token that names the accounts as they are linked now. Raises RefreshTokenNotValid."""
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
    return {"access_token": access_token, "token_type": "Bearer", "expires_in": rules.ACCESS_TOKEN_SECONDS}
