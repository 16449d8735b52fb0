"""Endpoints of partners: registered, changed and removed by staff alone; the secret is shown once, when it is made."""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, update

from chassis.errors import FieldError, InvalidRequest, NotFound, PreconditionFailed
from chassis.ids import new_id
from chassis.store import Row, Transaction
from gateway.contracts.declared import promised_events
from gateway.webhooks import deliveries, rules
from gateway.webhooks.addresses import Policy, TargetRefused, refuse_unregistrable
from gateway.webhooks.errors import SecretRotationRunning, TooManyWebhooks
from gateway.webhooks.models import ACTIVE, BY_STAFF, DISABLED, webhook_endpoints
from gateway.webhooks.signing import Secrets

ENDPOINTS_MAX = 100
# One at a time counts and adds, so that the limit holds.
REGISTERING_LOCK = 7_460_201
# Instants that say nothing any more once they are over.
OVER_WITH_TIME = ("previous_secret_until", "paused_until")


@cache
def promised_names() -> frozenset[str]:
    """The names of every event that others may rely on."""
    return frozenset(event.name for event in promised_events())


def register(
    transaction: Transaction, *, now: datetime, secrets: Secrets, policy: Policy, request: Mapping[str, Any]
) -> dict[str, Any]:
    """A new endpoint with its secret in clear, this once. Raises InvalidRequest, TooManyWebhooks."""
    _refuse_wrong(request, policy=policy)
    transaction.run(select(func.pg_advisory_xact_lock(REGISTERING_LOCK)))
    if transaction.value(select(func.count()).select_from(webhook_endpoints)) >= ENDPOINTS_MAX:
        raise TooManyWebhooks()
    endpoint_id, secret = new_id(at=now), secrets.new()
    made = webhook_endpoints.insert().values(
        id=endpoint_id,
        url=request["url"],
        description=request["description"],
        events=sorted(set(request["events"])),
        secret_sealed=secrets.seal(secret, endpoint_id=endpoint_id),
        state=ACTIVE,
        created_at=now,
    )
    transaction.run(made)
    return {**get(transaction, endpoint_id=endpoint_id, now=now), "secret": secret}


def get(transaction: Transaction, *, endpoint_id: UUID, now: datetime) -> dict[str, Any]:
    """One endpoint as staff see it. Raises NotFound."""
    row = transaction.one(select(webhook_endpoints).where(webhook_endpoints.c.id == endpoint_id))
    if row is None:
        raise NotFound()
    return _shown(row, now=now)


def list_all(transaction: Transaction, *, now: datetime, limit: int, cursor: UUID | None) -> dict[str, Any]:
    """Newest first; the cursor is the id of the last one seen."""
    statement = select(webhook_endpoints).order_by(webhook_endpoints.c.id.desc()).limit(limit + 1)
    if cursor is not None:
        statement = statement.where(webhook_endpoints.c.id < cursor)
    found = transaction.all(statement)
    shown = [_shown(row, now=now) for row in found[:limit]]
    return {"data": shown, "next_cursor": shown[-1]["id"] if len(found) > limit else None}


def change(
    transaction: Transaction, *, endpoint_id: UUID, now: datetime, policy: Policy, if_versions: Collection[int],
    request: Mapping[str, Any],
) -> dict[str, Any]:  # fmt: skip
    """Change what is named. Switched on again, an endpoint begins without its past failures.

    What happens while it is disabled is not kept for it. Raises InvalidRequest, NotFound, and PreconditionFailed where
    it is of no version that the caller has read.
    """
    _refuse_wrong(request, policy=policy)
    row = locked(transaction, endpoint_id=endpoint_id)
    if row["version"] not in if_versions:
        raise PreconditionFailed()
    values = {name: value for name, value in request.items() if name != "state"}
    if "events" in values:
        values["events"] = sorted(set(values["events"]))
    if request.get("state") == ACTIVE and row["state"] != ACTIVE:
        values |= {"state": ACTIVE, "disabled_reason": None, "disabled_at": None, **deliveries.UNTROUBLED}
    if values:
        changed = update(webhook_endpoints).where(webhook_endpoints.c.id == endpoint_id)
        transaction.run(changed.values(version=webhook_endpoints.c.version + 1, **values))
    if request.get("state") == DISABLED and row["state"] != DISABLED:
        deliveries.disable(transaction, endpoint_id=endpoint_id, reason=BY_STAFF, now=now)
    return get(transaction, endpoint_id=endpoint_id, now=now)


def remove(transaction: Transaction, *, endpoint_id: UUID) -> None:
    """The endpoint and every telling to it. Raises NotFound."""
    if not transaction.run(delete(webhook_endpoints).where(webhook_endpoints.c.id == endpoint_id)):
        raise NotFound()


def rotate_secret(
    transaction: Transaction, *, endpoint_id: UUID, now: datetime, secrets: Secrets, principal: str, key: str | None
) -> tuple[dict[str, Any], bool]:
    """A new secret; the one before it signs beside it for `rules.SECRET_OVERLAP`.

    Gives whether this is the answer of an earlier request too: while both sign, the same key of the same person makes
    nothing new. Raises NotFound, SecretRotationRunning.
    """
    row, digest = locked(transaction, endpoint_id=endpoint_id), _digest(principal=principal, key=key)
    if not rules.both_secrets_sign(until=row["previous_secret_until"], now=now):
        return _with_new_secret(transaction, row=row, now=now, secrets=secrets, digest=digest), False
    if digest is None or digest != row["rotation_digest"]:
        raise _rotation_running(until=row["previous_secret_until"])
    return {**_shown(row, now=now), "secret": secrets.unseal(row["secret_sealed"], endpoint_id=endpoint_id)}, True


def rotate_every_secret(
    transaction: Transaction, *, now: datetime, secrets: Secrets
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Those with a new secret, and those that are left as they are because two of theirs sign yet."""
    changed, left = [], []
    for row in transaction.all(
        select(webhook_endpoints).order_by(webhook_endpoints.c.id).with_for_update(key_share=True)
    ):
        if rules.both_secrets_sign(until=row["previous_secret_until"], now=now):
            left.append(_shown(row, now=now))
        else:
            changed.append(_with_new_secret(transaction, row=row, now=now, secrets=secrets, digest=None))
    return changed, left


def _with_new_secret(
    transaction: Transaction, *, row: Row, now: datetime, secrets: Secrets, digest: str | None
) -> dict[str, Any]:
    endpoint_id, secret = row["id"], secrets.new()
    rotated = update(webhook_endpoints).where(webhook_endpoints.c.id == endpoint_id)
    transaction.run(
        rotated.values(
            secret_sealed=secrets.seal(secret, endpoint_id=endpoint_id),
            previous_secret_sealed=row["secret_sealed"],
            previous_secret_until=now + rules.SECRET_OVERLAP,
            rotation_digest=digest,
            version=webhook_endpoints.c.version + 1,
        )
    )
    return {**get(transaction, endpoint_id=endpoint_id, now=now), "secret": secret}


def locked(transaction: Transaction, *, endpoint_id: UUID) -> Row:
    """The row, held until the end of the transaction. Raises NotFound."""
    is_this = webhook_endpoints.c.id == endpoint_id
    row = transaction.one(select(webhook_endpoints).where(is_this).with_for_update(key_share=True))
    if row is None:
        raise NotFound()
    return row


def forget_old_secrets(transaction: Transaction, *, now: datetime) -> int:
    """A secret that signs no more is kept no longer."""
    over = update(webhook_endpoints).where(webhook_endpoints.c.previous_secret_until <= now)
    return transaction.run(over.values(previous_secret_sealed=None, previous_secret_until=None, rotation_digest=None))


def _shown(row: Row, *, now: datetime) -> dict[str, Any]:
    """Without the secrets; an overlap that is over and a pause that is over are not told."""
    still = {name: row[name] if row[name] and row[name] > now else None for name in OVER_WITH_TIME}
    return {**row, **still}


def _digest(*, principal: str, key: str | None) -> str | None:
    return hashlib.sha256(f"{principal}\n{key}".encode()).hexdigest() if key else None


def _rotation_running(*, until: datetime) -> SecretRotationRunning:
    return SecretRotationRunning(
        f"The secret before this one signs until {until:%Y-%m-%dT%H:%M:%SZ}. Change it again after that. The answer "
        "of the change that is under way is given again for the Idempotency-Key that it was sent with."
    )


def _refuse_wrong(request: Mapping[str, Any], *, policy: Policy) -> None:
    problems = list(_unknown(request.get("events", ())))
    if "url" in request:
        try:
            refuse_unregistrable(request["url"], policy=policy)
        except TargetRefused as refused:
            problems.append(refused.as_field_error())
    if problems:
        raise InvalidRequest(errors=problems)


def _unknown(names: Iterable[str]) -> Iterable[FieldError]:
    known = ", ".join(sorted(promised_names()))
    for place, name in enumerate(names):
        if name not in promised_names():
            yield FieldError(f"/events/{place}", "unknown_event", f"Name events among these: {known}.")
