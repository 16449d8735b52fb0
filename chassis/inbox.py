"""The inbox: (event id, handler) is inserted first in the handler's transaction, so a second delivery finds it taken.

It is also where failed handlings wait (`retrying`) and where hopeless ones stay (`parked`), body and all: the database
remembers, the bus only carries. What was in hand when a process ended is a suspect: it waits here too and is tried
again alone, each try written down before it is made, so that what ends processes is known and parked. Partitioned by
the day in the event's id; whole days are dropped after KEPT_DAYS.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, column, delete, func, select, table, text, update
from sqlalchemy.dialects.postgresql import insert

from chassis.ids import lowest_id
from chassis.tables import inbox

DONE, RETRYING, PARKED = "done", "retrying", "parked"
# The error of a handling that is under way, or whose process ended in it; and how many processes may.
PROCESS_ENDED, ENDED_MAX = "ProcessEnded", 3
SUSPECT_SECONDS = 0.5
KEPT_DAYS = 30
DAYS_AHEAD = 3

other = table("inbox_other", column("event_id"))

_TAKE_TOGETHER = text("""
    INSERT INTO inbox (event_id, handler, state, tries)
    SELECT event_id, :handler, 'done', 1 FROM unnest(CAST(:event_ids AS uuid[])) AS event_id
    ON CONFLICT DO NOTHING RETURNING event_id
""").columns(inbox.c.event_id)


def take(connection: Connection, *, event_id: UUID, handler: str) -> bool:
    """Insert the row that claims this event for this handler; False where it was handled, or waits, already."""
    return bool(take_together(connection, event_ids=[event_id], handler=handler))


def take_together(connection: Connection, *, event_ids: Sequence[UUID], handler: str) -> set[UUID]:
    """The same for several events in one statement; gives those that are claimed now."""
    values = {"event_ids": [str(event_id) for event_id in sorted(event_ids)], "handler": handler}
    return set(connection.execute(_TAKE_TOGETHER, values).scalars())


def give_back(connection: Connection, *, event_ids: Collection[UUID], handler: str) -> None:
    """What was taken in this very transaction is left after all, as had it never been taken."""
    taken = inbox.c.event_id.in_(list(event_ids)) & (inbox.c.handler == handler)
    connection.execute(delete(inbox).where(taken))


def take_again(connection: Connection, *, event_id: UUID, handler: str) -> bool:
    """Claim a retrying or parked event for another try; False where someone else has it or it is done."""
    waiting = select(inbox.c.event_id).where(*_is(event_id, handler)).where(inbox.c.state != DONE)
    if connection.execute(waiting.with_for_update(skip_locked=True)).scalar() is None:
        return False
    done = {"state": DONE, "body": None, "next_try_at": None, "error": None, "ended": 0}
    connection.execute(update(inbox).where(*_is(event_id, handler)).values(**done))
    return True


def suspect(connection: Connection, *, event_id: UUID, handler: str, body: str) -> bool:
    """Keep what was being handled when a process ended; False where it was handled, or waits, already."""
    again = func.clock_timestamp() + timedelta(seconds=SUSPECT_SECONDS)
    values = {"state": RETRYING, "tries": 1, "ended": 1, "body": body, "error": PROCESS_ENDED}
    row = insert(inbox).values(event_id=event_id, handler=handler, next_try_at=again, **values)
    kept = row.on_conflict_do_nothing()
    return connection.execute(kept.returning(inbox.c.event_id)).scalar() is not None


def begin(connection: Connection, *, event_id: UUID, handler: str, delays: Sequence[float]) -> bool:
    """Count a try before it is made, as if its process had ended in it; what else becomes of it takes that back.

    False where nothing is due, or someone else is at it. After too many such ends the row is parked beforehand.
    """
    is_due = (inbox.c.state == RETRYING, inbox.c.next_try_at <= func.clock_timestamp())
    waiting = select(inbox.c.tries, inbox.c.ended, inbox.c.error).where(*_is(event_id, handler), *is_due)
    row = connection.execute(waiting.with_for_update(skip_locked=True)).first()
    if row is None:
        return False
    is_last = row.ended + 1 >= ENDED_MAX
    seconds = max([SUSPECT_SECONDS, *delays[row.tries : row.tries + 1]])
    values = {
        "state": PARKED if is_last else RETRYING,
        "ended": row.ended + 1,
        "error": PROCESS_ENDED if is_last else row.error,
        "next_try_at": None if is_last else func.clock_timestamp() + timedelta(seconds=seconds),
    }
    connection.execute(update(inbox).where(*_is(event_id, handler)).values(**values))
    return True


def take_back(connection: Connection, *, event_id: UUID, handler: str) -> None:
    """The try that was begun could not be made, and no process ended in it: it is due again soon."""
    again = func.clock_timestamp() + timedelta(seconds=SUSPECT_SECONDS)
    begun = update(inbox).where(*_is(event_id, handler), inbox.c.state != DONE, inbox.c.ended > 0)
    connection.execute(begun.values(state=RETRYING, ended=inbox.c.ended - 1, next_try_at=again))


def record_failure(
    connection: Connection, *, event_id: UUID, handler: str, body: str, error: str, delays: Sequence[float],
    final: bool,
) -> tuple[str, float]:  # fmt: skip
    """Remember a failed handling; gives (`retrying`, seconds to wait) or (`parked`, 0) after the last try.

    Gives (`done`, 0) where the event has been handled meanwhile by another delivery: that stands. A failure shows that
    no process ended.
    """
    tries = (connection.execute(select(inbox.c.tries).where(*_is(event_id, handler))).scalar() or 0) + 1
    parked = final or tries > len(delays)
    delay = 0.0 if parked else delays[tries - 1]
    state = PARKED if parked else RETRYING
    values = {
        "state": state,
        "tries": tries,
        "ended": 0,
        "body": body,
        "error": error,
        "next_try_at": None if parked else func.clock_timestamp() + timedelta(seconds=delay),
    }
    statement = insert(inbox).values(event_id=event_id, handler=handler, **values)
    unless_done = statement.on_conflict_do_update(
        index_elements=["event_id", "handler"], set_=values, where=inbox.c.state != DONE
    )
    recorded = connection.execute(unless_done.returning(inbox.c.event_id)).scalar()
    return (state, delay) if recorded is not None else (DONE, 0.0)


def due(connection: Connection, *, handlers: Sequence[str], limit: int = 50) -> list[Mapping[str, Any]]:
    """The retrying rows whose time has come, but for suspects."""
    return _waiting(connection, handlers, limit, inbox.c.ended == 0, order=(inbox.c.next_try_at,))


def suspects(connection: Connection, *, handlers: Sequence[str], limit: int = 50) -> list[Mapping[str, Any]]:
    """Those in which a process has ended, the least suspicious first: what came last is rather beside the cause."""
    return _waiting(connection, handlers, limit, inbox.c.ended > 0, order=(inbox.c.ended, inbox.c.event_id.desc()))


def _waiting(
    connection: Connection, handlers: Sequence[str], limit: int, which: Any, *, order: tuple[Any, ...]
) -> list[Mapping[str, Any]]:
    statement = (
        select(inbox.c.event_id, inbox.c.handler, inbox.c.body)
        .where(inbox.c.state == RETRYING, inbox.c.next_try_at <= func.clock_timestamp(), which)
        .where(inbox.c.handler.in_(handlers))
        .order_by(*order)
        .limit(limit)
    )
    return [dict(row) for row in connection.execute(statement).mappings()]


def parked(connection: Connection) -> list[Mapping[str, Any]]:
    """What waits for a person, oldest first."""
    tries = func.greatest(inbox.c.tries, inbox.c.ended).label("tries")
    columns = (inbox.c.event_id, inbox.c.handler, tries, inbox.c.error, inbox.c.received_at, inbox.c.body)
    statement = select(*columns).where(inbox.c.state == PARKED).order_by(inbox.c.event_id)
    return [dict(row) for row in connection.execute(statement).mappings()]


def retry(connection: Connection, *, event_id: UUID) -> int:
    """Let parked handlings of one event run again at the next sweep, with fresh tries."""
    statement = update(inbox).where(inbox.c.event_id == event_id, inbox.c.state == PARKED)
    values = {"state": RETRYING, "tries": 0, "ended": 0, "next_try_at": func.clock_timestamp()}
    return connection.execute(statement.values(**values)).rowcount


def drop(connection: Connection, *, event_id: UUID) -> int:
    """Give up parked handlings of one event; the row stays, so that a redelivery does not revive it."""
    statement = update(inbox).where(inbox.c.event_id == event_id, inbox.c.state == PARKED)
    return connection.execute(statement.values(state=DONE, body=None)).rowcount


def ensure_partitions(connection: Connection, *, today: date) -> None:
    """Make the partitions of today and the next days; rows outside every day go to the default partition.

    A day whose rows stand in the default partition already keeps to it: its own could not be attached any more.
    """
    for day in (today + timedelta(days=offset) for offset in range(DAYS_AHEAD)):
        low, high = _edge(day), _edge(day + timedelta(days=1))
        taken = select(other.c.event_id).where(other.c.event_id >= low, other.c.event_id < high).limit(1)
        if connection.execute(taken).scalar() is not None:
            continue
        bounds = f"FOR VALUES FROM ('{low}') TO ('{high}')"
        connection.execute(text(f"CREATE TABLE IF NOT EXISTS {_partition(day)} PARTITION OF inbox {bounds}"))


def drop_old_partitions(connection: Connection, *, today: date) -> list[str]:
    """Drop the days before KEPT_DAYS ago that hold nothing unfinished; gives their names."""
    oldest = _partition(today - timedelta(days=KEPT_DAYS))
    names = connection.execute(
        text("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'inbox'::regclass")
    )
    dropped = []
    for name in sorted(name for name in names.scalars() if name.startswith("inbox_2") and name < oldest):
        unfinished = connection.execute(text(f"SELECT 1 FROM {name} WHERE state <> 'done' LIMIT 1"))  # noqa: S608
        if unfinished.scalar() is None:
            connection.execute(text(f"DROP TABLE {name}"))
            dropped.append(name)
    cutoff = lowest_id(at=datetime.combine(today - timedelta(days=KEPT_DAYS), time(), UTC))
    connection.execute(delete(inbox).where(inbox.c.event_id < cutoff, inbox.c.state == DONE))
    return dropped


def _is(event_id: UUID, handler: str) -> tuple[Any, Any]:
    return inbox.c.event_id == event_id, inbox.c.handler == handler


def _partition(day: date) -> str:
    return f"inbox_{day:%Y_%m_%d}"


def _edge(day: date) -> UUID:
    return lowest_id(at=datetime.combine(day, time(), UTC))
