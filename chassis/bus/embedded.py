"""The bus inside one process: kombu's in-memory transport, with a bell instead of polling.

A put rings the bell of exactly those connections that consume the queue. Nothing outside the process can reach it, and
it forgets on exit: the outbox knows how far it had been drained and publishes the rest again.
"""

from collections import defaultdict, deque
from queue import Empty
from time import monotonic
from typing import Any, ClassVar

import eventlet
from eventlet.event import Event
from kombu.transport import TRANSPORT_ALIASES, memory, virtual

SCHEME = "embedded"


class Bell:
    """Wakes whoever waits; a ring with nobody waiting is remembered."""

    def __init__(self) -> None:
        self._event = Event()

    def ring(self) -> None:
        if not self._event.ready():
            self._event.send(True)

    def wait(self, timeout_seconds: float | None) -> bool:
        """True when rung, False when the time ran out."""
        rung = self._event.wait(timeout_seconds) is True
        if self._event.ready():
            self._event = Event()
        return rung


class Channel(memory.Channel):
    """An in-memory channel that tells the right connections about new messages."""

    queues: ClassVar[dict[str, Any]] = {}
    listeners: ClassVar[dict[str, set[Bell]]] = defaultdict(set)
    body_encoding = None

    def _new_queue(self, queue: str, **_: Any) -> None:
        self.queues.setdefault(queue, _Waiting())

    def _queue_for(self, queue: str) -> Any:
        return self.queues.setdefault(queue, _Waiting())

    def _put(self, queue: str, message: Any, **_: Any) -> None:
        self._queue_for(queue).put(message)
        for bell in self.listeners[queue]:
            bell.ring()

    def basic_publish(self, message: dict[str, Any], exchange: str, routing_key: str, **options: Any) -> Any:
        message["properties"]["content_type"] = message.get("content-type")
        options.pop("mandatory", None)
        return super().basic_publish(message, exchange, routing_key, **options)

    def basic_consume(self, queue: str, no_ack: bool, callback: Any, consumer_tag: str, **options: Any) -> Any:
        self.listeners[queue].add(self.connection.bell)
        return super().basic_consume(queue, no_ack, callback, consumer_tag, **options)

    def basic_cancel(self, consumer_tag: str) -> Any:
        queue = self._tag_to_queue.get(consumer_tag)
        result = super().basic_cancel(consumer_tag)
        self.listeners[queue].discard(self.connection.bell)
        return result

    def basic_ack(self, delivery_tag: str, multiple: bool = False) -> Any:
        result = super().basic_ack(delivery_tag, multiple)
        if self.connection is not None:
            self.connection.bell.ring()
        return result

    def has_route(self, exchange: str, routing_key: str) -> bool:
        """Would a message be put anywhere?"""
        return bool(self._lookup(exchange, routing_key))

    def close(self) -> None:
        # What was handed over and not acknowledged goes back, so that the bus does not count as drained.
        if self._qos is not None:
            self._qos.restore_unacked()
        virtual.Channel.close(self)


class _Waiting:
    """A queue of waiting messages: what kombu's memory channel needs of queue.Queue, without its locks."""

    def __init__(self) -> None:
        self.queue: deque[Any] = deque()

    def put(self, message: Any) -> None:
        self.queue.append(message)

    def get(self, block: bool = False) -> Any:  # noqa: ARG002 - queue.Queue's signature
        if not self.queue:
            raise Empty
        return self.queue.popleft()

    def qsize(self) -> int:
        return len(self.queue)


class Transport(memory.Transport):
    """Connections that sleep until a message or an acknowledgement concerns them."""

    Channel = Channel
    global_state = virtual.BrokerState()
    open_transports: ClassVar[set["Transport"]] = set()

    def __init__(self, client: Any, **options: Any) -> None:
        super().__init__(client, **options)
        self.bell = Bell()
        self.open_transports.add(self)

    def close_connection(self, connection: Any) -> None:
        self.open_transports.discard(self)
        super().close_connection(connection)
        for listeners in Channel.listeners.values():
            listeners.discard(self.bell)

    def drain_events(self, connection: Any, timeout: float | None = None) -> Any:  # noqa: ARG002 - kombu's signature
        ends_at = None if timeout is None else monotonic() + timeout
        while True:
            try:
                self.cycle.get(self._deliver)
                eventlet.sleep(0)
                return
            except Empty:
                left = None if ends_at is None else ends_at - monotonic()
                if left is not None and left <= 0:
                    raise TimeoutError from None
                self.bell.wait(left)


def is_drained() -> bool:
    """Is nothing queued and nothing unacknowledged, anywhere in this process?"""
    if any(waiting.qsize() for waiting in Channel.queues.values()):
        return False
    channels = [channel for transport in Transport.open_transports for channel in transport.channels]
    return not any(len(channel.qos._delivered) - len(channel.qos._dirty) for channel in channels)


def forget_everything() -> None:
    """As after a restart of the process; for tests."""
    Channel.queues.clear()
    Channel.listeners.clear()
    Transport.global_state.clear()


TRANSPORT_ALIASES[SCHEME] = "chassis.bus.embedded:Transport"
