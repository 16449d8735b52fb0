"""What each running service has once: its database, its relay, and the sweeps that find what a crash left behind."""

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import eventlet
from nameko.extensions import DependencyProvider, SharedExtension
from sqlalchemy import Connection, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from chassis import attempts, idempotency, inbox, logs
from chassis.bus import embedded
from chassis.bus.embedded import Bell
from chassis.bus.relay import Relay
from chassis.clock import Clock
from chassis.context import ContextVerifier
from chassis.store import Database, run_contended
from chassis.tables import attempts as attempts_table
from chassis.tables import bus_mark, command_replies, outbox

SWEEP_SECONDS = 5.0
UPKEEP_SECONDS = 3600.0
OUTBOX_KEPT_DAYS = 30
MARK = "drained"

Door = Callable[[str, bool], Any]

log = logs.logger(__name__)


class Home(SharedExtension):
    """Shared by everything in one container."""

    database: Database

    def __init__(self) -> None:
        self.doors: dict[str, Door] = {}
        self._bell = Bell()
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
            if not self.url.startswith("amqp"):
                forget_undrained(connection)

    def start(self) -> None:
        self.relay.start()
        for loop in (self._relay_loop, self._sweep_loop, self._upkeep_loop):
            self.container.spawn_managed_thread(loop)

    def stop(self) -> None:
        self._stopping = True
        self.relay.stop()
        self.database.close()

    def take_no_more(self) -> None:
        """From now on no sweep and no retry begins new work here."""
        self._stopping = True

    def retry_later(self, *, handler: str, body: str, seconds: float) -> None:
        """Run a door again after a delay; the sweep does it where this process is gone by then."""
        eventlet.spawn_after(seconds, self._again, handler, body)

    def _again(self, handler: str, body: str) -> None:
        if not self._stopping:
            self.doors[handler](body, True)

    def _relay_loop(self) -> None:
        pause = 0.2
        while True:
            try:
                while self.relay.publish_waiting():
                    self._published_since_mark, pause = True, 0.2
                self._bell.wait(SWEEP_SECONDS)
            except Exception as error:  # noqa: BLE001 - a relay that ends would end its service
                log.warning("events wait in the outbox", error=f"{type(error).__name__}: {error}")
                eventlet.sleep(pause + random.uniform(0, pause))  # noqa: S311 - jitter
                pause = min(pause * 2, SWEEP_SECONDS)

    def _sweep_loop(self) -> None:
        while True:
            eventlet.sleep(SWEEP_SECONDS + random.uniform(0, 1))  # noqa: S311 - jitter
            self._guarded(self.sweep)

    def _upkeep_loop(self) -> None:
        while True:
            eventlet.sleep(UPKEEP_SECONDS)
            self._guarded(self.keep_up)

    def sweep(self) -> None:
        """Run what is due again, and note how far an embedded bus is drained."""
        if self._stopping:
            return
        handlers = list(self.doors)
        with self.database.housekeeping() as connection:
            waiting = [*inbox.due(connection, handlers=handlers), *attempts.due(connection, handlers=handlers)]
        for row in waiting:
            self.doors[row["handler"]](row["body"], True)
        if not self.url.startswith("amqp") and self._published_since_mark:
            self._published_since_mark = not note_drained(self.database)

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
