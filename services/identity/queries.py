"""What may be asked of identity: who am I, where am I signed in, with which keys do you sign."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from chassis.context import AGENT, CUSTOMER, CallContext
from chassis.errors import FieldError, NotFound
from chassis.store import Row, Transaction
from services.identity.models import (
    ACTIVE,
    factors,
    links_of,
    open_changes_of,
    passkeys,
    recovery_codes,
    sessions,
    user_accounts,
    users,
)
from services.identity.providers import Keyring, Passwords
from services.identity.rules.names import masked_phone
from services.identity.rules.profiles import profile_of
from services.identity.rules.second_factors import TEXT
from services.identity.rules.sessions import IDLE_LIFE


def get_me(transaction: Transaction, *, caller: CallContext, keyring: Keyring) -> dict[str, Any]:
    """The caller's own person and linked accounts. Raises NotFound."""
    user_id = UUID(caller.subject)
    user = transaction.one(select(users).where(users.c.id == user_id))
    if user is None:
        raise NotFound("Your user is gone. Register again, or call us.")
    phone, address = keyring.contact_of(user)
    pending = keyring.pending_of(transaction.all(open_changes_of(user_id)))
    return profile_of(user, links=transaction.all(links_of(user_id)), phone=phone, address=address, pending=pending)


def list_account_holders(transaction: Transaction, *, account_id: UUID) -> dict[str, Any]:
    """The customers who may act on an account, in the order in which they linked it; none where nobody registered."""
    holders = (
        select(users.c.id, users.c.first_name, users.c.last_name, user_accounts.c.role)
        .join(user_accounts, user_accounts.c.user_id == users.c.id)
        .where(user_accounts.c.account_id == account_id, users.c.status == ACTIVE)
        .order_by(user_accounts.c.linked_at, users.c.id)
    )
    rows = transaction.all(holders)
    return {"data": [{**row, "user_id": row["id"]} for row in rows]}


def list_mailing_addresses(
    transaction: Transaction, *, account_ids: Sequence[UUID], keyring: Keyring
) -> dict[str, Any]:  # fmt: skip
    """Where letters to holders of accounts go, as they told us, in the order in which they linked the accounts."""
    told = (
        select(users, user_accounts.c.account_id, user_accounts.c.role.label("holds_as"))
        .join(user_accounts, user_accounts.c.user_id == users.c.id)
        .where(
            user_accounts.c.account_id.in_(account_ids), users.c.status == ACTIVE,
            users.c.mailing_address_sealed.is_not(None),
        )
        .order_by(user_accounts.c.linked_at, users.c.id)
    )  # fmt: skip
    return {
        "data": [
            {
                "account_id": row["account_id"],
                "role": row["holds_as"],
                "mailing_address": keyring.unseal_address(row["mailing_address_sealed"], owner=row["id"]),
            }
            for row in transaction.all(told)
        ]
    }


def list_sessions(
    transaction: Transaction, *, now: datetime, caller: CallContext, limit: int, cursor: UUID | None
) -> dict[str, Any]:
    """The caller's live sessions, newest first; the cursor is the id of the last one seen."""
    return _sessions_of(
        transaction, now=now, user_id=UUID(caller.subject), current=caller.session_id, limit=limit, cursor=cursor
    )


def list_customer_sessions(
    transaction: Transaction, *, now: datetime, user_id: UUID, limit: int, cursor: UUID | None
) -> dict[str, Any]:
    """A customer's live sessions, as staff see them. Raises NotFound."""
    _customer(transaction, user_id=user_id)
    return _sessions_of(transaction, now=now, user_id=user_id, current=None, limit=limit, cursor=cursor)


def _sessions_of(
    transaction: Transaction, *, now: datetime, user_id: UUID, current: str | None, limit: int, cursor: UUID | None
) -> dict[str, Any]:
    statement = (
        select(sessions)
        .where(sessions.c.user_id == user_id, sessions.c.ended_at.is_(None))
        .where(sessions.c.expires_at > now, sessions.c.last_used_at > now - IDLE_LIFE)
        .order_by(sessions.c.id.desc())
        .limit(limit + 1)
    )
    if cursor is not None:
        statement = statement.where(sessions.c.id < cursor)
    found = transaction.all(statement)
    shown = [{**row, "is_current": str(row["id"]) == current} for row in found[:limit]]
    return {"data": shown, "next_cursor": shown[-1]["id"] if len(found) > limit else None}


def list_passkeys(transaction: Transaction, *, caller: CallContext) -> dict[str, Any]:
    """The caller's passkeys, the one added last first."""
    mine = select(passkeys).where(passkeys.c.user_id == UUID(caller.subject))
    return {"data": transaction.all(mine.order_by(passkeys.c.id.desc()))}


def judge_password(*, passwords: Passwords, password: str, email: str | None, user_id: str | None) -> dict[str, Any]:
    """Whether a password would be taken, and how strong it is; nothing of it is kept."""
    words = [word for word in (email, (email or "").partition("@")[0], user_id) if word]
    problem = passwords.problem_with(password, personal_words=words)
    return {
        "is_acceptable": problem is None,
        "strength": passwords.strength_of(password),
        "code": problem.code if problem else None,
        "detail": problem.detail if problem else None,
    }


def find_agent(transaction: Transaction, *, agent_id: UUID) -> dict[str, Any]:
    """A member of staff who can sign in → {agent_id}. Raises NotFound, with the field."""
    of_agent = (users.c.id == agent_id) & (users.c.role == AGENT) & (users.c.status == ACTIVE)
    if transaction.value(select(users.c.id).where(of_agent)) is None:
        wrong = FieldError(pointer="/agent_id", code="not_found", detail="No member of staff has this id.")
        raise NotFound("No member of staff has this id. Ask your colleague for theirs (GET /v1/me).", errors=[wrong])
    return {"agent_id": agent_id}


def get_signing_keys(*, keyring: Keyring) -> dict[str, Any]:
    """The JWK set that verifies access tokens."""
    return keyring.public_keys()


def list_second_factors(transaction: Transaction, *, caller: CallContext, keyring: Keyring) -> dict[str, Any]:
    """The caller's factors that count, and how many codes to recover with are left. Raises NotFound."""
    user = transaction.one(select(users).where(users.c.id == UUID(caller.subject)))
    if user is None:
        raise NotFound("Your user is gone. Register again, or call us.")
    return _factors_of(transaction, user=user, keyring=keyring)


def list_customer_factors(transaction: Transaction, *, user_id: UUID, keyring: Keyring) -> dict[str, Any]:
    """The same of a customer, as staff see it. Raises NotFound."""
    return _factors_of(transaction, user=_customer(transaction, user_id=user_id), keyring=keyring)


def _customer(transaction: Transaction, *, user_id: UUID) -> Row:
    of_customer = (users.c.id == user_id) & (users.c.role == CUSTOMER) & (users.c.status == ACTIVE)
    user = transaction.one(select(users).where(of_customer))
    if user is None:
        raise NotFound()
    return user


def _factors_of(transaction: Transaction, *, user: Row, keyring: Keyring) -> dict[str, Any]:
    phone = masked_phone(keyring.contact_of(user)[0])
    mine = select(factors).where(factors.c.user_id == user["id"], factors.c.confirmed_at.is_not(None))
    found = transaction.all(mine.order_by(factors.c.added_at))
    unused = (recovery_codes.c.user_id == user["id"]) & recovery_codes.c.used_at.is_(None)
    return {
        "mfa_enabled": bool(found),
        "factors": [{**row, "phone_masked": phone if row["kind"] == TEXT else None} for row in found],
        "recovery_codes_left": transaction.value(select(func.count()).select_from(recovery_codes).where(unused)),
    }
