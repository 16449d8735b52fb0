"""A gateway alone in a process, and clients of it that say what no HTTP library would."""

import json
import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from tests.fixtures.ports import free_port
from tests.fixtures.processes import HostedProcess, eventually

PATIENCE_SECONDS = 20.0
GOOD = b"GET /health/live HTTP/1.1\r\nHost: a\r\nX-Request-Id: good\r\n\r\n"


@dataclass(frozen=True)
class Answer:
    """One answer as it came over the wire. `rest` is what came after it."""

    status: int
    headers: Mapping[str, str]
    content: bytes
    rest: bytes

    @property
    def problem(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.content)
        return found


class Door:
    """The gateway's process as an attacker meets it."""

    def __init__(self, process: HostedProcess, port: int) -> None:
        self.process, self.port = process, port

    def connect(self, *, receive_bytes: int | None = None) -> socket.socket:
        client = socket.socket()
        if receive_bytes is not None:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        client.settimeout(PATIENCE_SECONDS)
        client.connect(("127.0.0.1", self.port))
        return client

    def say(self, *pieces: bytes, and_hang_up: bool = False) -> bytes:
        """All that comes back until the door closes; fails with TimeoutError where it does not."""
        with closing(self.connect()) as client:
            for piece in pieces:
                try:
                    client.sendall(piece)
                except (BrokenPipeError, ConnectionResetError):
                    break
            if and_hang_up:
                client.shutdown(socket.SHUT_WR)
            return read_to_the_end(client)

    def is_good(self) -> bool:
        """Does it answer a good request?"""
        answer = requests.get(f"http://127.0.0.1:{self.port}/health/live", timeout=PATIENCE_SECONDS)
        return answer.status_code == 200 and answer.json() == {"status": "ok"}

    def is_open(self) -> bool:
        """Is a request let in that takes a place among those in hand? Who has not signed in is then told so."""
        answer = requests.get(f"http://127.0.0.1:{self.port}/v1/accounts", timeout=PATIENCE_SECONDS)
        return answer.status_code == 401

    def resident_kilobytes(self) -> int:
        status = Path(f"/proc/{self.process.process.pid}/status").read_text()
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))

    def open_files(self) -> int:
        return len(os.listdir(f"/proc/{self.process.process.pid}/fd"))


@contextmanager
def an_open_door(*, database_url: str, keys_folder: Path, **settings: str) -> Iterator[Door]:
    """A gateway with its database and nobody behind it: what is asked here needs no service."""
    port = free_port()
    environment = {
        "HTTP_PORT": str(port), "KEYS_DIR": str(keys_folder), "GATEWAY_DATABASE_URL": database_url,
        "REGISTRATIONS_PER_MINUTE": "100000", **settings,
    }  # fmt: skip
    process = HostedProcess(["chassis.host", "gateway.service:GatewayService"], environment=environment)
    door = Door(process, port)
    try:
        eventually(door.is_good, seconds=30, describe=process.output)
        yield door
    finally:
        process.kill()


def read_to_the_end(client: socket.socket) -> bytes:
    found = b""
    try:
        while piece := client.recv(65536):
            found += piece
    except ConnectionResetError:
        return found
    return found


def answers_in(text: bytes, *, is_head: bool = False) -> list[Answer]:
    """What came back, taken apart by the rules for clients; a reader that is led astray fails here."""
    found = []
    while text:
        head, separator, rest = text.partition(b"\r\n\r\n")
        assert separator, f"half a head: {text[:200]!r}"
        line, *fields = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (field.partition(":") for field in fields)}
        status = int(line.split(" ")[1])
        length = 0 if is_head or status in (100, 204, 304) else int(headers["content-length"])
        found.append(Answer(status, headers, rest[:length], rest[length:]))
        assert len(rest) >= length
        text = rest[length:]
    return found
