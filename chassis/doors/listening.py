"""Messages come in: one queue for each handler, and every message is acknowledged once its door has settled it.

While the database is down nothing is settled: what was delivered is held unacknowledged, the queue is consumed no more,
and both go on when the database answers again. A message counts one delivery for such a time, however long it lasts,
so the broker's delivery limit is left to what really ends processes.
"""

import random
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from time import monotonic
from typing import Any

import eventlet
from eventlet.event import Event as Signal
from nameko.extensions import Entrypoint

from chassis import logs, metrics
from chassis.bus import topology
from chassis.bus.consuming import BODY_BYTES_MAX, Consumer, take_in
from chassis.bus.link import Lane
from chassis.bus.rpc import CallsInHand
from chassis.errors import Impossible
from chassis.events import Event, parse
from chassis.failpoints import failpoint
from chassis.home import Home
from chassis.schemas import is_storable

PAUSE_SECONDS_FIRST = 0.5
# A worker that ended without a word would leave its queue for ever.
RESUME_SECONDS_MAX = 90.0
# After so many failures of the door itself, not of the verb behind it, a message goes to the dead letters.
DOOR_FAILURES_MAX = 3
# So many messages of one handler share a transaction, so many such transactions or single messages are at work.
TOGETHER_MAX, BATCHES_MAX, WORKERS_MAX = 50, 3, 10
# While the batches are at work, the next one is on its way.
BATCHES_AHEAD = BATCHES_MAX + 1
# Errands share less: while a vendor is called, nobody knows of all that are with it what will come of them.
ERRANDS_TOGETHER_MAX = 10
# Under load a handler begins no more often than this, the less often the more there is: it shares a transaction.
GATHERING_SECONDS, GATHERING_FACTOR_MAX = 0.05, 5
# With so many callers waiting events give way, a moment at a time and not for long.
BUSY_CALLS, GIVES_WAY_SECONDS, GIVES_WAY_SECONDS_MAX = 8, 0.02, 0.25

log = logs.logger(__name__)


class Outcome(StrEnum):
    """What became of a message.

    done        the work is committed; the message may go
    duplicate   it was done before, or waits in the database already
    waiting     a vendor or a neighbour is down; the database remembers when to try again, and it does not count
    retrying    it failed in an unexpected way; the database remembers when to try again
    suspect     it was being handled when a process ended; the database remembers it, to be tried again alone
    parked      it can never succeed, or has failed too often; a person decides (`captive parked`)
    left        another transaction has what it needs: it comes again with those that wait, and nothing was written
    unknown     a vendor may have acted; the sweep asks
    held        the database is down: the message stays unacknowledged and is tried again after a pause
    no_event    bytes that are no event of ours: the broker keeps them as dead letters
    """

    DONE = "done"
    DUPLICATE = "duplicate"
    WAITING = "waiting"
    RETRYING = "retrying"
    SUSPECT = "suspect"
    PARKED = "parked"
    LEFT = "left"
    UNKNOWN = "unknown"
    HELD = "held"
    NO_EVENT = "no_event"


@dataclass(frozen=True)
class Taken:
    """A message in hand, and its body as text."""

    lane: Lane
    message: Any
    body: str


class Listen(Entrypoint):
    """One queue of one handler, for all the events it listens to.

    As many as `together` of the messages that wait are handled in one; 1 is each alone. With `spares` it is one by one
    while many wait for an answer from this process: what is long and can wait leaves the way to them.
    `limit` is how many messages the broker sends ahead.
    """

    consumer = Consumer()
    home = Home()
    calls = CallsInHand()

    def __init__(self, *events: Event, limit: int, together: int = 1, spares: bool = False) -> None:
        super().__init__()
        self.events = events
        self.limit = limit
        self.together = together
        self.spares = spares
        self._waiting: deque[Taken] = deque()
        self._alone: deque[Taken] = deque()
        self._workers = 0
        self._began_at = 0.0
        self._gathers_seconds = 0.0
        self._is_stopping = False
        self._looks_again = False
        self._pause_seconds = PAUSE_SECONDS_FIRST
        self._held: list[Any] = []
        self._in_hand = 0
        self._is_probing = False

    def setup(self) -> None:
        place = {"service": self.container.service_name, "method": self.method_name}
        first, *others = self.events
        if others:
            queue = topology.several_events_queue(**place)
        else:
            queue = topology.event_queue(source=first.source, event=first.name, **place)
        self.lane = self.consumer.add(queue=queue, limit=self.limit, on_message=self.on_message)
        self.home.doors[self.method_name] = self.run_again

    def start(self) -> None:
        self.consumer.start()

    def stop(self) -> None:
        self._is_stopping = True
        self.home.take_no_more()
        self.lane.cancel()
        self._go_on()

    def on_message(self, lane: Lane, message: Any) -> None:
        if lane.is_paused:
            # It was on its way when the queue was left.
            self._hold(message)
        else:
            self._handle(lane, message)

    def _handle(self, lane: Lane, message: Any) -> None:
        body = _text_of(message)
        if body is None:
            log.error("message is no text of ours, dead-lettered", handler=self.method_name, length=len(message.body))
            metrics.HANDLED.labels(self.container.service_name, self.method_name, Outcome.NO_EVENT).inc()
        if body is None or self._is_forged(message, body):
            lane.discard(message)
            return
        failpoint("event.received")
        self._in_hand += 1
        taken = Taken(lane, message, body)
        if _was_delivered_before(message):
            self._spawn(body, partial(self._settle, taken), is_suspect=True)
        else:
            self._waiting.append(taken)
            self._go_on()

    def _go_on(self) -> None:
        """Begin what may begin now: what failed together alone, then what waits."""
        while self._alone and self._workers < WORKERS_MAX:
            self._begin([self._alone.popleft()])
        size = self._size()
        workers_max = BATCHES_MAX if size > 1 else WORKERS_MAX
        while self._waiting and self._workers < workers_max:
            pause = self._pause_before_next()
            if pause > 0:
                self._look_again(pause)
                return
            self._begin([self._waiting.popleft() for _ in range(min(size, len(self._waiting)))])

    def _size(self) -> int:
        return 1 if self.spares and self.calls.count >= BUSY_CALLS and not self._is_stopping else self.together

    def _begin(self, batch: list[Taken]) -> None:
        self._workers += 1
        self._began_at = monotonic()
        self._gathers_seconds = GATHERING_SECONDS * min(len(batch), GATHERING_FACTOR_MAX)
        first, *others = batch
        if others:
            self._spawn(first.body, partial(self._settle_together, batch), others=[one.body for one in others])
        else:
            self._spawn(first.body, partial(self._settle_alone, first))

    def _pause_before_next(self) -> float:
        """Seconds until the next may begin: a little company comes together, and who waits for an answer goes first.

        Who comes after a while of quiet begins at once, and nobody waits for ever.
        """
        passed = monotonic() - self._began_at
        if self._is_stopping:
            return 0.0
        if self.calls.count >= BUSY_CALLS and passed < GIVES_WAY_SECONDS_MAX:
            return GIVES_WAY_SECONDS
        if len(self._waiting) < self.together and self.together > 1:
            return self._gathers_seconds - passed
        return 0.0

    def _look_again(self, seconds: float) -> None:
        if not self._looks_again:
            self._looks_again = True
            eventlet.spawn_after(seconds, self._look)

    def _look(self) -> None:
        self._looks_again = False
        self._go_on()

    def _settle_alone(self, taken: Taken, worker: Any, result: Any, exc_info: Any) -> tuple[Any, Any]:
        settled = self._settle(taken, worker, result, exc_info)
        self._workers -= 1
        self._go_on()
        return settled

    def _settle_together(self, batch: list[Taken], worker: Any, result: Any, exc_info: Any) -> tuple[Any, Any]:
        """Each as if it had been alone; all of them alone once more, where one of them has undone the work of all."""
        if exc_info is None and result is not None:
            for taken, outcome in zip(batch, result, strict=True):
                if outcome is Outcome.LEFT:
                    self._waiting.append(taken)
                else:
                    self._settle(taken, worker, outcome, None)
        else:
            log.info("messages failed together, each is handled alone", handler=self.method_name, exc_info=exc_info)
            self._alone.extend(batch)
        self._workers -= 1
        self._go_on()
        return result, None

    def run_again(self, body: str, again: bool) -> Signal:
        """A retry or a sweep: no message is waiting for its acknowledgement."""
        ended = Signal()

        def handle_result(_: Any, result: Any, exc_info: Any) -> tuple[Any, Any]:
            if exc_info is not None:
                log.error("door failed, the sweep tries again", handler=self.method_name, exc_info=exc_info)
            ended.send(True)
            return result, None

        self._spawn(body, handle_result, again=again)
        return ended

    def _spawn(
        self, body: str, handle_result: Any, *, again: bool = False, is_suspect: bool = False,
        others: Sequence[str] = (),
    ) -> None:  # fmt: skip
        arguments = {
            "body": body, "others": others, "again": again, "is_suspect": is_suspect, "home": self.home,
            "settings": self.container.config["settings"],
        }  # fmt: skip
        self.container.spawn_worker(self, (), arguments, handle_result=handle_result)

    def _is_forged(self, message: Any, body: str) -> bool:
        """Where each service has its own broker user, the broker vouches for the sender: it must be the source."""
        settings = self.container.config["settings"]
        if not settings["BUS_USER_PER_SERVICE"] or not settings["BUS_URL"].startswith("amqp"):
            return False
        sender = message.properties.get("user_id")
        try:
            source = parse(body).source
        except Impossible:
            return False
        if sender == source and source in {event.source for event in self.events}:
            return False
        log.error("message of a wrong sender, dead-lettered", handler=self.method_name, sender=sender, source=source)
        return True

    def _settle(self, taken: Taken, _: Any, result: Any, exc_info: Any) -> tuple[Any, Any]:
        lane, message = taken.lane, taken.message
        self._in_hand -= 1
        if exc_info is not None:
            message.failures = getattr(message, "failures", 0) + 1
            log.error("door failed", handler=self.method_name, times=message.failures, exc_info=exc_info)
            result = (
                Outcome.HELD if message.failures < DOOR_FAILURES_MAX or not lane.has_dead_letters else Outcome.NO_EVENT
            )
        if result is Outcome.HELD:
            self._hold(message)
            return result, None
        self._pause_seconds = PAUSE_SECONDS_FIRST
        failpoint("event.before_acknowledgement")
        if result is Outcome.NO_EVENT:
            lane.discard(message)
        else:
            lane.acknowledge(message)
        failpoint("event.acknowledged")
        self._resume_if_done()
        return result, None

    def _hold(self, message: Any) -> None:
        self._held.append(message)
        self.lane.pause()
        if not self._is_probing:
            self._is_probing = True
            limit = self.container.config["settings"]["DEPENDENCY_PAUSE_SECONDS"]
            self._pause_seconds = min(self._pause_seconds * 2, limit)
            self._probe_later()

    def _probe_later(self) -> None:
        eventlet.spawn_after(self._pause_seconds * random.uniform(0.5, 1), self._probe)  # noqa: S311 - jitter

    def _probe(self) -> None:
        """Go on where the database answers, else ask again: one question, whatever waits behind it."""
        if self.lane.is_closing:
            return
        if not self.home.database.answers():
            self._probe_later()
            return
        self._is_probing = False
        held, self._held = self._held, []
        for message in held:
            # After a reconnect the broker has delivered it anew: this copy is nobody's any more.
            if message.channel is self.lane.channel:
                take_in(self.lane, message, self._handle)
        eventlet.spawn_after(RESUME_SECONDS_MAX, self._resume_if_done, True)
        self._resume_if_done()

    def _resume_if_done(self, whatever_is_in_hand: bool = False) -> None:
        """Consume again once what was held is settled: a new consumer is sent as many messages as the last one had."""
        is_done = not self._is_probing and not self._held and (self._in_hand <= 0 or whatever_is_in_hand)
        if self.lane.is_paused and is_done:
            self.lane.resume()


def _text_of(message: Any) -> str | None:
    """The body as it can be kept; None for what is too long to be ours, or is not text."""
    body = message.body
    if len(body) > BODY_BYTES_MAX:
        return None
    try:
        text = body if isinstance(body, str) else bytes(body).decode()
    except UnicodeDecodeError:
        return None
    return text if is_storable(text) else None


def _was_delivered_before(message: Any) -> bool:
    """The broker counts deliveries that ended without a word: the process died of it, or beside it."""
    count = message.headers.get(topology.DELIVERIES_HEADER)
    return isinstance(count, int) and count > 0
