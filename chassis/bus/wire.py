"""The wire to RabbitMQ: kombu's transport, reading and writing whole batches where the library makes calls per frame.

What several green threads write in one turn of the event loop leaves in one call, in order, so no writer ever waits for
a broker that does not read. Nobody hears of a write that failed: the connection is then cut, which its reader notices;
events have their confirms, calls their deadline, and an acknowledgement that was lost is a message that comes again.
"""

import socket
from collections.abc import Callable
from time import monotonic
from typing import Any

import eventlet
from amqp.method_framing import frame_handler
from amqp.transport import SSLTransport, TCPTransport
from eventlet.event import Event
from kombu.transport import pyamqp

from chassis import logs

WRITE_SECONDS_MAX = 3.0
READ_BYTES = 16_384
# About eight calls. Measured with 32 callers: 1.7 times the answers of a single write for each turn, less above that.
GATHERED_BYTES = 2_500
# Where nobody waits for an answer, the fewer writes the better.
GATHERED_BYTES_OF_EVENTS = 32_768
# A message's header frame: its number, what stands before the properties, and the flags of a message without any.
HEADER_FRAME, HEADER_BYTES, NO_PROPERTIES = 2, 12, b"\0\0"

log = logs.logger(__name__)


class Outgoing:
    """What waits to be written to one socket; a green thread of its own writes it.

    Where `send_some` is given (it gives how many bytes the socket took without waiting), much that has gathered leaves
    before the turn ends: whoever reads it works meanwhile, instead of after us.
    """

    def __init__(
        self, *, send: Callable[[bytes], Any], cut: Callable[[], None], send_some: Callable[[bytes], int] | None = None,
        gathered_bytes: int = GATHERED_BYTES,
    ) -> None:  # fmt: skip
        self._send = send
        self._send_some = send_some
        self._gathered_bytes = gathered_bytes
        self._cut = cut
        self._waiting = bytearray()
        self._bell = Event()
        self._writing_since: float | None = None
        self._is_watched = False
        self._thread = eventlet.spawn(self._write_all)

    def add(self, data: bytes) -> None:
        """Take bytes to be written; they are copied."""
        self._waiting += data
        if len(self._waiting) >= self._gathered_bytes and self._send_some is not None and self._writing_since is None:
            self._send_without_waiting(self._send_some)
        if self._waiting and not self._bell.ready():
            self._bell.send(True)

    def close(self) -> None:
        self._thread.kill()

    def _send_without_waiting(self, send_some: Callable[[bytes], int]) -> None:
        try:
            del self._waiting[: send_some(bytes(self._waiting))]
        except OSError as error:
            # Full, or gone: the writer waits for the one and meets the other.
            log.debug("the socket takes nothing now", error=type(error).__name__)

    def _write_all(self) -> None:
        while True:
            self._bell.wait()
            data, self._waiting, self._bell = bytes(self._waiting), bytearray(), Event()
            if not data:
                continue
            self._writing_since = monotonic()
            self._watch()
            try:
                self._send(data)
            except OSError as error:
                log.info("the socket takes no more", error=type(error).__name__)
                self._cut()
                return
            self._writing_since = None

    def _watch(self) -> None:
        """One timer for however many writes: it only looks whether one of them hangs."""
        if not self._is_watched:
            self._is_watched = True
            eventlet.spawn_after(WRITE_SECONDS_MAX, self._look)

    def _look(self) -> None:
        self._is_watched = False
        if self._writing_since is None:
            return
        if monotonic() - self._writing_since >= WRITE_SECONDS_MAX:
            log.warning("the broker does not take our writes, connection cut")
            self._cut()
        else:
            self._watch()


class _Gathering:
    """What our two transports do otherwise than the library's."""

    sock: Any
    gathered_bytes = GATHERED_BYTES
    _outgoing: Outgoing | None = None

    def _setup_transport(self) -> None:
        super()._setup_transport()  # type: ignore[misc]
        self._outgoing = Outgoing(
            send=self._write, cut=self.cut, send_some=self._find_send_some(), gathered_bytes=self.gathered_bytes
        )
        self._write: Callable[[bytes], Any] = self._outgoing.add

    def _find_send_some(self) -> Callable[[bytes], int] | None:
        return None

    def close(self) -> None:
        super().close()  # type: ignore[misc]
        if self._outgoing is not None:
            self._outgoing.close()

    def cut(self) -> None:
        """End both directions now; whoever reads is told."""
        if self.sock is not None:
            try:
                self.sock.shutdown(socket.SHUT_RDWR)
            except OSError as error:
                log.info("the socket was closed already", error=type(error).__name__)


class PlainTransport(_Gathering, TCPTransport):
    """TCP. The library asks the socket for exactly the bytes of each part of each frame; this takes what is there."""

    def _setup_transport(self) -> None:
        super()._setup_transport()
        receive = self.sock.recv
        self._quick_recv = lambda wanted: receive(max(wanted, READ_BYTES))

    def _find_send_some(self) -> Callable[[bytes], int] | None:
        # Under the green socket lies one that never waits.
        send: Callable[[bytes], int] = self.sock.fd.send
        return send


class SecureTransport(_Gathering, SSLTransport):
    """TLS."""


class Connection(pyamqp.Connection):
    """A connection on our transports, read by one green thread alone; `gathered_bytes` leave before a turn ends."""

    def __init__(self, *arguments: Any, gathered_bytes: int = GATHERED_BYTES, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._gathered_bytes = gathered_bytes

    def connect(self, callback: Any = None) -> Any:
        self.frame_handler_cls = forgiving_frames
        connected = super().connect(callback)
        # Where it is true the library reads the socket before each publishing, beside the reader, and takes its frames.
        self.client_properties["capabilities"]["connection.blocked"] = False
        return connected

    def Transport(  # noqa: N802 - the library's name
        self, host: str, connect_timeout: float, ssl: Any = False, read_timeout: float | None = None,
        write_timeout: float | None = None, socket_settings: Any = None, **options: Any,
    ) -> Any:  # fmt: skip
        chosen = SecureTransport if ssl else PlainTransport
        options |= {"read_timeout": read_timeout, "write_timeout": write_timeout, "socket_settings": socket_settings}
        transport = chosen(host, connect_timeout=connect_timeout, ssl=ssl, **options)
        transport.gathered_bytes = self._gathered_bytes
        return transport

    def cut(self) -> None:
        """End the connection without a word."""
        if self._transport is not None:
            self._transport.cut()


def forgiving_frames(connection: Any, callback: Callable[..., None]) -> Callable[[Any], bool]:
    """Reads frames as the library does, but message properties that it cannot read count as none.

    The broker passes on what it was given, such as a time that no calendar has; a connection that ends on it is given
    the same message again, for ever.
    """
    on_frame = frame_handler(connection, callback)

    def read(frame: tuple[int, int, Any]) -> bool:
        try:
            return bool(on_frame(frame))
        except Exception as error:
            kind, number, buffer = frame
            if kind != HEADER_FRAME:
                raise
            log.warning("unreadable message properties count as none", error=type(error).__name__)
            return bool(on_frame((kind, number, bytes(buffer[:HEADER_BYTES]) + NO_PROPERTIES)))

    return read


class Transport(pyamqp.Transport):
    """For kombu's `Connection(transport=…)`."""

    Connection = Connection
