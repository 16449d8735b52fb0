"""Past and coming events from the services' outboxes: of one service in the order of (transaction, event id).

Reading stays below the oldest transaction that still runs, so that no event is passed which commits late. Nothing is
promised about order across services, and they are read one after the other.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Connection, Engine, create_engine, literal, literal_column, select, tuple_
from sqlalchemy.dialects.postgresql import UUID as UUID_COLUMN

from chassis.ids import lowest_id
from chassis.store import refuse_wrong_driver
from chassis.tables import outbox
from deploy.events.choice import Choice, event_in
from deploy.events.told import Batch, Told, named_sender
from deploy.stack import StackProblem

PAGE = 200
LOOK_SECONDS = 0.3
# So long a transaction may hold up what was committed after it began.
LATE_SECONDS_MAX = 30.0
NIL = UUID(int=0)
# What an id tells of its instant.
MILLISECOND = timedelta(milliseconds=1)
_OLDEST_RUNNING: Any = literal_column("pg_snapshot_xmin(pg_current_snapshot())::text::bigint", BigInteger)
_NEXT: Any = literal_column("pg_snapshot_xmax(pg_current_snapshot())::text::bigint", BigInteger)


@dataclass(frozen=True)
class Place:
    """Everything of one service up to here has been read."""

    transaction_id: int
    event_id: UUID = NIL


@contextmanager
def opened(urls: Mapping[str, str], *, bus: str | None = None) -> Iterator["Outboxes"]:
    """The outboxes of these services, by name. What is told again over this bus names its source as the sender."""
    with ExitStack() as stack:
        engines = {}
        for service, url in urls.items():
            engine = create_engine(refuse_wrong_driver(url), isolation_level="AUTOCOMMIT")
            stack.callback(engine.dispose)
            engines[service] = engine
        yield Outboxes(engines, bus=bus)


class Outboxes:
    """Reads them; each look is a statement of its own."""

    def __init__(self, engines: Mapping[str, Engine], *, bus: str | None) -> None:
        self._engines, self._bus = engines, bus

    def past(self, choice: Choice, *, after: Mapping[str, Any] | None) -> Iterator[Batch]:
        """All that was committed before this began. Raises StackProblem where an older transaction does not end."""
        places = dict(after or {})
        ends = {service: self._value(service, _NEXT) for service in self._engines}
        for service, end in ends.items():
            late_at = time.monotonic() + LATE_SECONDS_MAX
            while True:
                # In this order: what a transaction that has ended wrote is seen by a later look.
                horizon = self._value(service, _OLDEST_RUNNING)
                last = _place(places.get(service))
                told, place, is_full = self._page(service, choice, after=last, below=min(horizon, end))
                places[service] = _plain(place)
                yield Batch(told, dict(places))
                if is_full:
                    continue
                if horizon >= end:
                    break
                _wait_for_older(service, late_at)

    def coming(self, choice: Choice) -> Iterator[Batch]:
        """What is told from now on, or from the choice's beginning, without end."""
        start = {
            service: Place(0 if choice.since else self._value(service, _OLDEST_RUNNING)) for service in self._engines
        }
        while True:
            found: list[Told] = []
            for service, place in start.items():
                horizon = self._value(service, _OLDEST_RUNNING)
                told, start[service], _ = self._page(service, choice, after=place, below=horizon)
                found += told
            yield Batch(sorted(found, key=lambda told: told.event.time), {})
            if not found:
                time.sleep(LOOK_SECONDS)

    def _page(self, service: str, choice: Choice, *, after: Place, below: int) -> tuple[list[Told], Place, bool]:
        """One page, where to go on, and whether there may be more."""
        place = tuple_(outbox.c.transaction_id, outbox.c.id)
        last = tuple_(literal(after.transaction_id, BigInteger), literal(after.event_id, UUID_COLUMN(as_uuid=True)))
        statement = select(outbox.c.transaction_id, outbox.c.id, outbox.c.body).where(
            place > last, outbox.c.transaction_id < below, *_conditions(service, choice)
        )
        with self._engines[service].connect() as connection:
            rows = connection.execute(statement.order_by(outbox.c.transaction_id, outbox.c.id).limit(PAGE)).all()
        told = [told for row in rows if (told := self._told(row.body)) and choice.takes(told.event)]
        if len(rows) == PAGE:
            return told, Place(rows[-1].transaction_id, rows[-1].id), True
        return told, Place(below) if below > after.transaction_id else after, False

    def _told(self, body: str) -> Told | None:
        event = event_in(body)
        if event is None:
            return None
        # Its own relay was the sender: handlers take an event from its source alone.
        return Told(event, body, user=named_sender(event.source, url=self._bus) if self._bus else None)

    def _value(self, service: str, expression: Any) -> int:
        with self._engines[service].connect() as connection:
            return _scalar(connection, expression)


def _conditions(service: str, choice: Choice) -> Iterator[Any]:
    yield outbox.c.routing_key.in_([name for source, name in choice.names if source == service])
    if choice.subject is not None:
        yield outbox.c.subject == choice.subject
    # An event's id carries the instant at which it happened.
    if choice.since is not None:
        yield outbox.c.id >= lowest_id(at=choice.since)
    if choice.until is not None:
        yield outbox.c.id < lowest_id(at=choice.until + MILLISECOND)


def _scalar(connection: Connection, expression: Any) -> int:
    found: int = connection.execute(select(expression)).scalar_one()
    return found


def _place(plain: Any) -> Place:
    return Place(plain[0], UUID(plain[1])) if plain else Place(0)


def _plain(place: Place) -> list[Any]:
    return [place.transaction_id, str(place.event_id)]


def _wait_for_older(service: str, late_at: float) -> None:
    if time.monotonic() > late_at:
        raise StackProblem(
            f"A transaction in the database of {service} does not end, and what was committed after it began is held "
            "back; end it and go on with --resume."
        )
    time.sleep(LOOK_SECONDS)
