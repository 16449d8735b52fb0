"""Connections to a vendor, kept while they are in use. A request is written once, whatever happens to it.

Until a connection is open nothing can have been sent; from the first byte of a request on nobody knows, and it is not
repeated. A kept connection is used again only while it is young and silent, for a request on one that the vendor has
just closed would leave an outcome unknown for nothing.
"""

import select
import ssl
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from time import monotonic
from urllib.parse import urlsplit
from weakref import finalize

from chassis.errors import OutcomeUnknown, VendorDown
from services.notifications.providers.gate import Gate

IDLE_SECONDS_MAX = 2.0
KEPT_MAX = 40
ANSWER_BYTES_MAX = 256 * 1024


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a vendor answered; names of headers in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Connections:
    """The connections to one address, of any number of green threads."""

    def __init__(
        self, *, vendor: str, base_url: str, connect_seconds: float, read_seconds: float,
        elapsed: Callable[[], float] = monotonic,
    ) -> None:  # fmt: skip
        parts = urlsplit(base_url)
        self._vendor, self._path = vendor, parts.path.rstrip("/")
        self._host, self._port = parts.hostname or "", parts.port
        self._trusts = ssl.create_default_context() if parts.scheme == "https" else None
        self._connect_seconds, self._read_seconds = connect_seconds, read_seconds
        self._gate = Gate(vendor=vendor)
        self._elapsed = elapsed
        self._kept: deque[tuple[float, HTTPConnection]] = deque()
        finalize(self, _close_all, self._kept)

    def exchange(self, method: str, path: str, *, headers: Mapping[str, str], body: bytes) -> Answer:
        """One request and its answer. Raises VendorDown before the first byte, OutcomeUnknown from then on."""
        self._gate.enter()
        try:
            answer = self._exchanged(method, path, headers=headers, body=body)
        except OutcomeUnknown:
            self._gate.fell_silent()
            raise
        self._gate.answered(status=answer.status, headers=answer.headers)
        return answer

    def _exchanged(self, method: str, path: str, *, headers: Mapping[str, str], body: bytes) -> Answer:
        connection = self._kept_one() or self._opened()
        try:
            connection.request(method, self._path + path, body=body, headers=dict(headers))
            response = connection.getresponse()
            answer = _read(response)
        except (OSError, HTTPException, ValueError) as error:
            connection.close()
            raise OutcomeUnknown(f"{self._vendor}: {type(error).__name__} after the connection was open") from error
        except BaseException:
            connection.close()
            raise
        if response.will_close or not response.isclosed() or len(self._kept) >= KEPT_MAX:
            connection.close()
        else:
            self._kept.append((self._elapsed(), connection))
        return answer

    def _kept_one(self) -> HTTPConnection | None:
        while self._kept:
            since, connection = self._kept.pop()
            if self._elapsed() - since <= IDLE_SECONDS_MAX and not _has_spoken(connection):
                return connection
            connection.close()
        return None

    def _opened(self) -> HTTPConnection:
        connection = (
            HTTPConnection(self._host, self._port, timeout=self._connect_seconds)
            if self._trusts is None
            else HTTPSConnection(self._host, self._port, timeout=self._connect_seconds, context=self._trusts)
        )
        try:
            connection.connect()
        except (OSError, ValueError) as error:
            connection.close()
            raise VendorDown(f"{self._vendor}: no connection ({type(error).__name__})") from error
        connection.sock.settimeout(self._read_seconds)
        return connection


def _close_all(kept: deque[tuple[float, HTTPConnection]]) -> None:
    for _, connection in kept:
        connection.close()


def _read(response: HTTPResponse) -> Answer:
    """All of it. Raises HTTPException where it ends too early, or not at all."""
    body = response.read(ANSWER_BYTES_MAX)
    if response.length:
        raise HTTPException("the answer ended too early, or is too long")
    headers = {name.lower(): value for name, value in response.getheaders()}
    return Answer(status=response.status, headers=headers, body=body)


def _has_spoken(connection: HTTPConnection) -> bool:
    """Whether anything came on a connection at rest: its end, or an answer to nothing."""
    try:
        readable, _, _ = select.select([connection.sock], [], [], 0)
    except (OSError, ValueError):
        return True
    return bool(readable)
