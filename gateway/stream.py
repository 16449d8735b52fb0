"""The live stream: events of the caller's accounts as server-sent events, in the order in which they were committed.

A position is (transaction, event id), and reading stays below the oldest transaction that still runs: a reader never
passes an event that commits late. Positions travel as event ids, so that a client resumes with Last-Event-ID.
"""

import json
import threading
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, delete, literal, literal_column, select, tuple_
from sqlalchemy.dialects.postgresql import UUID as UUID_COLUMN

from chassis import logs
from chassis.clock import Clock
from chassis.errors import DependencyDown, FieldError, InvalidRequest
from chassis.events import Envelope
from chassis.store import Contended, Database, Transaction
from gateway.errors import TooManyStreams
from gateway.models import stream_events

KEPT = timedelta(days=7)
PAGE = 100
POLL_SECONDS = 1.0
FIRST_LOOK_SECONDS = 0.02
HEARTBEAT_SECONDS = 15
STREAMS_MAX = 400
STREAMS_OF_ONE_MAX = 5
CLIENT_RETRY_MILLISECONDS = 2000

NIL = UUID(int=0)
_OLDEST_RUNNING: Any = literal_column("pg_snapshot_xmin(pg_current_snapshot())::text::bigint", BigInteger)
_cursor_invalid = FieldError(
    "/headers/Last-Event-ID", "invalid", "Send the id of an event of this stream, or leave the header out."
)

log = logs.logger(__name__)


@dataclass(frozen=True)
class Position:
    """Everything up to here was sent; `seen_at` (seconds) tells whether what follows may have been forgotten."""

    transaction_id: int
    event_id: UUID
    seen_at: int

    def cursor(self) -> str:
        plain = f"{self.transaction_id}.{self.event_id.hex}.{self.seen_at}"
        return urlsafe_b64encode(plain.encode()).decode().rstrip("=")


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


def record(
    transaction: Transaction, *, feed: "Feed", event: Envelope, account_id: str, shown: Iterable[str]
) -> None:  # fmt: skip
    """Keep an event for the streams of its account, under its own id; `shown` names the fields that may be told."""
    data = {name: event.data[name] for name in shown if name in event.data}
    row = {"id": event.id, "account_id": UUID(account_id), "type": event.name, "data": data}
    transaction.run(stream_events.insert().values(row))
    feed.ring(account_id)


def forget_old(transaction: Transaction, *, now: datetime) -> int:
    """Delete what no client may resume from any more; gives how many events went."""
    return transaction.run(delete(stream_events).where(stream_events.c.created_at < now - KEPT))


def now_position(transaction: Transaction, *, now: datetime) -> Position:
    """The end of the stream: only what commits from here on follows."""
    return Position(transaction.value(select(_OLDEST_RUNNING)), NIL, int(now.timestamp()))


def read_after(
    transaction: Transaction, *, account_ids: Iterable[str], position: Position, now: datetime
) -> tuple[list[tuple[Position, Mapping[str, Any]]], Position]:
    """Up to PAGE events after the position, each with its own, and the position up to which all has been read."""
    seen_at = int(now.timestamp())
    horizon = transaction.value(select(_OLDEST_RUNNING))
    place = tuple_(stream_events.c.transaction_id, stream_events.c.id)
    after = tuple_(literal(position.transaction_id, BigInteger), literal(position.event_id, UUID_COLUMN(as_uuid=True)))
    mine = stream_events.c.account_id.in_([UUID(identifier) for identifier in account_ids])
    statement = select(stream_events).where(mine, place > after, stream_events.c.transaction_id < horizon)
    rows = transaction.all(statement.order_by(stream_events.c.transaction_id, stream_events.c.id).limit(PAGE))
    found = [(Position(row["transaction_id"], row["id"], seen_at), row) for row in rows]
    if len(found) == PAGE:
        return found, found[-1][0]
    if position.transaction_id >= horizon:
        return found, replace(position, seen_at=seen_at)
    return found, Position(horizon, NIL, seen_at)


class Feed:
    """The open streams of this process. A ring wakes those that show the account."""

    def __init__(self) -> None:
        self._open: dict[Subscription, None] = {}
        self.is_closing = False

    def open(self, *, subject: str, account_ids: Iterable[str]) -> "Subscription":
        """Register a stream. Raises TooManyStreams when the process is full.

        A person's sixth stream ends the oldest: it is most likely a page that was left, which nobody has noticed yet.
        """
        if self.is_closing or len(self._open) >= STREAMS_MAX:
            raise TooManyStreams()
        same = [known for known in self._open if known.subject == subject]
        for oldest in same[: max(0, len(same) - STREAMS_OF_ONE_MAX + 1)]:
            oldest.end()
        subscription = Subscription(self, subject=subject, account_ids=frozenset(account_ids))
        self._open[subscription] = None
        return subscription

    def ring(self, account_id: str) -> None:
        """Something is about to be committed for this account."""
        for subscription in list(self._open):
            if account_id in subscription.account_ids:
                subscription.bell.set()

    def close_all(self) -> None:
        """End every stream: the process stops."""
        self.is_closing = True
        for subscription in list(self._open):
            subscription.bell.set()

    def forget(self, subscription: "Subscription") -> None:
        self._open.pop(subscription, None)

    def __len__(self) -> int:
        return len(self._open)


class Subscription:
    """One open stream's place in the feed."""

    def __init__(self, feed: Feed, *, subject: str, account_ids: frozenset[str]) -> None:
        self.feed = feed
        self.subject = subject
        self.account_ids = account_ids
        self.bell = threading.Event()
        self.is_over = False

    def end(self) -> None:
        """Give the place up; whoever writes the stream notices at once."""
        self.is_over = True
        self.leave()
        self.bell.set()

    def wait(self, seconds: float) -> bool:
        """True when the bell rang, False when the time ran out."""
        rung = self.bell.wait(seconds)
        self.bell.clear()
        return rung

    def leave(self) -> None:
        self.feed.forget(self)


class EventStream:
    """The body of one answer to GET /v1/stream: an iterable of frames that ends with the caller's token."""

    def __init__(
        self, *, store: Database, clock: Clock, subscription: Subscription, resume_from: str | None,
        ends_at: datetime, wait: Callable[[float], bool] | None = None,
    ) -> None:  # fmt: skip
        self._store = store
        self._clock = clock
        self._subscription = subscription
        self._wait = wait or subscription.wait
        self._ends_at = ends_at
        self._frames = self._told(*self._start(resume_from))

    def __iter__(self) -> Iterator[bytes]:
        return self._frames

    def close(self) -> None:
        """The client is gone, or the stream ended."""
        self._frames.close()
        self._subscription.leave()

    def _start(self, resume_from: str | None) -> tuple[Position, bool]:
        """Where to begin, and whether the client has missed what cannot be told again."""
        now = self._clock.now()
        wanted = position_of(resume_from) if resume_from else None
        with self._store.reading() as transaction:
            end = now_position(transaction, now=now)
        if wanted is None:
            return end, False
        too_old = wanted.seen_at < (now - KEPT).timestamp()
        from_elsewhere = wanted.transaction_id > end.transaction_id
        return (end, True) if too_old or from_elsewhere else (wanted, False)

    def _told(self, position: Position, has_missed: bool) -> Generator[bytes, None, None]:
        yield frame("reset" if has_missed else "ready", {}, position, retry=CLIENT_RETRY_MILLISECONDS)
        pause, spoken_at = POLL_SECONDS, self._clock.now()
        while not self._is_over():
            events, position = self._read(position)
            for place, row in events:
                yield frame(row["type"], row["data"], place)
            if events:
                pause, spoken_at = POLL_SECONDS, self._clock.now()
                if len(events) == PAGE:
                    continue
            elif self._clock.now() - spoken_at >= timedelta(seconds=HEARTBEAT_SECONDS):
                yield heartbeat(position)
                spoken_at = self._clock.now()
            pause = FIRST_LOOK_SECONDS if self._wait(pause) else min(pause * 2, POLL_SECONDS)

    def _is_over(self) -> bool:
        subscription = self._subscription
        return subscription.is_over or subscription.feed.is_closing or self._clock.now() >= self._ends_at

    def _read(self, position: Position) -> tuple[list[tuple[Position, Mapping[str, Any]]], Position]:
        accounts = self._subscription.account_ids
        if not accounts:
            return [], position
        try:
            with self._store.reading() as transaction:
                return read_after(transaction, account_ids=accounts, position=position, now=self._clock.now())
        except (DependencyDown, Contended) as error:
            log.warning("stream waits for its database", error=type(error).__name__)
            return [], position


def frame(name: str, data: Mapping[str, Any], position: Position, *, retry: int | None = None) -> bytes:
    """One event in the form of server-sent events."""
    text_ = json.dumps(data, separators=(",", ":"))
    head = f"retry: {retry}\n" if retry else ""
    return f"{head}event: {name}\nid: {position.cursor()}\ndata: {text_}\n\n".encode()


def heartbeat(position: Position) -> bytes:
    """A comment that keeps the connection open, and an id without data: clients move their cursor and tell nobody."""
    return f": still here\nid: {position.cursor()}\n\n".encode()
