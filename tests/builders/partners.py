"""A partner's system: a real server on loopback that verifies what it gets with the official library."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ssl import SSLContext
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError

ANSWER_SECONDS_MAX = 20


@dataclass(frozen=True)
class Arrival:
    """One request as it came."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    def verified_with(self, secret: str) -> Any:
        """What the official library reads; None where it refuses."""
        try:
            return Webhook(secret).verify(self.body, dict(self.headers))
        except WebhookVerificationError:
            return None


@dataclass
class Partner:
    """Answers with `statuses` in turn, then 204; `before_answer` may hold an answer back."""

    url: str = ""
    statuses: list[int] = field(default_factory=list)
    location: str = ""
    retry_after: str = ""
    before_answer: Callable[[], Any] = lambda: None
    arrivals: list[Arrival] = field(default_factory=list)
    at_once: int = 0
    at_once_most: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def ids(self) -> list[str]:
        return [arrival.id for arrival in self.arrivals]

    def take(self, arrival: Arrival) -> int:
        with self._lock:
            self.arrivals.append(arrival)
            status = self.statuses.pop(0) if self.statuses else 204
            self.at_once += 1
            self.at_once_most = max(self.at_once_most, self.at_once)
        try:
            self.before_answer()
        finally:
            with self._lock:
                self.at_once -= 1
        return status


class _Handler(BaseHTTPRequestHandler):
    partner: Partner

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        status = self.partner.take(Arrival(self.path, headers, body))
        self.send_response(status)
        if self.partner.location:
            self.send_header("Location", self.partner.location)
        if self.partner.retry_after and status >= HTTPStatus.BAD_REQUEST:
            self.send_header("Retry-After", self.partner.retry_after)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *arguments: Any) -> None:
        """Quiet: what arrives is kept as data."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that hangs up, or a handshake that fails, is part of the tests."""


@contextmanager
def a_partner(*, tls: SSLContext | None = None, host: str = "127.0.0.1") -> Iterator[Partner]:
    """A partner who listens while the block runs."""
    partner = Partner()
    server = _Server((host, 0), type("Handler", (_Handler,), {"partner": partner}))
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    partner.url = f"{'https' if tls else 'http'}://{host}:{server.server_port}/hooks"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield partner
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


class Gate:
    """Holds answers back until it is opened."""

    def __init__(self) -> None:
        self._open = threading.Event()

    def wait(self) -> None:
        assert self._open.wait(ANSWER_SECONDS_MAX), "the gate was never opened"

    def open(self) -> None:
        self._open.set()
