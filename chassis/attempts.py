"""Attempts: what an errand has begun at a vendor or neighbour, written down before the call and closed after it.

A row found `started` by a later delivery means that a process died in between: the errand is told so (`recovering`) and
asks before it acts. `unknown` rows are asked about by a sweep.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, select, update
from sqlalchemy.dialects.postgresql import insert

from chassis.tables import attempts

STARTED, DONE, UNKNOWN, RETRYING, PARKED = "started", "done", "unknown", "retrying", "parked"
OPEN = (STARTED, UNKNOWN, RETRYING)
RELEASED_SECONDS = 10


class Claim(StrEnum):
    """What a delivery found: fresh ground, an earlier attempt to recover, someone at work, or nothing left to do."""

    FRESH = "fresh"
    RECOVERING = "recovering"
    BUSY = "busy"
    CLOSED = "closed"


def claim(connection: Connection, *, handler: str, key: str, body: str, lease_seconds: float) -> Claim:
    """Take the errand for `lease_seconds`, or say why not."""
    lease = func.clock_timestamp() + timedelta(seconds=lease_seconds)
    fresh = insert(attempts).values(handler=handler, key=key, state=STARTED, body=body, claimed_until=lease)
    if connection.execute(fresh.on_conflict_do_nothing().returning(attempts.c.key)).scalar() is not None:
        return Claim.FRESH
    row = connection.execute(
        select(attempts.c.state, (attempts.c.claimed_until > func.clock_timestamp()).label("busy"))
        .where(*_is(handler, key))
        .with_for_update()
    ).one()
    if row.state not in OPEN:
        return Claim.CLOSED
    if row.busy:
        return Claim.BUSY
    connection.execute(update(attempts).where(*_is(handler, key)).values(claimed_until=lease))
    return Claim.FRESH if row.state == RETRYING else Claim.RECOVERING


def finish(connection: Connection, *, handler: str, key: str) -> None:
    values = {"state": DONE, "claimed_until": None, "next_try_at": None, "error": None, "body": ""}
    connection.execute(update(attempts).where(*_is(handler, key)).values(finished_at=func.clock_timestamp(), **values))


def release(connection: Connection, *, handler: str, key: str) -> None:
    """Give the errand back untouched: what it needs is down, and it has certainly not acted."""
    soon = func.clock_timestamp() + timedelta(seconds=RELEASED_SECONDS)
    values = {"claimed_until": None, "state": RETRYING, "next_try_at": soon}
    started = update(attempts).where(*_is(handler, key), attempts.c.state == STARTED)
    connection.execute(started.values(**values))


def set_unknown(connection: Connection, *, handler: str, key: str, error: str, check_seconds: float) -> None:
    values = {"state": UNKNOWN, "claimed_until": None, "error": error, "tries": attempts.c.tries + 1}
    check = func.clock_timestamp() + timedelta(seconds=check_seconds)
    connection.execute(update(attempts).where(*_is(handler, key)).values(next_try_at=check, **values))


def record_failure(
    connection: Connection, *, handler: str, key: str, error: str, delays: Sequence[float], final: bool
) -> tuple[str, float]:
    """Remember a failed try; gives (`retrying`, seconds to wait) or (`parked`, 0) after the last."""
    tries = (connection.execute(select(attempts.c.tries).where(*_is(handler, key))).scalar() or 0) + 1
    parked = final or tries > len(delays)
    delay = 0.0 if parked else delays[tries - 1]
    state = PARKED if parked else RETRYING
    next_try = None if parked else func.clock_timestamp() + timedelta(seconds=delay)
    statement = update(attempts).where(*_is(handler, key))
    connection.execute(
        statement.values(state=state, tries=tries, error=error, claimed_until=None, next_try_at=next_try)
    )
    return state, delay


def due(connection: Connection, *, limit: int = 50) -> list[Mapping[str, Any]]:
    """Errands to try again, unknown ones to ask about, and started ones whose process is gone."""
    now = func.clock_timestamp()
    statement = (
        select(attempts.c.handler, attempts.c.key, attempts.c.state, attempts.c.body)
        .where(attempts.c.state.in_(OPEN))
        .where(func.coalesce(attempts.c.next_try_at, attempts.c.claimed_until) <= now)
        .where((attempts.c.claimed_until.is_(None)) | (attempts.c.claimed_until <= now))
        .order_by(attempts.c.started_at)
        .limit(limit)
    )
    return [dict(row) for row in connection.execute(statement).mappings()]


def parked(connection: Connection) -> list[Mapping[str, Any]]:
    columns = (attempts.c.handler, attempts.c.key, attempts.c.tries, attempts.c.error, attempts.c.started_at)
    statement = select(*columns).where(attempts.c.state == PARKED).order_by(attempts.c.started_at)
    return [dict(row) for row in connection.execute(statement).mappings()]


def retry(connection: Connection, *, event_id: UUID) -> int:
    statement = update(attempts).where(attempts.c.key == str(event_id), attempts.c.state == PARKED)
    return connection.execute(statement.values(state=RETRYING, tries=0, next_try_at=func.clock_timestamp())).rowcount


def drop(connection: Connection, *, event_id: UUID) -> int:
    statement = update(attempts).where(attempts.c.key == str(event_id), attempts.c.state == PARKED)
    return connection.execute(statement.values(state=DONE)).rowcount


def _is(handler: str, key: str) -> tuple[Any, Any]:
    return attempts.c.handler == handler, attempts.c.key == key
