"""The open streams of this process, and who of them hears of an event."""

import threading
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gateway.errors import TooManyStreams
from gateway.stream.memory import Position

STREAMS_MAX = 600
STREAMS_OF_ONE_MAX = 5
# A client that reads so slowly is told from the database, when it reads on.
WAITING_MAX = 200

# Who is that slow is not told any more who is typing.
PASSING_MAX = 20

# After a restart everybody comes back at once: so many ask the database at a time, and nobody else goes short of it.
ASKING_MAX = 4

# An event's position, and the bytes that tell it.
Frame = tuple[Position, bytes]
# What is remembered nowhere: its name and data.
Passing = tuple[str, Mapping[str, Any]]


class Feed:
    """The open streams of this process. `position`: up to here everything was handed out; None while there is none."""

    def __init__(self) -> None:
        self._open: dict[Subscription, None] = {}
        self._by_audience: dict[str, dict[Subscription, None]] = {}
        self.position: Position | None = None
        self.is_closing = False
        self.begun = threading.Event()
        self.asking = threading.BoundedSemaphore(ASKING_MAX)

    def open(self, *, subject: str, account_ids: Iterable[str]) -> "Subscription":
        """Register a stream. Raises TooManyStreams when the process is full.

        A person's sixth stream ends the oldest: it is most likely a page that was left, which nobody has noticed yet.
        """
        if self.is_closing or len(self._open) >= STREAMS_MAX:
            raise TooManyStreams()
        same = [known for known in self._by_audience.get(subject, ()) if known.subject == subject]
        for oldest in same[: max(0, len(same) - STREAMS_OF_ONE_MAX + 1)]:
            oldest.end()
        subscription = Subscription(self, subject=subject, account_ids=frozenset(account_ids))
        self._open[subscription] = None
        for audience in subscription.audiences:
            self._by_audience.setdefault(audience, {})[subscription] = None
        return subscription

    def begin_at(self, position: Position) -> None:
        """What commits after the position is to be handed out. Where streams are open already, it is being so."""
        if self.position is None:
            self.position = position
            self.begun.set()

    def hand_out(self, told: Sequence[tuple[str, Frame]], *, until: Position) -> None:
        """Give each event to those who may hear of it: all up to `until` that follows the feed's position."""
        heard: dict[Subscription, None] = {}
        for audience, frame in told:
            for subscription in self._by_audience.get(audience, ()):
                subscription.hear(frame)
                heard[subscription] = None
        self.position = until
        for subscription in heard:
            subscription.bell.set()

    def pass_on(self, told: Passing, *, audience: str) -> None:
        """Give what is remembered nowhere to those who listen now."""
        for subscription in list(self._by_audience.get(audience, ())):
            subscription.overhear(told)

    def close_all(self) -> None:
        """End every stream: the process stops."""
        self.is_closing = True
        self.begun.set()
        for subscription in list(self._open):
            subscription.bell.set()

    def forget(self, subscription: "Subscription") -> None:
        self._open.pop(subscription, None)
        for audience in subscription.audiences:
            places = self._by_audience.get(audience, {})
            places.pop(subscription, None)
            if not places:
                self._by_audience.pop(audience, None)
        if not self._open:
            self.position = None
            self.begun.clear()

    def __len__(self) -> int:
        return len(self._open)


class Subscription:
    """One open stream's place in the feed, with what it was handed and has not told yet."""

    def __init__(self, feed: Feed, *, subject: str, account_ids: frozenset[str]) -> None:
        self.feed = feed
        self.subject = subject
        self.account_ids = account_ids
        self.bell = threading.Event()
        self.is_over = False
        self.is_behind = False
        self._waiting: list[Frame] = []
        self._passing: list[Passing] = []

    @property
    def audiences(self) -> frozenset[str]:
        """The ids of the accounts and of the person."""
        return self.account_ids | {self.subject}

    def hear(self, frame: Frame) -> None:
        """Keep an event until it is told; where too many wait, forget all: they are in the database."""
        if not self.is_behind:
            self._waiting.append(frame)
            self.is_behind = len(self._waiting) > WAITING_MAX
        if self.is_behind:
            self._waiting.clear()

    def take(self) -> list[Frame]:
        """What was handed over since the last time."""
        taken, self._waiting = self._waiting, []
        return taken

    def overhear(self, told: Passing) -> None:
        """Keep what is told without a position until it is told; the oldest is dropped where too much waits."""
        self._passing = [*self._passing, told][-PASSING_MAX:]
        self.bell.set()

    def take_passing(self) -> list[Passing]:
        """What was overheard since the last time."""
        taken, self._passing = self._passing, []
        return taken

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
