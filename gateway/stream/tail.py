"""Reads what is new once for all the open streams of a process, however many they are."""

import threading
from collections.abc import Callable

from chassis import logs
from chassis.clock import Clock
from chassis.errors import DependencyDown
from chassis.store import Contended, Database
from gateway.stream import memory
from gateway.stream.feed import Feed
from gateway.stream.frames import frame

# How long nothing new is looked for unasked, and how long while nobody could say that there is something.
POLL_SECONDS, POLL_SECONDS_UNTOLD = 1.0, 0.2
# Something may still commit: look again so soon, then ever more seldom.
FIRST_LOOK_SECONDS = 0.02
# Notices that follow one another closely are answered by one look.
GATHER_SECONDS = 0.01

log = logs.logger(__name__)


class Tail:
    """One per process. `is_told` says whether `ring` is called for every commit."""

    def __init__(self, *, store: Database, clock: Clock, feed: Feed, is_told: Callable[[], bool]) -> None:
        self._store = store
        self._clock = clock
        self._feed = feed
        self._is_told = is_told
        self._bell = threading.Event()
        self._pause = FIRST_LOOK_SECONDS

    def ring(self) -> None:
        """Something was committed."""
        self._bell.set()

    def run(self, *, sleep: Callable[[float], None]) -> None:
        """Look whenever it rings, and from time to time, until the process stops."""
        while not self._feed.is_closing:
            self._feed.begun.wait()
            if self._bell.wait(self._looked()):
                sleep(GATHER_SECONDS)
                self._bell.clear()
                self._pause = FIRST_LOOK_SECONDS

    def _looked(self) -> float:
        try:
            return self.look()
        except Exception:
            # One that ended would leave all streams silent.
            log.exception("the tail failed, it looks again")
            return POLL_SECONDS

    def look(self) -> float:
        """Hand out what is new; gives the seconds after which it is worth looking again unasked."""
        begun_at = self._feed.position
        at_most = POLL_SECONDS if self._is_told() else POLL_SECONDS_UNTOLD
        if begun_at is None:
            return at_most
        try:
            with self._store.reading() as transaction:
                page = memory.read_new(transaction, position=begun_at, now=self._clock.now())
        except (DependencyDown, Contended) as error:
            log.warning("streams wait for their database", error=type(error).__name__)
            return at_most
        # Meanwhile the last stream may have closed, and another opened, which begins elsewhere.
        if self._feed.position is begun_at:
            told = [(one.audience, (one.position, frame(one.name, one.data, one.position))) for one in page.events]
            self._feed.hand_out(told, until=page.position)
        return 0.0 if page.is_full else self._until_next(is_settled=page.is_settled, at_most=at_most)

    def _until_next(self, *, is_settled: bool, at_most: float) -> float:
        if is_settled:
            self._pause = FIRST_LOOK_SECONDS
            return at_most
        pause, self._pause = min(self._pause, at_most), self._pause * 2
        return pause
