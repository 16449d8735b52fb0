"""The store: one database per service, and the only place that commits.

`writing()` is one transaction whose rows and events are saved together or not at all; `reading()` refuses to write.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

import orjson
from sqlalchemy import Connection, Engine, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.sql import Executable

from chassis import driver, logs, outbox
from chassis.clock import Clock
from chassis.errors import ConstraintViolated, StoreDown
from chassis.events import Event
from chassis.outbox import Told

DRIVER = "postgresql+psycopg2"
SESSION_OPTIONS = (
    "-c lock_timeout=5s -c statement_timeout=20s -c idle_in_transaction_session_timeout=60s -c timezone=UTC"
)
READING_OPTIONS = f"{SESSION_OPTIONS} -c default_transaction_read_only=on"
# Committed at once and on disk a moment later.
NOTING_OPTIONS = f"{SESSION_OPTIONS} -c synchronous_commit=off"
CONNECTION = {
    "connect_timeout": 3,
    "application_name": "captive",
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
# Connection lost, shutting down, out of resources.
DOWN_STATES = ("08", "57P", "53")
# Those that write; half as many only read, and two note what is done: six processes stay below a server's usual 100.
CONNECTIONS_MAX = 9
NOTING_CONNECTIONS_MAX = 2
RETRYABLE_STATES = frozenset({"40001", "40P01", "55P03"})

log = logs.logger(__name__)

Row = Mapping[str, Any]
T = TypeVar("T")


class Contended(Exception):
    """A deadlock, a serialisation failure or a lock not had in time: the transaction may simply be run again."""


@dataclass(frozen=True)
class Cause:
    """The event on whose account this transaction runs; its descendants keep the root and belong to the trace."""

    event_id: UUID
    root_id: UUID
    traceparent: str = ""


class Transaction:
    """What a verb works with. It cannot commit."""

    def __init__(self, *, connection: Connection, service: str, clock: Clock, cause: Cause | None) -> None:
        self._connection = connection
        self._service = service
        self._clock = clock
        self._cause = cause
        self.told: list[Told] = []

    def one(self, statement: Executable, values: Row | None = None) -> Row | None:
        """The first row, or None. `values` are for the `bindparam`s of a statement that was built once and for all."""
        found = self._execute(statement, values).mappings().first()
        return dict(found) if found is not None else None

    def all(self, statement: Executable, values: Row | Sequence[Row] | None = None) -> list[Row]:
        return [dict(row) for row in self._execute(statement, values).mappings().all()]

    def value(self, statement: Executable, values: Row | None = None) -> Any:
        """The first column of the first row, or None."""
        return self._execute(statement, values).scalar()

    def run(self, statement: Executable, rows: Row | Sequence[Row] | None = None) -> int:
        """Execute and give the number of rows touched. Raises ConstraintViolated by the constraint's name.

        Many rows are one statement where they are inserted, except with ON CONFLICT: then only where something is
        returned (`returning`), else each is a statement and a round trip of its own.
        """
        touched: int = self._execute(statement, rows).rowcount
        return touched

    def emit(self, event: Event, *, subject: str, data: Mapping[str, Any]) -> None:
        """Tell an event: it is saved with the rows of this transaction, a relay publishes it after the commit.

        Raises ValueError where the data breaks the event's contract.
        """
        self.told.append(
            outbox.tell(
                event=event, source=self._service, subject=subject, data=data, now=self._clock.now(),
                cause=(self._cause.event_id, self._cause.root_id) if self._cause else None,
                traceparent=self._cause.traceparent if self._cause else "",
            )
        )  # fmt: skip

    def save_events(self) -> None:
        """All that was told, in one statement that also commits: the rows it locks are locked no longer."""
        if self.told:
            raw: Any = self._connection.connection.driver_connection
            raw.commits_with_next = True
            outbox.save(self._connection, told=self.told)

    def within(self, cause: Cause) -> "Transaction":
        """The same transaction on account of another event; what is told in it is saved with the rest."""
        inner = Transaction(connection=self._connection, service=self._service, clock=self._clock, cause=cause)
        inner.told = self.told
        return inner

    @property
    def connection(self) -> Connection:
        """For the chassis' own tables."""
        return self._connection

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """A savepoint: what is inside is undone when it raises, the transaction goes on."""
        told = len(self.told)
        try:
            with self._connection.begin_nested():
                yield
        except BaseException:
            del self.told[told:]
            raise

    def _execute(self, statement: Executable, values: Row | Sequence[Row] | None = None) -> Any:
        given = dict(values) if isinstance(values, Mapping) else values and [dict(row) for row in values]
        try:
            return self._connection.execute(statement, given)
        except DBAPIError as error:
            raise _translated(error) from error


class Database:
    """A service's database. Safe to share between green threads."""

    def __init__(
        self, *, url: str, service: str, clock: Clock, on_emit: Callable[[], None] | None = None,
        pool_size: int = CONNECTIONS_MAX,
    ) -> None:  # fmt: skip
        self.service = service
        self.clock = clock
        self.on_emit = on_emit
        self.engine: Engine = _engine(url, pool_size, connection_factory=driver.Connection)
        # The sessions themselves refuse to write, so that nothing has to be said before or after a question.
        self._reading_engine = _engine(url, max(1, pool_size // 2), session_options=READING_OPTIONS)
        self._noting_engine = _engine(url, NOTING_CONNECTIONS_MAX, session_options=NOTING_OPTIONS)

    @contextmanager
    def writing(self, *, cause: Cause | None = None) -> Iterator[Transaction]:
        """One transaction, committed at the end, rolled back when the body raises. Raises StoreDown."""
        transaction: Transaction
        with self._begun() as connection:
            transaction = Transaction(connection=connection, service=self.service, clock=self.clock, cause=cause)
            yield transaction
            transaction.save_events()
        if transaction.told and self.on_emit:
            self.on_emit()

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """Questions that cannot write. Each sees what is committed when it is asked, as in our transactions."""
        with self._begun(self._reading_engine) as connection:
            yield self._transaction(connection)

    @contextmanager
    def snapshot(self) -> Iterator[Transaction]:
        """Questions that cannot write and that all see the same moment, for as long as they take."""
        with self._begun() as connection:
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
            yield self._transaction(connection)

    @contextmanager
    def housekeeping(self) -> Iterator[Connection]:
        """One transaction on the chassis' own tables. Raises StoreDown, Contended, ConstraintViolated."""
        with self._begun() as connection:
            yield connection

    @contextmanager
    def noting(self) -> Iterator[Connection]:
        """The chassis' own tables, each statement committed by itself, for what need only be noted.

        Where PostgreSQL's machine ends at that moment, the note may be lost with it: an event is then published again,
        an errand begun again under the same key, and neither changes anything.
        """
        with self._begun(self._noting_engine) as connection:
            yield connection

    def own_connection(self) -> Any:
        """A driver connection outside the pools, each statement a transaction by itself; whoever takes it closes it."""
        pooled = self._noting_engine.raw_connection()
        connection: Any = pooled.driver_connection
        pooled.detach()
        return connection

    def answers(self) -> bool:
        """Does the database answer a question now?"""
        try:
            with self._begun() as connection:
                connection.execute(text("SELECT 1"))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is no answer
            log.info("database does not answer", service_name=self.service, error=type(error).__name__)
            return False
        return True

    def close(self) -> None:
        self.engine.dispose()
        self._reading_engine.dispose()
        self._noting_engine.dispose()

    def _transaction(self, connection: Connection) -> Transaction:
        return Transaction(connection=connection, service=self.service, clock=self.clock, cause=None)

    @contextmanager
    def _begun(self, engine: Engine | None = None) -> Iterator[Connection]:
        try:
            with (engine or self.engine).begin() as connection:
                yield connection
        except PoolTimeout as error:
            raise StoreDown("every connection is in use") from error
        except DBAPIError as error:
            raise _translated(error) from error


def run_contended(work: Callable[[], T], *, tries: int = 3) -> T:
    """Run work that may lose a deadlock, again up to `tries` times."""
    for _ in range(tries - 1):
        try:
            return work()
        except Contended:
            time.sleep(0.02)
    return work()


def refuse_wrong_driver(url: str) -> str:
    """The URL with our driver named. Raises ValueError for any other: it would freeze the event loop."""
    parsed = make_url(url)
    if parsed.drivername in ("postgres", "postgresql"):
        parsed = parsed.set(drivername=DRIVER)
    if parsed.drivername != DRIVER:
        raise ValueError(f"{parsed.drivername} blocks the event loop; use {DRIVER}://")
    return parsed.render_as_string(hide_password=False)


def _engine(url: str, pool_size: int, *, session_options: str = SESSION_OPTIONS, **more: Any) -> Engine:
    return create_engine(
        refuse_wrong_driver(url),
        pool_size=pool_size,
        # A connection beyond the pool would be made and closed for each use. The last used is the next one used.
        max_overflow=0,
        pool_use_lifo=True,
        pool_timeout=5,
        pool_recycle=1800,
        hide_parameters=True,
        connect_args={**CONNECTION, "options": session_options, **more},
        # A question is a transaction by itself; those of several statements are begun and ended by the driver.
        isolation_level="AUTOCOMMIT",
        # An account's state is read as JSON by whatever touches it.
        json_deserializer=orjson.loads,
    )


def _translated(error: DBAPIError) -> Exception:
    state = getattr(error.orig, "pgcode", None)
    if isinstance(error, IntegrityError):
        diagnosis = getattr(error.orig, "diag", None)
        return ConstraintViolated(getattr(diagnosis, "constraint_name", None) or state or "unknown")
    if state in RETRYABLE_STATES:
        return Contended(str(error.orig))
    is_silent = state is None and isinstance(error, OperationalError | InterfaceError)
    if error.connection_invalidated or is_silent or (state or "").startswith(DOWN_STATES):
        return StoreDown(type(error.orig).__name__)
    return error
