"""Many open streams in one process: each a connection of its own, and when each event reached it."""

import json
import selectors
import socket
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from chassis.ids import new_id
from deploy.stack import StackProblem, StackRecord

OPEN_SECONDS_MAX = 60.0
TOKEN_SECONDS = 300
RECEIVED_BYTES = 65536
END = b"\n\n"


@dataclass(frozen=True)
class Heard:
    """One event at one client, and when its last byte was there."""

    name: str
    payment_id: str
    at: datetime


@dataclass(eq=False)
class Listener:
    """One client of the stream."""

    token: str
    connection: socket.socket
    is_open: bool = False
    received: bytes = b""


@dataclass
class Listeners:
    """The clients of one gateway; a thread of their own reads them."""

    port: int
    heard: list[Heard] = field(default_factory=list)
    ended: int = 0
    refused: int = 0
    _selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)
    _listeners: list[Listener] = field(default_factory=list)
    _is_done: bool = False

    def open(self, tokens: Sequence[str]) -> float:
        """Open a stream for each token; gives the seconds until all were told `ready`. Raises StackProblem."""
        began = time.monotonic()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        for token in tokens:
            listener = Listener(token, self._connected(token))
            self._listeners.append(listener)
            self._selector.register(listener.connection, selectors.EVENT_READ, listener)
        while self.opened < len(tokens):
            if time.monotonic() - began > OPEN_SECONDS_MAX:
                raise StackProblem(f"Of {len(tokens)} streams {self.opened} were open after {OPEN_SECONDS_MAX:.0f} s.")
            time.sleep(0.02)
        return time.monotonic() - began

    @property
    def opened(self) -> int:
        return sum(listener.is_open for listener in self._listeners)

    def close(self) -> None:
        self._is_done = True
        self._thread.join(5)
        for listener in self._listeners:
            listener.connection.close()

    def _connected(self, token: str) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        head = f"GET /v1/stream HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nAuthorization: Bearer {token}\r\n\r\n"
        connection.sendall(head.encode())
        connection.setblocking(False)
        return connection

    def _come_back(self, listener: Listener) -> None:
        """A client that is refused tries again."""
        self.refused += 1
        self._selector.unregister(listener.connection)
        listener.connection.close()
        listener.connection, listener.received = self._connected(listener.token), b""
        self._selector.register(listener.connection, selectors.EVENT_READ, listener)

    def _read(self) -> None:
        while not self._is_done:
            for key, _ in self._selector.select(0.2):
                self._take_in(key.data)

    def _take_in(self, listener: Listener) -> None:
        with suppress(BlockingIOError):
            arrived = listener.connection.recv(RECEIVED_BYTES)
            if not arrived:
                self._selector.unregister(listener.connection)
                self.ended += 1
                return
            at = datetime.now(UTC)
            if not listener.is_open and not listener.received and b" 200 " not in arrived[:16]:
                self._come_back(listener)
                return
            *frames, listener.received = (listener.received + arrived).split(END)
            for frame in frames:
                self._hear(listener, frame, at)

    def _hear(self, listener: Listener, frame: bytes, at: datetime) -> None:
        lines = dict(line.split(b": ", 1) for line in frame.splitlines() if line.startswith((b"event: ", b"data: ")))
        name = lines.get(b"event", b"").decode()
        listener.is_open = listener.is_open or name == "ready"
        if name.startswith("payment_"):
            data: dict[str, Any] = json.loads(lines[b"data"])
            self.heard.append(Heard(name, data["payment_id"], at))


def tokens_for(record: StackRecord, *, accounts: Sequence[str]) -> list[str]:
    """A person each, who may see that one account: signed with the stack's own key, as identity would."""
    from pathlib import Path

    from services.identity.providers import Keyring

    keyring, now = Keyring(folder=Path(record.keys), issuer=record.url), datetime.now(UTC)
    return [
        keyring.access_token(
            now=now, lives_seconds=TOKEN_SECONDS, user_id=new_id(at=now), role="customer",
            accounts=[{"account_id": UUID(account), "role": "borrower"}], session_id=new_id(at=now), proven_at=now,
        )
        for account in accounts
    ]  # fmt: skip
