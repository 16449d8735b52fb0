"""What may be asked of identity: who am I, where am I signed in, with which keys do you sign."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from chassis.context import CallContext
from chassis.errors import NotFound
from chassis.store import Transaction
from services.identity.models import UNVERIFIED, sessions, user_accounts, users
from services.identity.providers import Keyring
from services.identity.rules.names import masked_phone
from services.identity.rules.sessions import IDLE_LIFE

ADDRESS_FIELD = "users.mailing_address"


def get_me(transaction: Transaction, *, caller: CallContext, keyring: Keyring) -> dict[str, Any]:
    """The caller's own person and linked accounts. Raises NotFound."""
    user = transaction.one(select(users).where(users.c.id == UUID(caller.subject)))
    if user is None:
        raise NotFound("Your user is gone. Register again, or call us.")
    linked = select(user_accounts).where(user_accounts.c.user_id == user["id"])
    sealed = user["phone_sealed"]
    phone = keyring.unseal(sealed, field="users.phone", owner=user["id"]) if sealed else None
    address = user["mailing_address_sealed"]
    accounts = transaction.all(linked.order_by(user_accounts.c.linked_at, user_accounts.c.account_id))
    return {
        **user,
        "user_id": user["user_name"] or user["email"],
        "email_verified": user["status"] != UNVERIFIED,
        "phone_masked": masked_phone(phone),
        "mailing_address": (
            json.loads(keyring.unseal(address, field=ADDRESS_FIELD, owner=user["id"])) if address else None
        ),
        "accounts": [{**link, "id": link["account_id"]} for link in accounts],
    }


def list_sessions(
    transaction: Transaction, *, now: datetime, caller: CallContext, limit: int, cursor: UUID | None
) -> dict[str, Any]:
    """The caller's live sessions, newest first; the cursor is the id of the last one seen."""
    statement = (
        select(sessions)
        .where(sessions.c.user_id == UUID(caller.subject), sessions.c.ended_at.is_(None))
        .where(sessions.c.expires_at > now, sessions.c.last_used_at > now - IDLE_LIFE)
        .order_by(sessions.c.id.desc())
        .limit(limit + 1)
    )
    if cursor is not None:
        statement = statement.where(sessions.c.id < cursor)
    found = transaction.all(statement)
    shown = [{**row, "is_current": str(row["id"]) == caller.session_id} for row in found[:limit]]
    return {"data": shown, "next_cursor": shown[-1]["id"] if len(found) > limit else None}


def get_signing_keys(*, keyring: Keyring) -> dict[str, Any]:
    """The JWK set that verifies access tokens."""
    return keyring.public_keys()
