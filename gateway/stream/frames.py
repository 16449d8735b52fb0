"""One stream: it catches up from the database where it must, then tells what the tail hands it."""

import json
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from chassis import logs
from chassis.clock import Clock
from chassis.errors import DependencyDown
from chassis.store import Contended, Database
from gateway.stream import memory
from gateway.stream.feed import Frame, Subscription
from gateway.stream.memory import KEPT, Position

HEARTBEAT_SECONDS = 15.0
DATABASE_RETRY_SECONDS = 1.0
CLIENT_RETRY_MILLISECONDS = 2000

log = logs.logger(__name__)


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
        self._position, has_missed = self._start(resume_from)
        self._frames = self._told(has_missed)

    def __iter__(self) -> Iterator[bytes]:
        return self._frames

    def close(self) -> None:
        """The client is gone, or the stream ended."""
        self._frames.close()
        self._subscription.leave()

    def _start(self, resume_from: str | None) -> tuple[Position, bool]:
        """Where to begin, and whether the client has missed what cannot be told again."""
        now, feed = self._clock.now(), self._subscription.feed
        wanted = memory.position_of(resume_from) if resume_from else None
        if wanted is None and feed.position is not None:
            return feed.position, False
        with feed.asking, self._store.reading() as transaction:
            end = memory.now_position(transaction, now=now)
            from_elsewhere = wanted is not None and memory.is_of_another_database(transaction, position=wanted)
        feed.begin_at(end)
        if wanted is None:
            return end, False
        too_old = wanted.seen_at < (now - KEPT).timestamp()
        if too_old or from_elsewhere:
            return end, True
        self._subscription.is_behind = True
        return wanted, False

    def _told(self, has_missed: bool) -> Generator[bytes, None, None]:
        first = "reset" if has_missed else "ready"
        yield frame(first, {}, self._position, retry=CLIENT_RETRY_MILLISECONDS)
        spoken_at = self._clock.now()
        while not self._is_over():
            for place, told in self._next():
                self._position, spoken_at = place, self._clock.now()
                yield told
            for name, data in self._subscription.take_passing():
                spoken_at = self._clock.now()
                # It has no position of its own: clients go on after what they had before it.
                yield frame(name, data, self._position)
            silence = (self._clock.now() - spoken_at).total_seconds()
            if silence >= HEARTBEAT_SECONDS:
                yield heartbeat(self._position)
                spoken_at, silence = self._clock.now(), 0.0
            patience = DATABASE_RETRY_SECONDS if self._subscription.is_behind else HEARTBEAT_SECONDS
            self._wait(max(0.0, min(patience, HEARTBEAT_SECONDS - silence, self._seconds_left())))

    def _next(self) -> Iterable[Frame]:
        """What follows the position, in its order; the position then moves on to where nothing is left to tell."""
        if self._subscription.is_behind:
            yield from self._caught_up()
        handed_until = self._subscription.feed.position
        for place, told in self._subscription.take():
            if place.place > self._position.place:
                yield place, told
        if handed_until is not None and handed_until.place > self._position.place and not self._subscription.is_behind:
            self._position = handed_until

    def _caught_up(self) -> Iterable[Frame]:
        """Everything up to now, from the database. What is handed over meanwhile is told afterwards, once."""
        self._subscription.take()
        self._subscription.is_behind = False
        is_full = True
        while is_full and not self._is_over():
            page = self._read()
            if page is None:
                self._subscription.is_behind = True
                return
            for one in page.events:
                yield one.position, frame(one.name, one.data, one.position)
            self._position, is_full = page.position, page.is_full

    def _read(self) -> memory.Page | None:
        """The next page, or None where the database does not answer."""
        mine = self._subscription
        try:
            with mine.feed.asking, self._store.reading() as transaction:
                return memory.read_after(
                    transaction, account_ids=mine.account_ids, person_id=mine.subject, position=self._position,
                    now=self._clock.now(),
                )  # fmt: skip
        except (DependencyDown, Contended) as error:
            log.warning("stream waits for its database", error=type(error).__name__)
            return None

    def _is_over(self) -> bool:
        subscription = self._subscription
        return subscription.is_over or subscription.feed.is_closing or self._seconds_left() <= 0

    def _seconds_left(self) -> float:
        return (self._ends_at - self._clock.now()).total_seconds()


def frame(name: str, data: Mapping[str, Any], position: Position, *, retry: int | None = None) -> bytes:
    """One event in the form of server-sent events."""
    text_ = json.dumps(data, separators=(",", ":"))
    head = f"retry: {retry}\n" if retry else ""
    return f"{head}event: {name}\nid: {position.cursor()}\ndata: {text_}\n\n".encode()


def heartbeat(position: Position) -> bytes:
    """A comment that keeps the connection open, and an id without data: clients move their cursor and tell nobody."""
    return f": still here\nid: {position.cursor()}\n\n".encode()
