"""Idempotency of commands: one key, one effect. The reply (or the refusal) is stored in the verb's own transaction."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Connection, bindparam, func, select
from sqlalchemy.dialects.postgresql import insert

from chassis.errors import IdempotencyKeyReused, Refusal, RequestInProgress, refusal_from_data
from chassis.tables import command_replies

KEPT_DAYS = 7
KEY_LENGTH_MAX = 255

_FIND = select(command_replies.c.fingerprint, command_replies.c.reply, command_replies.c.refusal).where(
    command_replies.c.principal == bindparam("of_principal"), command_replies.c.key == bindparam("of_key")
)
_LOCK = select(func.pg_try_advisory_xact_lock(bindparam("number", type_=BigInteger)))
_STORE = insert(command_replies)


@dataclass(frozen=True)
class Stored:
    """What an earlier request with this key was answered."""

    reply: Mapping[str, Any] | None
    refusal: Refusal | None


def fingerprint(*, method: str, request: Mapping[str, Any], secret: bytes) -> str:
    """The same request gives the same text, whatever the order of its fields.

    Keyed, because requests hold account numbers and four digits that a plain hash would give away to patience.
    """
    canonical = json.dumps([method, request], sort_keys=True, separators=(",", ":"))
    return hmac.new(secret, canonical.encode(), hashlib.sha256).hexdigest()


def find(connection: Connection, *, principal: str, key: str, fingerprint: str) -> Stored | None:
    """The stored answer, None where there is none. Raises IdempotencyKeyReused for another request's key."""
    row = connection.execute(_FIND, {"of_principal": principal, "of_key": key}).first()
    if row is None:
        return None
    if row.fingerprint != fingerprint:
        raise IdempotencyKeyReused()
    return Stored(reply=row.reply, refusal=_replayed(row.refusal) if row.refusal else None)


def _replayed(data: Mapping[str, Any]) -> Refusal:
    refusal = refusal_from_data(data)
    refusal.is_kept = refusal.is_replayed = True
    return refusal


def lock(connection: Connection, *, principal: str, key: str) -> None:
    """Hold the key until the transaction ends. Raises RequestInProgress where another request holds it."""
    digest = hashlib.sha256(f"{principal}\n{key}".encode()).digest()
    number = int.from_bytes(digest[:8], "big", signed=True)
    if not connection.execute(_LOCK, {"number": number}).scalar():
        raise RequestInProgress()


def store(
    connection: Connection, *, principal: str, key: str, fingerprint: str, reply: Any, refusal: Refusal | None
) -> None:  # fmt: skip
    row = {"principal": principal, "key": key, "fingerprint": fingerprint, "reply": reply}
    connection.execute(_STORE, {**row, "refusal": refusal.as_data() if refusal else None})
