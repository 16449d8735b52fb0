"""A kept connection is used again while it is young and silent, and no request is ever written twice."""

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest

from chassis.errors import OutcomeUnknown
from services.notifications.providers.connections import IDLE_SECONDS_MAX, Connections

BODY = b"words"
ANSWER = b"HTTP/1.1 202 Accepted\r\nX-Message-Id: 1\r\nContent-Length: 2\r\n\r\nok"


class Vendor:
    """Takes connections; says `answers` one after the other, on whichever connection asks, and hangs up where None."""

    def __init__(self) -> None:
        self.connections, self.requests = 0, 0
        self.answers: list[bytes | None] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self._taken = self._listening
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        with suppress(OSError):
            self._taken.shutdown(socket.SHUT_RDWR)
        self._thread.join()

    def _serve(self) -> None:
        while True:
            try:
                taken, _ = self._listening.accept()
            except OSError:
                return
            self.connections, self._taken = self.connections + 1, taken
            with taken:
                self._converse(taken)

    def _converse(self, taken: socket.socket) -> None:
        heard = b""
        while some := taken.recv(65536):
            heard += some
            if not heard.endswith(BODY):
                continue
            self.requests, heard = self.requests + 1, b""
            answer = self.answers.pop(0) if self.answers else ANSWER
            if answer is None:
                return
            taken.sendall(answer.partition(b"|")[0])
            if answer.endswith(b"|close"):
                return


class Passing:
    """Seconds that pass when told to."""

    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    running = Vendor()
    yield running
    running.close()


@pytest.fixture
def passing() -> Passing:
    return Passing()


@pytest.fixture
def connections(vendor: Vendor, passing: Passing) -> Connections:
    return Connections(vendor="v", base_url=vendor.url, connect_seconds=2.0, read_seconds=1.0, elapsed=passing)


def send(connections: Connections) -> int:
    return connections.exchange("POST", "/send", headers={}, body=BODY).status


def test_one_connection_serves_many_messages(connections: Connections, vendor: Vendor) -> None:
    assert [send(connections) for _ in range(5)] == [202] * 5
    assert (vendor.connections, vendor.requests) == (1, 5)


def test_an_old_connection_is_not_trusted(connections: Connections, vendor: Vendor, passing: Passing) -> None:
    send(connections)
    passing.seconds += IDLE_SECONDS_MAX + 0.1
    send(connections)
    assert vendor.connections == 2


def test_one_that_the_vendor_has_closed_meanwhile_costs_nothing(connections: Connections, vendor: Vendor) -> None:
    vendor.answers = [ANSWER + b"|close"]
    assert [send(connections), send(connections)] == [202, 202]
    assert (vendor.connections, vendor.requests) == (2, 2)


def test_one_that_says_what_nobody_asked_is_not_believed(connections: Connections, vendor: Vendor) -> None:
    vendor.answers = [ANSWER + ANSWER.replace(b"202", b"200")]
    assert send(connections) == 202
    assert send(connections) == 202


def test_a_request_on_a_kept_connection_that_ends_without_an_answer_is_not_repeated(
    connections: Connections, vendor: Vendor
) -> None:
    vendor.answers = [ANSWER, None]
    send(connections)
    with pytest.raises(OutcomeUnknown):
        send(connections)
    assert vendor.requests == 2


@pytest.mark.parametrize("answer", [ANSWER[:-1] + b"|close", b"HTTP/1.1", b"nonsense\r\n\r\n"])
def test_half_an_answer_is_none(connections: Connections, vendor: Vendor, answer: bytes) -> None:
    vendor.answers = [answer if answer.endswith(b"|close") else answer + b"|close"]
    with pytest.raises(OutcomeUnknown):
        send(connections)
    assert vendor.requests == 1
