"""What the stream remembers: the events of the last seven days, in the order in which they were committed.

A position is (transaction, event id), and reading stays below the oldest transaction that still runs: a reader never
passes an event that commits late. Positions travel as event ids, so that a client resumes with Last-Event-ID.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, delete, literal, or_, select, text, tuple_
from sqlalchemy.dialects.postgresql import UUID as UUID_COLUMN
from sqlalchemy.dialects.postgresql import insert

from chassis.errors import FieldError, InvalidRequest
from chassis.events import Envelope
from chassis.horizon import find_horizon
from chassis.notices import announce
from chassis.store import Transaction
from gateway.models import stream_events
from gateway.stream.told import Told

KEPT = timedelta(days=7)
PAGE = 100
CHANNEL = "stream_events"

NIL = UUID(int=0)
# What is there already was told before, by a handler that had another name.
_KEEP = insert(stream_events).on_conflict_do_nothing().returning(stream_events.c.id)
_NEXT = text("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
_cursor_invalid = FieldError(
    "/headers/Last-Event-ID", "invalid", "Send the id of an event of this stream, or leave the header out."
)


@dataclass(frozen=True)
class Position:
    """Everything up to here was sent; `seen_at` (seconds) tells whether what follows may have been forgotten."""

    transaction_id: int
    event_id: UUID
    seen_at: int

    @property
    def place(self) -> tuple[int, UUID]:
        """What positions are ordered by."""
        return self.transaction_id, self.event_id

    def cursor(self) -> str:
        plain = f"{self.transaction_id}.{self.event_id.hex}.{self.seen_at}"
        return urlsafe_b64encode(plain.encode()).decode().rstrip("=")


@dataclass(frozen=True)
class Remembered:
    """One event as it is told, with its position; `audience` is the id of the account or person it concerns."""

    position: Position
    audience: str
    name: str
    data: Mapping[str, Any]


@dataclass(frozen=True)
class Page:
    """Events in their order, and the position up to which all has been read.

    `is_full`: there may be more. `is_settled`: nothing was running that could still commit something earlier.
    """

    events: list[Remembered]
    position: Position
    is_full: bool
    is_settled: bool


def position_of(cursor: str) -> Position:
    """The position that a cursor names. Raises InvalidRequest."""
    try:
        plain = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)).decode("ascii")
        transaction_id, event_id, seen_at = plain.split(".")
        position = Position(int(transaction_id), UUID(hex=event_id), int(seen_at))
    except ValueError as error:
        raise InvalidRequest(errors=[_cursor_invalid]) from error
    if not (0 <= position.transaction_id < 2**63 and 0 <= position.seen_at < 2**40):
        raise InvalidRequest(errors=[_cursor_invalid])
    return position


def record(transaction: Transaction, *, events: Sequence[Envelope], told: Told) -> None:
    """Keep events for those they are told to, each under its own id, and wake every gateway's streams at the commit."""
    rows = [
        {
            "id": event.id,
            told.to.column: UUID(event.data[told.to.value]),
            "type": event.name,
            "data": {name: event.data[name] for name in told.shown if name in event.data},
        }
        for event in events
    ]
    transaction.run(_KEEP, rows)
    announce(transaction, channel=CHANNEL)


def forget_old(transaction: Transaction, *, now: datetime) -> int:
    """Delete what no client may resume from any more; gives how many events went."""
    return transaction.run(delete(stream_events).where(stream_events.c.created_at < now - KEPT))


def now_position(transaction: Transaction, *, now: datetime) -> Position:
    """The end of the stream: only what commits from here on follows."""
    return Position(find_horizon(transaction)[0], NIL, int(now.timestamp()))


def is_of_another_database(transaction: Transaction, *, position: Position) -> bool:
    """Does the position lie where this database has not come yet? One above the horizon is only waited for."""
    return bool(position.transaction_id > transaction.value(_NEXT))


def read_new(transaction: Transaction, *, position: Position, now: datetime) -> Page:
    """What was committed for anybody after the position."""
    return _read(transaction, position=position, now=now)


def read_after(
    transaction: Transaction, *, account_ids: Iterable[str], person_id: str, position: Position, now: datetime
) -> Page:
    """What was committed for these accounts and this person after the position."""
    accounts = stream_events.c.account_id.in_([UUID(identifier) for identifier in account_ids])
    mine = or_(accounts, stream_events.c.user_id == UUID(person_id))
    return _read(transaction, mine, position=position, now=now)


def _read(transaction: Transaction, *wanted: ColumnElement[bool], position: Position, now: datetime) -> Page:
    seen_at = int(now.timestamp())
    horizon, is_settled = find_horizon(transaction)
    place = tuple_(stream_events.c.transaction_id, stream_events.c.id)
    after = tuple_(literal(position.transaction_id, BigInteger), literal(position.event_id, UUID_COLUMN(as_uuid=True)))
    statement = select(stream_events).where(*wanted, place > after, stream_events.c.transaction_id < horizon)
    rows = transaction.all(statement.order_by(stream_events.c.transaction_id, stream_events.c.id).limit(PAGE))
    events = [_remembered(row, seen_at=seen_at) for row in rows]
    if len(events) == PAGE:
        return Page(events, events[-1].position, is_full=True, is_settled=is_settled)
    end = Position(horizon, NIL, seen_at)
    if position.place >= end.place:
        end = replace(position, seen_at=seen_at)
    return Page(events, end, is_full=False, is_settled=is_settled)


def _remembered(row: Mapping[str, Any], *, seen_at: int) -> Remembered:
    position = Position(row["transaction_id"], row["id"], seen_at)
    return Remembered(position, str(row["account_id"] or row["user_id"]), row["type"], row["data"])
