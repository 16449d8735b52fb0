"""A link: one kept connection to the broker, one green thread that reads it, any number that write.

A lane is a channel on the link with its own set-up (limit, consume, confirm), opened again on every reconnect.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any
from uuid import uuid4

import eventlet
from amqp.exceptions import AMQPError
from eventlet.event import Event
from kombu import Connection
from kombu.exceptions import KombuError

from chassis import logs
from chassis.bus import embedded, wire
from chassis.errors import BusDown

CONNECTION_FAULTS = (OSError, AMQPError, KombuError, AttributeError, EOFError)
RECONNECT_SECONDS_MAX = 5.0
HEARTBEAT_SECONDS = 10
OPEN_SECONDS_MAX = 10.0
# As long as the broker itself waits for a handshake: a busy one, with hundreds of queues just declared, needs seconds.
HANDSHAKE_SECONDS_MAX = 10.0
CONTENT_TYPE_JSON = "application/json"

log = logs.logger(__name__)


class Lane:
    """A channel of a link. `open_with(channel)` prepares it, once per connection, before anything is read."""

    def __init__(self, *, link: "Link", name: str, open_with: Callable[[Any], None]) -> None:
        self.name = name
        self._link = link
        self._open_with = open_with
        self.channel: Any = None
        self.is_closing = False
        self.is_paused = False
        self._queue = ""
        self._on_message: Callable[[Any, Any], None] = lambda _, __: None
        self._consumer_tag: str | None = None

    @property
    def has_dead_letters(self) -> bool:
        """The bus inside one process forgets what is discarded."""
        return not hasattr(self.channel, "has_route")

    def consume(self, queue: str, *, on_message: Callable[[Any, Any], None]) -> None:
        """Read a queue on every connection, while the lane is not paused; call before the link starts."""
        self._queue, self._on_message = queue, on_message

    def open(self, connection: Any) -> None:
        channel = connection.channel()
        self._consumer_tag = None
        self._open_with(channel)
        self.channel = channel

    def begin(self) -> None:
        """Consume, once every lane of the link is open: the first message may need another lane for its answer."""
        is_free = not self.is_paused and self._consumer_tag is None
        if self._queue and is_free and self.channel is not None:
            self._consume_on(self.channel, nowait=False)

    def close(self) -> None:
        self.channel = None

    def cancel(self) -> None:
        """Take no more messages: what is at work ends, what waits stays with the broker."""
        self.is_closing = True
        self._stop_consuming()

    def pause(self) -> None:
        """Take no more messages for now, on this connection and on those that follow."""
        if not self.is_paused:
            self.is_paused = True
            self._stop_consuming()

    def resume(self) -> None:
        """Take messages again."""
        if not self.is_paused or self.is_closing:
            return
        self.is_paused = False
        if self.channel is None:
            return
        try:
            with _connection_faults_as_bus_down():
                self._consume_on(self.channel, nowait=True)
        except BusDown:
            log.info("the next connection consumes", lane=self.name)

    def _consume_on(self, channel: Any, *, nowait: bool) -> None:
        """`nowait` where the link's reader runs: two may not wait on one connection."""
        tag = f"{self._queue}-{uuid4().hex[:12]}"
        self._consumer_tag = tag
        options = {}
        callback = partial(self._on_message, channel)
        if nowait and not hasattr(channel, "has_route"):
            options["nowait"] = True
            # The library notes it only after sending, and the first message may be faster.
            channel.callbacks[tag] = callback
        channel.basic_consume(queue=self._queue, no_ack=False, consumer_tag=tag, callback=callback, **options)

    def _stop_consuming(self) -> None:
        channel, tag = self.channel, self._consumer_tag
        if channel is None or tag is None:
            return
        self._consumer_tag = None
        options = {} if hasattr(channel, "has_route") else {"nowait": True}
        try:
            with _connection_faults_as_bus_down():
                channel.basic_cancel(tag, **options)
        except BusDown:
            log.info("nothing to cancel, the connection is gone", lane=self.name)

    def publish(
        self, body: str | bytes, *, exchange: str, routing_key: str, content_type: str = CONTENT_TYPE_JSON,
        headers: Mapping[str, Any] | None = None, properties: Mapping[str, Any] | None = None, mandatory: bool = False,
    ) -> None:  # fmt: skip
        """Hand one message to the broker, without waiting for a confirm. Raises BusDown."""
        channel = self.channel
        if channel is None:
            raise BusDown(f"{self.name} is not connected")
        message = channel.prepare_message(
            body,
            content_type=content_type,
            content_encoding="utf-8",
            headers=dict(headers or {}),
            properties=dict(properties or {}),
        )
        with _connection_faults_as_bus_down():
            channel.basic_publish(message, exchange=exchange, routing_key=routing_key, mandatory=mandatory)

    def acknowledge(self, message: Any) -> None:
        """Take a message off its queue; on a connection that is gone, the broker delivers it again instead."""
        if message.channel is not self.channel:
            return
        try:
            with _connection_faults_as_bus_down():
                message.channel.basic_ack(message.delivery_tag)
        except BusDown:
            log.warning("acknowledgement lost, the message will come again", lane=self.name)

    def discard(self, message: Any) -> None:
        """Reject without requeue: the broker moves it to the queue's dead letters."""
        try:
            with _connection_faults_as_bus_down():
                message.channel.basic_reject(message.delivery_tag, requeue=False)
        except BusDown:
            log.warning("rejection lost, the message will come again", lane=self.name)


class Link:
    """One connection that is kept up until it is stopped. `on_loss` is called whenever it was up and is no more."""

    def __init__(
        self, *, url: str, name: str, on_loss: Callable[[], None] = lambda: None,
        gathered_bytes: int = wire.GATHERED_BYTES,
    ) -> None:  # fmt: skip
        self._url = url
        self._gathered_bytes = gathered_bytes
        self.name = name
        self._on_loss = on_loss
        self._lanes: list[Lane] = []
        self._connection: Any = None
        self._stopping = False
        self._thread: Any = None
        self._connected = Event()

    def lane(self, name: str, *, open_with: Callable[[Any], None]) -> Lane:
        """Add a lane; call before `start`."""
        lane = Lane(link=self, name=f"{self.name}.{name}", open_with=open_with)
        self._lanes.append(lane)
        return lane

    def start(self) -> None:
        self._thread = eventlet.spawn(self._keep_up)

    def wait_until_up(self, *, timeout_seconds: float) -> bool:
        return bool(self._connected.wait(timeout_seconds))

    @property
    def is_up(self) -> bool:
        """Connected, every lane open, and somebody reading."""
        return self._connected.ready() and self._thread is not None and not self._thread.dead

    def stop(self) -> None:
        self._stopping = True
        if self._thread is not None:
            self._thread.kill()
        self._drop()

    def _keep_up(self) -> None:
        pause = 0.2
        while not self._stopping:
            try:
                self._connect()
                pause = 0.2
                self._read()
            except Exception as error:
                if not isinstance(error, CONNECTION_FAULTS):
                    log.exception("reading failed, the connection is made anew", link=self.name)
                log.warning("bus connection lost", link=self.name, error=type(error).__name__)
                self._drop()
                eventlet.sleep(pause)
                pause = min(pause * 2, RECONNECT_SECONDS_MAX)

    def _connect(self) -> None:
        connection = Connection(self._url, heartbeat=HEARTBEAT_SECONDS, connect_timeout=3, **self._how())
        connection.connect()
        self._connection = connection
        # The heartbeats are looked at by the reader, which does not run yet.
        with eventlet.Timeout(OPEN_SECONDS_MAX, OSError("the broker did not open our channels in time")):
            for lane in self._lanes:
                lane.open(connection)
            for lane in self._lanes:
                lane.begin()
        if not self._connected.ready():
            self._connected.send(True)

    def _how(self) -> dict[str, Any]:
        if self._url.startswith(embedded.SCHEME):
            return {}
        shown = {
            "connection_name": f"captive {self.name}",
            "capabilities": {"consumer_cancel_notify": True, "authentication_failure_close": True},
        }
        options = {"client_properties": shown, "gathered_bytes": self._gathered_bytes}
        return {"transport": wire.Transport, "transport_options": options}

    def _read(self) -> None:
        connection = self._connection
        while not self._stopping:
            try:
                connection.drain_events(timeout=HEARTBEAT_SECONDS / 4)
            except TimeoutError:
                if connection.supports_heartbeats:
                    connection.heartbeat_check()

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        for lane in self._lanes:
            lane.close()
        if self._connected.ready():
            self._connected = Event()
            self._on_loss()
        if connection is None:
            return
        try:
            with eventlet.Timeout(2, OSError("close took too long")):
                connection.close()
        except CONNECTION_FAULTS as error:
            log.info("connection closed roughly", link=self.name, error=type(error).__name__)


@contextmanager
def open_channel(url: str, *, heartbeat_seconds: float = 0) -> Iterator[Any]:
    """A channel for a piece of work outside any service, such as declaring queues. Raises BusDown.

    Who asks for heartbeats calls `heartbeat_tick` of the channel's connection, twice in that time or more often.
    """
    options = {} if url.startswith(embedded.SCHEME) else {"frame_handler": wire.forgiving_frames}
    try:
        with (
            Connection(
                url, connect_timeout=HANDSHAKE_SECONDS_MAX, heartbeat=heartbeat_seconds, transport_options=options
            ) as connection,
            connection.channel() as channel,
        ):
            yield channel
    except CONNECTION_FAULTS as error:
        raise BusDown(f"{type(error).__name__}: {error}") from error


@contextmanager
def _connection_faults_as_bus_down() -> Iterator[None]:
    try:
        yield
    except CONNECTION_FAULTS as error:
        raise BusDown(type(error).__name__) from error
