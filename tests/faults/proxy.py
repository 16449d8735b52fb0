"""A wire between a client and a server that a test can hold or cut; it knows no protocol (AMQP and PostgreSQL alike).

    with Proxy(broker_url) as wire:
        start(bus=wire.url(broker_url))
        wire.hold()     # a black hole: connections stay open, new ones are accepted, nothing passes either way
        wire.flow()     # what was held arrives late, but arrives
        wire.cut()      # open connections are reset, new ones are refused, until flow()

`hold(toward="client")` holds only the answers, so that a request is carried out and its confirmation is lost;
`reset()` resets what is open and lets new connections through. Each order has taken effect when it returns.
"""

import select
import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Literal, Self
from urllib.parse import urlsplit, urlunsplit

USUAL_PORTS = {"amqp": 5672, "postgresql": 5432}
CHUNK_BYTES = 65_536
ORDER_SECONDS_MAX = 5.0
LOOK_SECONDS = 0.2
Side = Literal["client", "server"]


class Proxy:
    """One thread carries the bytes of every connection; orders are carried out by that thread too."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._server = (parts.hostname or "127.0.0.1", parts.port or USUAL_PORTS[parts.scheme.partition("+")[0]])
        self._pairs: list[_Pair] = []
        self._held: set[Side] = set()
        self._orders: list[tuple[Callable[[], None], threading.Event]] = []
        self._is_open = True
        self._bell, self._ring = socket.socketpair()
        self._listener: socket.socket | None = _listen(0)
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._carry, name=f"proxy to {self._server}", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def url(self, url: str) -> str:
        """The same address through this wire."""
        parts = urlsplit(url)
        credentials, at, _ = parts.netloc.rpartition("@")
        return urlunsplit(parts._replace(netloc=f"{credentials}{at}127.0.0.1:{self.port}"))

    @property
    def connections(self) -> int:
        """How many are open now."""
        return len(self._pairs)

    def hold(self, *, toward: Side | None = None) -> None:
        self._order(lambda: self._held.update([toward] if toward else ["client", "server"]))

    def flow(self) -> None:
        def order() -> None:
            self._held.clear()
            self._listener = self._listener or _listen(self.port)

        self._order(order)

    def cut(self) -> None:
        def order() -> None:
            self._refuse()
            self._reset()

        self._order(order)

    def reset(self) -> None:
        self._order(self._reset)

    def close(self) -> None:
        def order() -> None:
            self._refuse()
            self._reset()
            self._is_open = False

        if self._thread.is_alive():
            self._order(order)
            self._thread.join(ORDER_SECONDS_MAX)
            self._bell.close()
            self._ring.close()

    def _order(self, order: Callable[[], None]) -> None:
        done = threading.Event()
        self._orders.append((order, done))
        self._ring.send(b"!")
        assert done.wait(ORDER_SECONDS_MAX), "the wire did not take the order"

    def _carry(self) -> None:
        while self._is_open:
            reading = [self._bell, *([self._listener] if self._listener else [])]
            reading += [end for pair in self._pairs for end in pair.readable(self._held)]
            writing = [end for pair in self._pairs for end in pair.writable(self._held)]
            ready, _, _ = select.select(reading, writing, [], LOOK_SECONDS)
            if self._listener in ready:
                self._accept()
            for pair in list(self._pairs):
                if not pair.carry({*ready}, self._held):
                    self._pairs.remove(pair)
            if self._bell in ready:
                self._bell.recv(CHUNK_BYTES)
            while self._orders:
                order, done = self._orders.pop(0)
                order()
                done.set()

    def _accept(self) -> None:
        assert self._listener is not None
        client, _ = self._listener.accept()
        try:
            server = socket.create_connection(self._server, timeout=2)
        except OSError:
            _reset(client)
        else:
            self._pairs.append(_Pair(client=client, server=server))

    def _refuse(self) -> None:
        if self._listener is not None:
            self._listener.close()
            self._listener = None

    def _reset(self) -> None:
        for pair in self._pairs:
            pair.reset()
        self._pairs.clear()


class _Pair:
    """The two ends of one connection and what is on its way to each."""

    def __init__(self, *, client: socket.socket, server: socket.socket) -> None:
        self._ends: dict[Side, socket.socket] = {"client": client, "server": server}
        self._under_way: dict[Side, bytes] = {"client": b"", "server": b""}
        for end in self._ends.values():
            end.setblocking(False)
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def readable(self, held: set[Side]) -> list[socket.socket]:
        """The ends to read from: not while the other side is held, nor while it has not taken what came before."""
        waits = {side for side in self._ends if side in held or self._under_way[side]}
        return [end for side, end in self._ends.items() if _other(side) not in waits]

    def writable(self, held: set[Side]) -> list[socket.socket]:
        """The ends that something is on its way to."""
        return [end for side, end in self._ends.items() if self._under_way[side] and side not in held]

    def carry(self, ready: set[socket.socket], held: set[Side]) -> bool:
        """Whether the connection is still open; it ends for both when it ends for one."""
        try:
            for side, end in self._ends.items():
                if end in ready:
                    self._under_way[_other(side)] = end.recv(CHUNK_BYTES)
                    if not self._under_way[_other(side)]:
                        raise ConnectionAbortedError
            for end in self.writable(held):
                toward: Side = "client" if end is self._ends["client"] else "server"
                with suppress(BlockingIOError):
                    self._under_way[toward] = self._under_way[toward][end.send(self._under_way[toward]) :]
        except OSError:
            for end in self._ends.values():
                end.close()
            return False
        return True

    def reset(self) -> None:
        for end in self._ends.values():
            _reset(end)


def _other(side: Side) -> Side:
    return "server" if side == "client" else "client"


def _listen(port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(128)
    return listener


def _reset(end: socket.socket) -> None:
    """Close it so that the other side sees a reset, not an orderly end."""
    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    end.close()
