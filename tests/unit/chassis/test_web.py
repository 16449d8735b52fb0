"""A connection and an application: whatever the application does, the client gets one well-formed answer or an end."""

import socket
import time
import timeit
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import pytest
import structlog

from chassis.web.body import SMALL_CHUNK_BYTES, SMALL_CHUNKS_MAX
from chassis.web.connection import Application, Connection, Refused, refused_barely
from chassis.web.reading import HEAD_BYTES_MAX, LINE_BYTES_MAX

GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
LAST = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"


class Serving:
    """What a connection sees of its server."""

    def __init__(self, application: Application) -> None:
        self.refused: Refused = refused_barely
        self.is_stopping = False
        self.application = application
        self.variables: dict[str, Any] = {}


@pytest.fixture(autouse=True)
def logged() -> Iterator[None]:
    with structlog.testing.capture_logs():
        yield


def said(application: Application, *requests: bytes) -> bytes:
    """All that a client of the application gets, which then hangs up."""
    ours, theirs = socket.socketpair()
    with closing(ours), closing(theirs):
        theirs.sendall(b"".join(requests))
        theirs.shutdown(socket.SHUT_WR)
        Connection(Serving(application), ours, ("127.0.0.1", 1)).serve()
        return b"".join(iter(lambda: theirs.recv(65536), b""))


def answering(result: Callable[[], Iterable[bytes]], *headers: tuple[str, str], status: str = "200 OK") -> Application:
    def application(_: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response(status, list(headers))
        return result()

    return application


def body_of(answer: bytes) -> bytes:
    return answer.partition(b"\r\n\r\n")[2]


def test_a_list_is_sent_with_its_length() -> None:
    answer = said(answering(lambda: [b"one", b"two"]), LAST)
    assert b"\r\nContent-Length: 6\r\n" in answer
    assert body_of(answer) == b"onetwo"


def test_pieces_are_sent_as_they_come_and_the_connection_goes_on() -> None:
    answer = said(answering(lambda: iter([b"one", b"", b"three"])), GET, LAST)
    chunks = b"3\r\none\r\n5\r\nthree\r\n0\r\n\r\n"
    assert answer.count(chunks) == 2
    assert answer.count(b"Transfer-Encoding: chunked") == 2


def test_to_an_old_client_pieces_are_sent_bare_and_the_end_is_the_end() -> None:
    old = b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"
    answer = said(answering(lambda: iter([b"one", b"three"])), old, LAST)
    assert body_of(answer) == b"onethree"
    assert b"Connection: close" in answer


@pytest.mark.parametrize("failure", [OSError("a file"), KeyError("a defect"), ConnectionResetError("a database")])
def test_an_application_that_fails_is_answered_for(failure: Exception) -> None:
    def application(_: dict[str, Any], __: Callable[..., Any]) -> Iterable[bytes]:
        raise failure

    answer = said(application, GET, LAST)
    assert answer.startswith(b"HTTP/1.1 500 ")
    assert answer.count(b"HTTP/1.1") == 1


def test_an_answer_that_breaks_off_does_not_look_whole() -> None:
    def pieces() -> Iterator[bytes]:
        yield b"one"
        raise KeyError("a defect")

    answer = said(answering(pieces), GET, LAST)
    assert answer.endswith(b"3\r\none\r\n")


@pytest.mark.parametrize("value", ["a\r\nSet-Cookie: b", "a\nb", "a\r\n\r\n<html>"])
def test_a_header_cannot_be_split(value: str) -> None:
    answer = said(answering(lambda: [b"hello"], ("X-Echo", value)), LAST)
    assert answer.startswith(b"HTTP/1.1 500 ")
    assert b"Set-Cookie" not in answer


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified"])
def test_what_has_no_body_gets_none(status: str) -> None:
    answer = said(answering(lambda: iter([b"hidden"]), status=status), GET, LAST)
    assert answer.count(b"HTTP/1.1 ") == 2
    assert b"hidden" not in answer
    assert b"Transfer-Encoding" not in answer


def test_the_result_is_closed_whatever_happens() -> None:
    closed: list[bool] = []

    class Result:
        def __iter__(self) -> Iterator[bytes]:
            raise KeyError("a defect")

        def close(self) -> None:
            closed.append(True)

    said(answering(Result), LAST)
    assert closed == [True]


def chunked(*chunks: bytes) -> bytes:
    head = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head + b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"


def measuring(environment: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answers how long the body is, or with which error it could not be read."""
    start_response("200 OK", [])
    try:
        return [b"%d" % len(environment["wsgi.input"].read())]
    except ValueError as error:
        return [type(error).__name__.encode()]


@pytest.mark.parametrize(
    ("chunks", "told"),
    [
        ([b"a"] * (SMALL_CHUNKS_MAX - 1), b"999"),
        ([b"a"] * (SMALL_CHUNKS_MAX + 1), b"TooManyChunks"),
        ([b"a" * SMALL_CHUNK_BYTES] * 3000, b"%d" % (SMALL_CHUNK_BYTES * 3000)),
    ],
    ids=["as many small ones as may be", "more", "many that are not small"],
)
def test_a_body_may_come_in_chunks_but_not_in_crumbs(chunks: list[bytes], told: bytes) -> None:
    ours, theirs = socket.socketpair()
    with closing(ours), closing(theirs), ThreadPoolExecutor() as others:
        others.submit(theirs.sendall, chunked(*chunks))
        served = others.submit(Connection(Serving(measuring), ours, ("127.0.0.1", 1)).serve)
        answer = theirs.recv(65536)
        theirs.shutdown(socket.SHUT_WR)
        served.result()
    assert body_of(answer) == told


class Dripping:
    """A client's socket that gives one byte at a time, and keeps what is answered."""

    def __init__(self, sent: bytes) -> None:
        self._bytes = iter(sent)
        self.answered = b""

    def recv(self, _: int) -> bytes:
        return bytes([byte]) if (byte := next(self._bytes, None)) is not None else b""

    def sendall(self, data: bytes) -> None:
        self.answered += data

    def shutdown(self, _: int) -> None: ...

    def close(self) -> None: ...


def dripped(sent: bytes) -> bytes:
    client = Dripping(sent)
    Connection(Serving(answering(lambda: [b"hello"])), client, ("127.0.0.1", 1)).serve()
    return client.answered


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (GET, b"200"),
        (b"\r\n\r\n" + GET, b"200"),
        (b"GET  / HTTP/1.1\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nX-A: a\rb", b"400"),
        (b"GET / HTTP/1.1\r\nX-A: a\n", b"400"),
        (b"GET / HTTP/1.1\r\nX-A: a\r\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nX-A: a\x07", b"400"),
        (b"GET / HTTP/2.0\r\n", b"505"),
        (b"GET /" + b"a" * LINE_BYTES_MAX, b"414"),
        (b"GET / HTTP/1.1\r\nX-A: " + b"a" * HEAD_BYTES_MAX, b"431"),
    ],
    ids=lambda value: repr(value[:40]),
)
def test_a_head_in_single_bytes_is_read_as_one_in_one_piece(sent: bytes, status: bytes) -> None:
    assert dripped(sent).startswith(b"HTTP/1.1 " + status)
    assert said(answering(lambda: [b"hello"]), sent).startswith(b"HTTP/1.1 " + status)
    assert dripped(GET + sent).count(b"HTTP/1.1 ") == 2


def test_a_head_in_single_bytes_costs_no_more_than_its_length() -> None:
    def least_seconds(size: int) -> float:
        sent = b"GET / HTTP/1.1\r\nHost: a\r\nX-A: " + b"a" * size
        return min(timeit.repeat(lambda: dripped(sent), timer=time.process_time, number=1, repeat=3))

    assert least_seconds(32_000) < 24 * least_seconds(4_000)
