"""Past and coming events from the services' outboxes: of one service in the order of (transaction, event id).

Reading stays below the oldest transaction that still runs, so that no event is passed which commits late. Nothing is
promised about order across services; those of all are put together by the time at which they happened.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import merge
from itertools import islice
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
        ends = {service: self._value(service, _NEXT) for service in self._engines}
        begun = {service: _place((after or {}).get(service)) for service in ends}
        return self._merged(choice, begun=begun, ends=ends)

    def coming(self, choice: Choice) -> Iterator[Batch]:
        """What is told from now on, or from the choice's beginning, without end."""
        start = {service: Place(self._value(service, _OLDEST_RUNNING)) for service in self._engines}
        if choice.since:
            ends = {service: place.transaction_id for service, place in start.items()}
            yield from self._merged(choice, begun=dict.fromkeys(start, Place(0)), ends=ends)
        while True:
            found: list[Told] = []
            for service, place in start.items():
                horizon = self._value(service, _OLDEST_RUNNING)
                told, start[service], _ = self._page(service, choice, after=place, below=horizon)
                found += [one for one, _ in told]
            yield Batch(sorted(found, key=_time_of), {})
            if not found:
                time.sleep(LOOK_SECONDS)

    def _merged(self, choice: Choice, *, begun: Mapping[str, Place], ends: Mapping[str, int]) -> Iterator[Batch]:
        """Every service's events in its own order, and by time across services."""
        places = {service: _plain(place) for service, place in begun.items()}
        each = [self._read(service, choice, after=begun[service], end=end) for service, end in ends.items()]
        merged = merge(*each, key=lambda found: _time_of(found[1]))
        while found := list(islice(merged, PAGE)):
            places |= {service: _plain(place) for service, _, place in found}
            yield Batch([told for _, told, _ in found], dict(places))
        reached = {service: Place(end) for service, end in ends.items() if end > begun[service].transaction_id}
        yield Batch([], places | {service: _plain(place) for service, place in reached.items()})

    def _read(self, service: str, choice: Choice, *, after: Place, end: int) -> Iterator[tuple[str, Told, Place]]:
        """One service's events below a transaction, page by page, each with the place that follows it."""
        last, late_at = after, 0.0
        while True:
            # In this order: what a transaction that has ended wrote is seen by a later look.
            horizon = self._value(service, _OLDEST_RUNNING)
            told, last, is_full = self._page(service, choice, after=last, below=min(horizon, end))
            yield from ((service, one, place) for one, place in told)
            if is_full:
                continue
            if horizon >= end:
                return
            late_at = late_at or time.monotonic() + LATE_SECONDS_MAX
            _wait_for_older(service, late_at)

    def _page(
        self, service: str, choice: Choice, *, after: Place, below: int
    ) -> tuple[list[tuple[Told, Place]], Place, bool]:
        """One page of events with their places, where to go on, and whether there may be more."""
        place = tuple_(outbox.c.transaction_id, outbox.c.id)
        last = tuple_(literal(after.transaction_id, BigInteger), literal(after.event_id, UUID_COLUMN(as_uuid=True)))
        statement = select(outbox.c.transaction_id, outbox.c.id, outbox.c.body).where(
            place > last, outbox.c.transaction_id < below, *_conditions(service, choice)
        )
        with self._engines[service].connect() as connection:
            rows = connection.execute(statement.order_by(outbox.c.transaction_id, outbox.c.id).limit(PAGE)).all()
        read = [(self._told(row.body), Place(row.transaction_id, row.id)) for row in rows]
        told = [(one, place) for one, place in read if one and choice.takes(one.event)]
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


def _time_of(told: Told) -> datetime:
    return told.event.time


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
