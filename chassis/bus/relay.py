"""The relay: publishes what waits in the outbox, pipelined, and marks what the broker confirmed."""

from collections.abc import Mapping
from datetime import UTC, datetime
from time import monotonic
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import UUID

from eventlet.event import Event

from chassis import logs, metrics, outbox
from chassis.bus.link import Lane, Link
from chassis.bus.topology import DELIVERIES_HEADER
from chassis.bus.wire import GATHERED_BYTES_OF_EVENTS
from chassis.errors import BusDown
from chassis.events import CONTENT_TYPE
from chassis.failpoints import failpoint
from chassis.store import Database

CONFIRM_SECONDS_MAX = 5.0

log = logs.logger(__name__)


class Relay:
    """One service's relay on one link. Any number of them may work on the same outbox."""

    def __init__(self, *, database: Database, url: str) -> None:
        self._database = database
        self._service = database.service
        self._link = Link(url=url, name=f"{self._service}-relay", gathered_bytes=GATHERED_BYTES_OF_EVENTS)
        self._lane: Lane = self._link.lane("events", open_with=self._open)
        self._embedded = not url.startswith("amqp")
        self._began_at = datetime.now(UTC)
        # The broker refuses a message whose user is not the connection's own.
        user = None if self._embedded else urlsplit(url).username
        self._vouched = {"user_id": unquote(user)} if user else {}
        self._unconfirmed: dict[int, UUID] = {}
        self._refused: set[UUID] = set()
        self._lost: set[UUID] = set()
        self._last_tag = 0
        self._settled = Event()

    def start(self) -> None:
        self._link.start()

    def stop(self) -> None:
        self._link.stop()

    @property
    def is_up(self) -> bool:
        return self._link.is_up

    def publish_waiting(self) -> int:
        """Publish one batch; gives how many rows were taken. Raises BusDown or StoreDown, with the rows given back."""
        with self._database.noting() as connection:
            rows = outbox.claim(connection)
        if not rows:
            return 0
        failpoint("outbox.claimed")
        confirmed = self._publish(rows)
        failpoint("outbox.published")
        # What the broker refused keeps its claim until that expires: it must not stand before the others for ever.
        unpublished = [row["id"] for row in rows if row["id"] not in confirmed | self._refused]
        with self._database.noting() as connection:
            if confirmed:
                outbox.mark(connection, published=confirmed)
            if unpublished:
                outbox.release(connection, unpublished=unpublished)
        failpoint("outbox.marked")
        metrics.PUBLISHED.labels(self._service).inc(len(confirmed))
        metrics.RELAY_FAILURES.labels(self._service).inc(len(rows) - len(confirmed))
        if unpublished:
            raise BusDown(f"{len(unpublished)} events were not confirmed")
        return len(rows)

    def _publish(self, rows: list[Mapping[str, Any]]) -> set[UUID]:
        self._unconfirmed.clear()
        self._refused.clear()
        self._lost.clear()
        sent: set[UUID] = set()
        try:
            for row in rows:
                self._send(row)
                sent.add(row["id"])
        except BusDown as error:
            log.warning("publishing stopped", error=str(error))
        failpoint("outbox.sent")
        self._await_confirms()
        return sent - set(self._unconfirmed.values()) - self._refused - self._lost

    def _await_confirms(self) -> None:
        ends_at = monotonic() + CONFIRM_SECONDS_MAX
        while self._unconfirmed and monotonic() < ends_at:
            self._settled = Event()
            self._settled.wait(ends_at - monotonic())

    def _send(self, row: Mapping[str, Any]) -> None:
        if self._embedded:
            self._send_embedded(row)
            return
        if self._lane.channel is None:
            raise BusDown("the relay is not connected")
        self._last_tag += 1
        self._unconfirmed[self._last_tag] = row["id"]
        self._lane.publish(
            row["body"], exchange=row["exchange"], routing_key=row["routing_key"], content_type=CONTENT_TYPE,
            properties={"message_id": str(row["id"]), "delivery_mode": 2, **self._vouched}, mandatory=row["mandatory"],
        )  # fmt: skip

    def _send_embedded(self, row: Mapping[str, Any]) -> None:
        channel = self._lane.channel
        if channel is None:
            raise BusDown("the embedded bus is not up")
        if row["mandatory"] and not channel.has_route(row["exchange"], row["routing_key"]):
            self._refused.add(row["id"])
            return
        # What was told before this process began may have been at work when the last one ended.
        headers = {DELIVERIES_HEADER: 1} if row["created_at"] < self._began_at else {}
        self._lane.publish(
            row["body"], exchange=row["exchange"], routing_key=row["routing_key"], content_type=CONTENT_TYPE,
            headers=headers, properties={"message_id": str(row["id"])},
        )  # fmt: skip

    def _open(self, channel: Any) -> None:
        if self._embedded:
            return
        channel.confirm_select()
        channel.events["basic_ack"].add(self._on_confirm)
        channel.events["basic_nack"].add(self._on_refusal)
        channel.events["basic_return"].add(self._on_return)
        # Last, and without yielding: tags count from one on every channel. What the lost connection had not confirmed
        # may or may not be there, and is published again.
        self._lost.update(self._unconfirmed.values())
        self._unconfirmed.clear()
        self._last_tag = 0
        self._ring_if_settled()

    def _on_confirm(self, tag: int, multiple: bool) -> None:
        self._settle(tag, multiple)
        self._ring_if_settled()

    def _on_refusal(self, tag: int, multiple: bool) -> None:
        self._refused.update(self._settle(tag, multiple))
        self._ring_if_settled()

    def _settle(self, tag: int, multiple: bool) -> list[UUID]:
        """What the broker speaks of: one message, or all up to it."""
        tags = [known for known in self._unconfirmed if known <= tag] if multiple else [tag]
        return [self._unconfirmed.pop(known) for known in tags if known in self._unconfirmed]

    def _on_return(self, _: Any, __: str, routing_key: str, message: Any) -> None:
        log.error("event has no queue though a handler is declared: run the deployment step", event_name=routing_key)
        metrics.UNROUTED.labels(self._service).inc()
        self._refused.add(UUID(message.properties["message_id"]))

    def _ring_if_settled(self) -> None:
        if not self._unconfirmed and not self._settled.ready():
            self._settled.send(True)
