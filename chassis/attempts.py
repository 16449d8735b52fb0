"""Attempts: what an errand has begun at a vendor or neighbour, written down before the call and closed after it.

started    somebody is at work until `claimed_until`, or died at it: whoever takes it over is told (`recovering`)
retrying   it has certainly not acted, and starts afresh at `next_try_at`
unknown    it may have acted: it is asked about at `next_try_at`, never begun afresh
done       closed            parked     given to a person
A claim that ran out unclosed is counted; after ENDED_MAX of them in a row the attempt is parked, for it may be what
ends processes. Every claim has a number; who lost the claim can no longer close, release or fail the attempt.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, select, text, update

from chassis import logs
from chassis.inbox import ENDED_MAX, PROCESS_ENDED
from chassis.tables import attempts

STARTED, DONE, UNKNOWN, RETRYING, PARKED = "started", "done", "unknown", "retrying", "parked"
OPEN = (STARTED, UNKNOWN, RETRYING)
RELEASED_SECONDS_FIRST = 2.0
RELEASED_SECONDS_MAX = 60.0
UNKNOWN_CHECK_SECONDS_MAX = 3600

_CLAIM_FRESH = text("""
    INSERT INTO attempts (handler, key, state, claim_number, claimed_until, body)
    VALUES (:handler, :key, 'started', 1, clock_timestamp() + :lease, :body)
    ON CONFLICT DO NOTHING RETURNING key
""")
_CLAIM_TOGETHER = text("""
    INSERT INTO attempts (handler, key, state, claim_number, claimed_until, body)
    SELECT :handler, key, 'started', 1, clock_timestamp() + :lease, body
    FROM unnest(CAST(:keys AS text[]), CAST(:bodies AS text[])) AS given(key, body) ORDER BY key
    ON CONFLICT DO NOTHING RETURNING key
""")
_FINISH_TOGETHER = text("""
    UPDATE attempts
    SET state = 'done', ended = 0, claimed_until = NULL, next_try_at = NULL, error = NULL, body = '',
        finished_at = clock_timestamp()
    WHERE handler = :of_handler AND key = ANY(CAST(:of_keys AS text[])) AND state = 'started' AND claim_number = 1
""")
_FINISH = text("""
    UPDATE attempts
    SET state = 'done', ended = 0, claimed_until = NULL, next_try_at = NULL, error = NULL, body = '',
        finished_at = clock_timestamp()
    WHERE handler = :of_handler AND key = :of_key AND state = 'started' AND claim_number = :number
""")

log = logs.logger(__name__)


class Found(StrEnum):
    """What a claim met: fresh ground, an earlier attempt to recover, someone at work, or nothing left to do."""

    FRESH = "fresh"
    RECOVERING = "recovering"
    BUSY = "busy"
    CLOSED = "closed"


@dataclass(frozen=True)
class Claim:
    """One try at one errand; `number` proves that it is still ours."""

    handler: str
    key: str
    number: int
    found: Found


def claim_fresh(
    connection: Connection, *, handler: str, key: str, body: str, lease_seconds: float
) -> Claim | None:  # fmt: skip
    """Take an errand that nobody has begun for `lease_seconds`; None where it is known already. One statement."""
    values = {"handler": handler, "key": key, "body": body, "lease": timedelta(seconds=lease_seconds)}
    if connection.execute(_CLAIM_FRESH, values).scalar() is None:
        return None
    return Claim(handler, key, 1, Found.FRESH)


def claim_together(
    connection: Connection, *, handler: str, bodies: Mapping[str, str], lease_seconds: float
) -> dict[str, Claim]:  # fmt: skip
    """Take those of these errands that nobody has begun, by key. One statement."""
    values = {
        "handler": handler, "keys": list(bodies), "bodies": list(bodies.values()),
        "lease": timedelta(seconds=lease_seconds),
    }  # fmt: skip
    taken = connection.execute(_CLAIM_TOGETHER, values).scalars()
    return {key: Claim(handler, key, 1, Found.FRESH) for key in taken}


def claim(connection: Connection, *, handler: str, key: str, body: str, lease_seconds: float) -> Claim:
    """Take the errand for `lease_seconds`, or say why not."""
    fresh = claim_fresh(connection, handler=handler, key=key, body=body, lease_seconds=lease_seconds)
    if fresh is not None:
        return fresh
    busy = (attempts.c.claimed_until > func.clock_timestamp()).label("busy")
    columns = (attempts.c.state, attempts.c.claim_number, attempts.c.ended, busy)
    row = connection.execute(select(*columns).where(*_is(handler, key)).with_for_update()).one()
    if row.state not in OPEN:
        return Claim(handler, key, row.claim_number, Found.CLOSED)
    if row.busy:
        return Claim(handler, key, row.claim_number, Found.BUSY)
    lease = func.clock_timestamp() + timedelta(seconds=lease_seconds)
    number, ended = row.claim_number + 1, row.ended + (row.state == STARTED)
    taken = {"state": STARTED, "claimed_until": lease, "claim_number": number, "ended": ended}
    if ended >= ENDED_MAX:
        taken |= {"state": PARKED, "claimed_until": None, "error": PROCESS_ENDED}
    connection.execute(update(attempts).where(*_is(handler, key)).values(next_try_at=None, **taken))
    if taken["state"] == PARKED:
        log.error("errand parked: processes end in it", handler=handler, key=key)
        return Claim(handler, key, number, Found.CLOSED)
    return Claim(handler, key, number, Found.FRESH if row.state == RETRYING else Found.RECOVERING)


def finish(connection: Connection, *, claim: Claim) -> bool:
    """Close the attempt; False where another claim has taken over meanwhile."""
    values = {"of_handler": claim.handler, "of_key": claim.key, "number": claim.number}
    return connection.execute(_FINISH, values).rowcount == 1


def finish_together(connection: Connection, *, handler: str, keys: Sequence[str]) -> None:
    """Close attempts that `claim_together` has taken, but for those that another claim has taken over meanwhile."""
    connection.execute(_FINISH_TOGETHER, {"of_handler": handler, "of_keys": list(keys)})


def release(connection: Connection, *, claim: Claim) -> float | None:
    """Give the errand back untouched: what it needs is down, and it has certainly not acted. Gives the seconds to wait.

    The longer it has waited, the longer it waits: half its age so far, spread so that not all come at once. None where
    another claim has taken over meanwhile.
    """
    age = func.extract("epoch", func.clock_timestamp() - attempts.c.started_at)
    waited = connection.execute(select(age).where(*_is(claim.handler, claim.key))).scalar() or 0
    longest = min(max(float(waited) / 2, RELEASED_SECONDS_FIRST), RELEASED_SECONDS_MAX)
    seconds = longest * random.uniform(0.5, 1)  # noqa: S311 - jitter
    again = func.clock_timestamp() + timedelta(seconds=seconds)
    return seconds if _close(connection, claim, state=RETRYING, claimed_until=None, next_try_at=again) else None


def ask_later(connection: Connection, *, claim: Claim, seconds: float) -> bool:
    """It may have acted, and who would know does not answer: that does not count as a try."""
    again = func.clock_timestamp() + timedelta(seconds=seconds)
    return _close(connection, claim, state=UNKNOWN, claimed_until=None, next_try_at=again)


def set_unknown(connection: Connection, *, claim: Claim, error: str, check_seconds: float) -> bool:
    """It may have acted: ask later, at growing distances, for as long as nobody knows."""
    tries = _tries(connection, claim)
    wait = min(check_seconds * 2 ** min(tries, 12), UNKNOWN_CHECK_SECONDS_MAX)
    check = func.clock_timestamp() + timedelta(seconds=wait)
    values = {"state": UNKNOWN, "claimed_until": None, "error": error, "tries": tries + 1}
    return _close(connection, claim, next_try_at=check, **values)


def record_failure(
    connection: Connection, *, claim: Claim, error: str, delays: Sequence[float], final: bool
) -> tuple[str, float]:
    """Remember a failed try that may have acted; gives (`unknown`, seconds to wait) or (`parked`, 0) after the last.

    Gives (`done`, 0) where another claim has taken over meanwhile: what becomes of the errand is that one's to say.
    """
    tries = _tries(connection, claim) + 1
    is_parked = final or tries > len(delays)
    delay = 0.0 if is_parked else delays[tries - 1]
    state = PARKED if is_parked else UNKNOWN
    next_try = None if is_parked else func.clock_timestamp() + timedelta(seconds=delay)
    values = {"state": state, "tries": tries, "error": error, "claimed_until": None}
    return (state, delay) if _close(connection, claim, next_try_at=next_try, **values) else (DONE, 0.0)


def due(connection: Connection, *, handlers: Sequence[str], limit: int = 50) -> list[Mapping[str, Any]]:
    """Errands to try again, and unknown ones to ask about."""
    is_due = (attempts.c.state.in_((UNKNOWN, RETRYING)), attempts.c.next_try_at <= func.clock_timestamp())
    return _open(connection, handlers, limit, is_due, order=(attempts.c.started_at,))


def suspects(connection: Connection, *, handlers: Sequence[str], limit: int = 50) -> list[Mapping[str, Any]]:
    """Started ones whose process is gone, the least suspicious first: what came last is rather beside the cause."""
    is_over = (attempts.c.state == STARTED, attempts.c.claimed_until <= func.clock_timestamp())
    return _open(connection, handlers, limit, is_over, order=(attempts.c.ended, attempts.c.started_at.desc()))


def _open(
    connection: Connection, handlers: Sequence[str], limit: int, which: tuple[Any, ...], *, order: tuple[Any, ...]
) -> list[Mapping[str, Any]]:
    statement = (
        select(attempts.c.handler, attempts.c.key, attempts.c.state, attempts.c.body)
        .where(attempts.c.handler.in_(handlers), *which)
        .order_by(*order)
        .limit(limit)
    )
    return [dict(row) for row in connection.execute(statement).mappings()]


def waiting_handlers(connection: Connection) -> set[str]:
    """Those whose errands were given back untouched and wait for another try."""
    return set(connection.execute(select(attempts.c.handler).where(attempts.c.state == RETRYING).distinct()).scalars())


def parked(connection: Connection) -> list[Mapping[str, Any]]:
    tries = func.greatest(attempts.c.tries, attempts.c.ended).label("tries")
    columns = (attempts.c.handler, attempts.c.key, tries, attempts.c.error, attempts.c.started_at, attempts.c.body)
    statement = select(*columns).where(attempts.c.state == PARKED).order_by(attempts.c.started_at)
    return [dict(row) for row in connection.execute(statement).mappings()]


def retry(connection: Connection, *, event_id: UUID) -> int:
    """Let a person's decision run it again; whether it had acted before is asked first."""
    statement = update(attempts).where(attempts.c.key == str(event_id), attempts.c.state == PARKED)
    return connection.execute(
        statement.values(state=UNKNOWN, tries=0, ended=0, next_try_at=func.clock_timestamp())
    ).rowcount


def drop(connection: Connection, *, event_id: UUID) -> int:
    statement = update(attempts).where(attempts.c.key == str(event_id), attempts.c.state == PARKED)
    return connection.execute(statement.values(state=DONE)).rowcount


def _tries(connection: Connection, claim: Claim) -> int:
    return connection.execute(select(attempts.c.tries).where(*_is(claim.handler, claim.key))).scalar() or 0


def _close(connection: Connection, claim: Claim, **values: Any) -> bool:
    is_ours = (attempts.c.state == STARTED, attempts.c.claim_number == claim.number)
    statement = update(attempts).where(*_is(claim.handler, claim.key), *is_ours)
    return connection.execute(statement.values(ended=0, **values)).rowcount == 1


def _is(handler: str, key: str) -> tuple[Any, Any]:
    return attempts.c.handler == handler, attempts.c.key == key
