"""The floor under every event: one message published with confirm to a quorum queue and consumed, and nothing else.

The queue is declared as our event queues are; publisher and consumer have a connection each, as services have.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

import amqp

from chassis.bus import topology
from deploy.stack import StackProblem

QUEUE, SOURCE, EVENT = (
    topology.event_queue(source="bench", event="round", service="bench", method="on_round"),
    "bench",
    "round",
)
ROUND_SECONDS_MAX = 10.0
BODY_BYTES = 900


@dataclass
class Floor:
    """Rounds over one queue; what each took is kept, in seconds."""

    publisher: Any
    confirmed_seconds: list[float] = field(default_factory=list)
    consumed_seconds: list[float] = field(default_factory=list)
    _arrived: threading.Event = field(default_factory=threading.Event)
    _arrived_at: float = 0.0

    def round(self) -> None:
        """Publish one message, wait for its confirm and for its arrival. Raises StackProblem where it is lost."""
        message = amqp.Message("x" * BODY_BYTES, delivery_mode=2)
        self._arrived.clear()
        began = time.perf_counter()
        self.publisher.basic_publish_confirm(message, exchange=f"{SOURCE}.events", routing_key=EVENT)
        confirmed = time.perf_counter()
        if not self._arrived.wait(ROUND_SECONDS_MAX):
            raise StackProblem(f"A message to {QUEUE} did not arrive within {ROUND_SECONDS_MAX} s.")
        self.confirmed_seconds.append(confirmed - began)
        self.consumed_seconds.append(self._arrived_at - began)

    def forget(self) -> None:
        """Drop what was measured so far."""
        self.confirmed_seconds.clear()
        self.consumed_seconds.clear()

    def on_message(self, message: Any) -> None:
        """The consumer's side."""
        self._arrived_at = time.perf_counter()
        message.channel.basic_ack(message.delivery_tag)
        self._arrived.set()


@contextmanager
def open_floor(*, bus: str) -> Iterator[Floor]:
    """A queue with a consumer that listens while the block runs."""
    publishing, consuming = connected(bus), connected(bus)
    try:
        declaring = consuming.channel()
        topology.declare_parking(declaring, service=SOURCE)
        topology.declare_event_queue(declaring, queue=QUEUE, bound_to=[(SOURCE, EVENT)])
        channel = publishing.channel()
        channel.confirm_select()
        floor = Floor(publisher=channel)
        listening = consuming.channel()
        listening.basic_consume(QUEUE, callback=floor.on_message)
        stopping = threading.Event()
        reader = threading.Thread(target=_read, args=(consuming, stopping), daemon=True)
        reader.start()
        yield floor
        stopping.set()
        reader.join(ROUND_SECONDS_MAX)
    finally:
        for connection in (publishing, consuming):
            with suppress(OSError, amqp.AMQPError):
                connection.close()


def _read(connection: Any, stopping: threading.Event) -> None:
    while not stopping.is_set():
        with suppress(TimeoutError):
            connection.drain_events(timeout=0.2)


def connected(bus: str) -> Any:
    """A connection of the library's own, for whoever closes it."""
    parts = urlsplit(bus)
    connection = amqp.Connection(
        host=f"{parts.hostname}:{parts.port or 5672}",
        userid=unquote(parts.username or "guest"),
        password=unquote(parts.password or "guest"),
        virtual_host=unquote(parts.path[1:]) or "/",
    )
    connection.connect()
    return connection
