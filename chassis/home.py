"""What each running service has once: its database, its relay, and the sweeps that find what a crash left behind."""

import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import eventlet
from eventlet.event import Event
from eventlet.semaphore import Semaphore
from nameko.extensions import DependencyProvider, SharedExtension
from sqlalchemy import Connection, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from chassis import attempts, idempotency, inbox, logs
from chassis import outbox as outbox_rows
from chassis.bus import embedded
from chassis.bus.embedded import Bell
from chassis.bus.relay import Relay
from chassis.clock import Clock
from chassis.context import ContextVerifier
from chassis.store import Database, run_contended
from chassis.tables import attempts as attempts_table
from chassis.tables import bus_mark, command_replies, outbox

SWEEP_SECONDS = 5.0
SWEEP_SECONDS_BEHIND = 0.5
# So many run again at a time: a vendor that comes back slowly is not buried.
SWEPT_MAX = 50
UPKEEP_SECONDS = 3600.0
GATHERING_SECONDS, GATHERING_FACTOR_MAX = 0.02, 5
OUTBOX_KEPT_DAYS = 30
MARK = "drained"
# Outcomes of a door, by name: the doors import this module.
WAITING, RETRYING, SUSPECT = "waiting", "retrying", "suspect"
# With these whoever was asked has answered.
SUCCEEDED = frozenset({"done", "unknown", "parked"})

# Handles a body, again or not; what it gives is sent when the handling has ended.
Door = Callable[[str, bool], Event]

# Of all the services in this process one at a time.
ALONE = Semaphore()

log = logs.logger(__name__)


class Home(SharedExtension):
    """Shared by everything in one container."""

    database: Database

    def __init__(self) -> None:
        self.doors: dict[str, Door] = {}
        self.down: set[str] = set()
        self.is_behind = False
        self.runs_again = 0
        self._bell = Bell()
        self._suspects_bell = Bell()
        self._has_more_suspects = False
        self._published_since_mark = True
        self._stopping = False

    def setup(self) -> None:
        if hasattr(self, "database"):
            return
        config = self.container.config
        self.url = config["settings"]["BUS_URL"]
        self.database = config["open_database"](self.container.service_name, self._bell.ring)
        self.relay = Relay(database=self.database, url=self.url)
        with self.database.housekeeping() as connection:
            inbox.ensure_partitions(connection, today=config["clock"].now().date())
            # What waits was given back because something was down, and it may be down still.
            self.down |= attempts.waiting_handlers(connection)
            if not self.url.startswith("amqp"):
                forget_undrained(connection)

    def start(self) -> None:
        self.relay.start()
        for loop in (self._relay_loop, self._sweep_loop, self._suspects_loop, self._upkeep_loop):
            self.container.spawn_managed_thread(loop)

    def stop(self) -> None:
        self._stopping = True
        self.relay.stop()
        self.database.close()

    def take_no_more(self) -> None:
        """From now on no sweep and no retry begins new work here."""
        self._stopping = True

    def note(self, *, handler: str, body: str, outcome: str, delay_seconds: float) -> None:
        """Remember whether a handler meets something that is down, and run again what is to be run again soon.

        Of many that wait for the same thing only the first gets a timer; the sweep finds all of them.
        """
        was_down = handler in self.down
        if outcome == WAITING:
            self.down.add(handler)
        elif outcome in SUCCEEDED:
            self.down.discard(handler)
        if outcome == RETRYING or (outcome == WAITING and not was_down):
            eventlet.spawn_after(delay_seconds, self._again, handler, body)
        if outcome == SUSPECT:
            # A little later, so that all that came with it are due and the least suspicious goes first.
            eventlet.spawn_after(delay_seconds * 2, self._suspects_bell.ring)

    @contextmanager
    def running_again(self) -> Iterator[None]:
        """While a retry runs it takes the room of one that a sweep would begin."""
        self.runs_again += 1
        try:
            yield
        finally:
            self.runs_again -= 1

    def _again(self, handler: str, body: str) -> None:
        if not self._stopping:
            self.doors[handler](body, True)

    def _relay_loop(self) -> None:
        pause = 0.2
        while True:
            try:
                while taken := self.relay.publish_waiting():
                    self._published_since_mark, pause = True, 0.2
                    # Under load, what is told meanwhile leaves together; where much waits already, it goes at once.
                    if taken < outbox_rows.BATCH:
                        eventlet.sleep(GATHERING_SECONDS * min(taken, GATHERING_FACTOR_MAX))
                self._bell.wait(SWEEP_SECONDS)
            except Exception as error:  # noqa: BLE001 - a relay that ends would end its service
                log.warning("events wait in the outbox", error=f"{type(error).__name__}: {error}")
                eventlet.sleep(pause + random.uniform(0, pause))  # noqa: S311 - jitter
                pause = min(pause * 2, SWEEP_SECONDS)

    def _sweep_loop(self) -> None:
        while True:
            pause = SWEEP_SECONDS_BEHIND if self.is_behind else SWEEP_SECONDS
            eventlet.sleep(pause * random.uniform(1, 1.2))  # noqa: S311 - jitter
            self._guarded(self.sweep)

    def _suspects_loop(self) -> None:
        pause = inbox.SUSPECT_SECONDS * 4
        while True:
            if not self._has_more_suspects:
                self._suspects_bell.wait(pause)
            self._has_more_suspects = False
            self._guarded(self.try_suspects)
            pause = SWEEP_SECONDS * random.uniform(1, 1.2)  # noqa: S311 - jitter

    def _upkeep_loop(self) -> None:
        while True:
            eventlet.sleep(UPKEEP_SECONDS)
            self._guarded(self.keep_up)

    def sweep(self) -> None:
        """Run what is due again, and note how far an embedded bus is drained."""
        if self._stopping:
            return
        self.is_behind = False
        for row in self._due():
            self.doors[row["handler"]](row["body"], True)
        if not self.url.startswith("amqp") and self._published_since_mark:
            self._published_since_mark = not note_drained(self.database)

    def _due(self) -> list[Mapping[str, Any]]:
        """What is to be run again; of a handler that met something down, one row to see whether it is up again."""
        up = [handler for handler in self.doors if handler not in self.down]
        down = [handler for handler in self.doors if handler in self.down]
        room = max(0, SWEPT_MAX - self.runs_again)
        with self.database.housekeeping() as connection:
            retried = inbox.due(connection, handlers=list(self.doors), limit=room)
            tried = attempts.due(connection, handlers=up, limit=room)
            probes = [row for handler in down for row in attempts.due(connection, handlers=[handler], limit=1)]
        self.is_behind = room in (len(retried), len(tried))
        return [*retried, *tried, *probes]

    def try_suspects(self) -> None:
        """One after the other: when a process ends, no other of them is under way and taken for the cause."""
        handlers = list(self.doors)
        with self.database.housekeeping() as connection:
            rows = [
                *inbox.suspects(connection, handlers=handlers, limit=SWEPT_MAX),
                *attempts.suspects(connection, handlers=handlers, limit=SWEPT_MAX),
            ]
        for row in rows:
            with ALONE:
                if not self._stopping:
                    self.doors[row["handler"]](row["body"], True).wait()
        self._has_more_suspects = len(rows) >= SWEPT_MAX

    def keep_up(self) -> None:
        """Hourly: partitions ahead, old days and old answers away."""
        today = self.container.config["clock"].now().date()
        with self.database.housekeeping() as connection:
            inbox.ensure_partitions(connection, today=today)
            dropped = inbox.drop_old_partitions(connection, today=today)
            prune(connection)
        log.info("upkeep done", dropped=dropped)

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            run_contended(work)
        except Exception:
            log.exception("upkeep failed, it is tried again")


class Callers(DependencyProvider):
    """Gives each worker the verifier of call contexts."""

    def setup(self) -> None:
        self._verifier = ContextVerifier(folder=self.container.config["settings"]["KEYS_DIR"])

    def get_dependency(self, worker_ctx: Any) -> ContextVerifier:  # noqa: ARG002 - nameko's signature
        return self._verifier


class Store(DependencyProvider):
    """Gives each worker its service's Database."""

    home = Home()

    def get_dependency(self, worker_ctx: Any) -> Database:  # noqa: ARG002 - nameko's signature
        return self.home.database


class ClockProvider(DependencyProvider):
    """Gives each worker the process's clock."""

    def get_dependency(self, worker_ctx: Any) -> Clock:  # noqa: ARG002 - nameko's signature
        clock: Clock = self.container.config["clock"]
        return clock


def note_drained(database: Database) -> bool:
    """Move the mark if the embedded bus holds nothing: all that was published before now has been handled."""
    with database.housekeeping() as connection:
        before = connection.execute(select(func.clock_timestamp())).scalar_one()
        if not embedded.is_drained():
            return False
        values = insert(bus_mark).values(name=MARK, drained_at=before)
        connection.execute(values.on_conflict_do_update(index_elements=["name"], set_={"drained_at": before}))
    return True


def forget_undrained(connection: Connection) -> int:
    """At start: publish again what the embedded bus may have forgotten. The inbox drops what was handled."""
    mark = select(bus_mark.c.drained_at).where(bus_mark.c.name == MARK).scalar_subquery()
    undrained = func.coalesce(outbox.c.published_at > mark, True)
    waiting = update(outbox).where(outbox.c.published_at.is_not(None), undrained)
    again = connection.execute(waiting.values(published_at=None, claimed_until=None)).rowcount
    connection.execute(update(outbox).where(outbox.c.claimed_until.is_not(None)).values(claimed_until=None))
    return again


def prune(connection: Connection) -> None:
    """Delete what no reader needs any more."""
    now = func.clock_timestamp()
    old_reply = command_replies.c.created_at < now - timedelta(days=idempotency.KEPT_DAYS)
    connection.execute(delete(command_replies).where(old_reply))
    connection.execute(delete(outbox).where(outbox.c.published_at < now - timedelta(days=OUTBOX_KEPT_DAYS)))
    finished = attempts_table.c.finished_at < now - timedelta(days=inbox.KEPT_DAYS)
    connection.execute(delete(attempts_table).where(finished))
