"""The call of a partner's endpoint: looked up once, checked, connected to what was checked, bounded in time and size.

The connection goes to the address and not to the name, so a name that changes its meaning between two look-ups gains
nothing; the certificate must still be the name's.
"""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPException
from time import monotonic
from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError

from gateway.webhooks.addresses import Policy, Target, TargetRefused, refuse_closed, target_of

LOOK_UP_SECONDS = 3.0
CONNECT_SECONDS = 3.0
TOTAL_SECONDS = 10.0
ADDRESSES_TRIED_MAX = 3
HTTP_GONE = 410
TOO_BUSY = (429, 503)

# Gives the addresses of a host and port, in the order in which they should be tried.
LookUp = Callable[[str, int], list[str]]


@dataclass(frozen=True)
class Outcome:
    """What became of a call: the status that was answered, or why none was. `error` is a stable word, None for 2xx.

    `retry_after` is what a partner who is too busy says of when to come again, in its own words.
    """

    status: int | None
    error: str | None
    retry_after: str | None = None

    @property
    def is_delivered(self) -> bool:
        return self.error is None

    @property
    def is_gone(self) -> bool:
        """The partner says that there is nothing any more and never will be."""
        return self.status == HTTP_GONE


TIMED_OUT = Outcome(None, "timed_out")


def system_look_up(host: str, port: int) -> list[str]:
    """As this machine resolves names. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    # A machine without a way out over IPv6 is more common than one without IPv4.
    ordered = sorted(found, key=lambda entry: entry[0] != socket.AF_INET)
    return list(dict.fromkeys(str(entry[4][0]) for entry in ordered))


class PartnerCalls:
    """Posts to partners."""

    def __init__(
        self, *, policy: Policy, certificates: str, look_up: LookUp = system_look_up,
        look_up_seconds: float = LOOK_UP_SECONDS, connect_seconds: float = CONNECT_SECONDS,
        total_seconds: float = TOTAL_SECONDS,
    ) -> None:  # fmt: skip
        self.policy = policy
        self._trust = ssl.create_default_context(cafile=certificates)
        self._look_up = look_up
        self._look_up_seconds = look_up_seconds
        self._connect_seconds = connect_seconds
        self._total_seconds = total_seconds

    def post(self, *, url: str, body: bytes, headers: Mapping[str, str]) -> Outcome:
        """One request and the status of its answer. Redirects are an answer like any other: they are not followed."""
        ends_at = monotonic() + self._total_seconds
        try:
            target = target_of(url, policy=self.policy)
            addresses = self._addresses(target)
            refuse_closed(target, addresses=addresses, policy=self.policy)
        except TargetRefused as refused:
            return Outcome(None, refused.code)
        except OSError:
            return Outcome(None, "name_not_found")
        return self._post(target, addresses=addresses, body=body, headers=headers, ends_at=ends_at)

    def _addresses(self, target: Target) -> list[str]:
        """Looked up on a thread of its own, which is left to itself where no answer comes in time. Raises OSError."""
        found: list[Any] = []

        def ask() -> None:
            try:
                found.append(self._look_up(target.host, target.port))
            except Exception as error:  # noqa: BLE001 - name services have kinds of their own
                found.append(error)

        thread = threading.Thread(target=ask, daemon=True)
        thread.start()
        thread.join(self._look_up_seconds)
        answer = found[0] if found else TimeoutError("no answer from the name service")
        if isinstance(answer, Exception):
            raise OSError(f"{type(answer).__name__} while looking up a name") from answer
        return list(answer)

    def _post(
        self, target: Target, *, addresses: list[str], body: bytes, headers: Mapping[str, str], ends_at: float
    ) -> Outcome:
        line = _Line(ends_at=ends_at)
        try:
            with line.cut_off_in_time():
                connection = self._connected(line, target, addresses=addresses)
                sent = {"Host": target.authority, **headers}
                connection.request("POST", target.path, body=body, headers=sent, preload_content=False)
                # Of the answer the status counts, and when to come again; what else it says is not even read.
                with closing(connection.getresponse()) as answer:
                    outcome = _outcome_of(answer.status, answer.headers.get("Retry-After"))
            # An answer that was cut off looks like one that ended early.
            return TIMED_OUT if line.was_shut else outcome
        except (OSError, HTTPException, HTTPError, ValueError) as error:
            return TIMED_OUT if line.is_over else Outcome(None, _word_for(error))
        finally:
            line.close()

    def _connected(self, line: "_Line", target: Target, *, addresses: list[str]) -> HTTPConnection:
        """A connection to the first address that takes one. Raises what the last one failed with."""
        failure: Exception = TimeoutError("no time left to connect")
        for address in addresses[:ADDRESSES_TRIED_MAX]:
            if line.is_over:
                break
            seconds = min(self._connect_seconds, line.seconds_left)
            connection = line.connection = self._connection(target, address=address, seconds=seconds)
            try:
                connection.connect()
                assert connection.sock is not None
                connection.sock.settimeout(max(0.01, line.seconds_left))
                return connection
            except (OSError, HTTPError) as error:
                line.close()
                failure = error
        raise failure

    def _connection(self, target: Target, *, address: str, seconds: float) -> HTTPConnection:
        if not target.is_secure:
            return HTTPConnection(address, target.port, timeout=seconds)
        return HTTPSConnection(
            address, target.port, timeout=seconds, ssl_context=self._trust, server_hostname=target.host
        )


class _Line:
    """The connection of one call, which is shut when the call's time is over, whatever it waits for.

    A timeout of the socket alone would begin anew with every byte that drips in.
    """

    def __init__(self, *, ends_at: float) -> None:
        self._ends_at = ends_at
        self.connection: HTTPConnection | None = None
        self.was_shut = False

    @property
    def seconds_left(self) -> float:
        return self._ends_at - monotonic()

    @property
    def is_over(self) -> bool:
        return self.seconds_left <= 0

    @contextmanager
    def cut_off_in_time(self) -> Iterator[None]:
        timer = threading.Timer(max(0.0, self.seconds_left), self._shut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()

    def _shut(self) -> None:
        self.was_shut = True
        held = self.connection.sock if self.connection is not None else None
        if held is not None:
            with suppress(OSError):
                held.shutdown(socket.SHUT_RDWR)


def _outcome_of(status: int, retry_after: str | None) -> Outcome:
    if 200 <= status < 300:
        return Outcome(status, None)
    error = "redirected" if 300 <= status < 400 else "refused" if status < 500 else "failed_there"
    return Outcome(status, error, retry_after if status in TOO_BUSY else None)


def _word_for(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return "certificate_not_valid"
    if isinstance(error, ssl.SSLError):
        return "tls_failed"
    if isinstance(error, ConnectionError):
        return "connection_lost"
    if isinstance(error, HTTPException):
        return "answer_not_readable"
    is_late = isinstance(error, TimeoutError | ConnectTimeoutError) and not isinstance(error, NewConnectionError)
    return "timed_out" if is_late else "not_reached"
