"""One connection: requests in, one after the other, answers out, each step with a time by which it must be over.

No timer belongs to a connection. It says by when it wants to be done, and the server's watch, which looks at all of
them, shuts the sockets of the late ones: whoever waits on such a socket wakes and sees why.
"""

import socket as sockets
from collections.abc import Callable, Iterable, Sequence
from email.utils import formatdate
from enum import Enum
from functools import lru_cache
from http import HTTPStatus
from time import monotonic, time
from typing import Any, Protocol

from chassis import logs
from chassis.web.body import Body
from chassis.web.reading import END, HEAD_BYTES_MAX, Head, Unserved, check_beginning, parse_head

IDLE_SECONDS = 30.0
# The whole head, the whole body, each piece of an answer: from its first byte to its last.
HEAD_SECONDS = 8.0
BODY_SECONDS = 15.0
WRITE_SECONDS = 8.0
LINGER_SECONDS = 1.0
LINGER_BYTES_MAX = 1 << 20
PIECE_BYTES = 1 << 16
NEVER = float("inf")

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
Headers = Sequence[tuple[str, str]]
Refused = Callable[[Unserved], tuple[Headers, bytes]]

log = logs.logger(__name__)


class ClientGone(ConnectionError):
    """Nobody takes the answer any more."""


class Phase(Enum):
    """What a connection waits for."""

    IDLE = "the next request"
    HEAD = "the rest of a head"
    BODY = "the rest of a body"
    WORK = "the application"
    WRITE = "a client that takes its answer"


class Serving(Protocol):
    """The server, as its connections see it. `variables` are those of WSGI that every request has."""

    application: Application
    refused: Refused
    variables: dict[str, Any]
    is_stopping: bool


def refused_barely(_: Unserved) -> tuple[Headers, bytes]:
    """An answer without a body, for applications that have no form of their own for it."""
    return (), b""


class Connection:
    """A client's socket, and what has been received and not used."""

    def __init__(self, server: Serving, socket: Any, peer: Sequence[Any]) -> None:
        self._server = server
        self._socket = socket
        self._variables = {**server.variables, "REMOTE_ADDR": str(peer[0]), "REMOTE_PORT": str(peer[1])}
        self.received = b""
        self._checked = 0
        self.phase = Phase.IDLE
        self.late_at = monotonic() + HEAD_SECONDS
        self.is_late = False

    def serve(self) -> None:
        """Until either side closes. Raises nothing."""
        try:
            while self._serve_one():
                self._wait_for(Phase.IDLE, IDLE_SECONDS)
        except OSError:
            log.debug("client gone")
        except Exception:
            log.exception("connection failed")
        finally:
            self._socket.close()

    def refuse_all(self, unserved: Unserved) -> None:
        """Answer what was not even read, and close. Raises nothing."""
        try:
            self.refuse(unserved)
        except OSError:
            log.debug("client gone")
        finally:
            self._socket.close()

    def end(self) -> None:
        """Wake whoever waits on the socket; a client that was slow to ask is still told so."""
        may_tell = self.phase in (Phase.HEAD, Phase.BODY) and not self.is_late
        self.is_late, self.late_at = True, monotonic() + LINGER_SECONDS
        try:
            self._socket.shutdown(sockets.SHUT_RD if may_tell else sockets.SHUT_RDWR)
        except OSError:
            log.debug("client gone")

    def receive_more(self) -> None:
        """Wait for more bytes. Raises EOFError when none will come, TimeoutError when the client is too slow."""
        piece = b"" if self.is_late else self._socket.recv(PIECE_BYTES)
        if self.is_late:
            raise TimeoutError("the client is too slow")
        if not piece:
            raise EOFError("the client sends no more")
        self.received += piece

    def say_continue(self) -> None:
        self._send(b"HTTP/1.1 100 Continue\r\n\r\n")
        self._wait_for(Phase.BODY, BODY_SECONDS)

    def refuse(self, unserved: Unserved) -> None:
        """Answer in the application's place, and close."""
        headers, content = self._server.refused(unserved)
        status = f"{unserved.status} {HTTPStatus(unserved.status).phrase}"
        lines = [*headers, ("Content-Length", str(len(content))), ("Connection", "close")]
        self._send(_head(status, lines) + content)
        self._linger()

    def _serve_one(self) -> bool:
        """One request; True when another may follow."""
        try:
            head = self._next_head()
        except Unserved as unserved:
            self.refuse(unserved)
            return False
        return head is not None and self._answer(head)

    def _next_head(self) -> Head | None:
        self._checked = 0
        try:
            while (end := self._end_of_head()) < 0:
                if self.received:
                    check_beginning(self.received, checked=self._checked)
                    self._checked = len(self.received)
                    self._begin_head()
                self.receive_more()
        except EOFError:
            return None
        except TimeoutError:
            if self.phase is Phase.IDLE:
                return None
            raise Unserved(408, "The head of the request took too long.") from None
        if end > HEAD_BYTES_MAX:
            raise Unserved(431, f"The head may hold at most {HEAD_BYTES_MAX} bytes.")
        block, self.received = self.received[:end], self.received[end + len(END) :]
        return parse_head(block)

    def _end_of_head(self) -> int:
        """Where it is; -1 while it has not come. Empty lines before a request are left by some clients after a body."""
        while self.received.startswith(b"\r\n"):
            self.received, self._checked = self.received[2:], 0
        return self.received.find(END, max(0, self._checked - len(END)))

    def _begin_head(self) -> None:
        if self.phase is not Phase.HEAD:
            self._wait_for(Phase.HEAD, HEAD_SECONDS)

    def _answer(self, head: Head) -> bool:
        body = Body(
            self, length=head.length, is_chunked=head.is_chunked, expects_continue=head.expects_continue
        )  # fmt: skip
        environment = {**self._variables, **head.variables, "wsgi.input": body}
        has_body = head.length > 0 or head.is_chunked
        self._wait_for(*((Phase.BODY, BODY_SECONDS) if has_body else (Phase.WORK, NEVER)))
        answer = _Answer(head=head, body=body, send=self._send, may_go_on=not self._server.is_stopping)
        result: Iterable[bytes] = ()
        try:
            result = self._server.application(environment, answer.start)
            answer.give(result)
        except ClientGone:
            raise
        except Exception:
            log.exception("application failed")
            if answer.is_begun:
                return False
            self.refuse(Unserved(500, "This is our fault and is on record. Try again later."))
            return False
        finally:
            close = getattr(result, "close", None)
            if close is not None:
                close()
        if not answer.keeps_alive:
            self._linger()
        return answer.keeps_alive

    def end_of_body(self) -> None:
        """All has been read: from now on the client waits for the application."""
        self._wait_for(Phase.WORK)

    def _wait_for(self, phase: Phase, seconds: float = NEVER) -> None:
        self.phase = phase
        self.late_at = monotonic() + seconds

    def _send(self, data: bytes) -> None:
        self._wait_for(Phase.WRITE, WRITE_SECONDS)
        try:
            self._socket.sendall(data)
        except OSError as error:
            raise ClientGone from error
        self._wait_for(Phase.WORK)

    def _linger(self) -> None:
        """Close so that the answer arrives: bytes that nobody has read would make the system drop it."""
        self._wait_for(Phase.WRITE, LINGER_SECONDS)
        self._socket.shutdown(sockets.SHUT_WR)
        left = LINGER_BYTES_MAX
        while left > 0 and (piece := self._socket.recv(PIECE_BYTES)):
            left -= len(piece)


class _Answer:
    """What the application answers, on its way out."""

    def __init__(self, *, head: Head, body: Body, send: Callable[[bytes], None], may_go_on: bool) -> None:
        self._head = head
        self._body = body
        self._send = send
        self._status = ""
        self._headers: Headers = ()
        self.keeps_alive = head.keeps_alive and may_go_on
        self.is_begun = False

    def start(self, status: str, headers: Headers, _: Any = None) -> None:
        """WSGI's start_response; the old way to write beside it is not offered."""
        self._status, self._headers = status, headers

    def give(self, result: Iterable[bytes]) -> None:
        """All of it: in one piece where its length is known, else piece by piece as they come."""
        self.keeps_alive = self._body.pass_over() and self.keeps_alive
        has_content = self._head.method != "HEAD" and self._status[:3] not in ("204", "304")
        has_length = any(name.lower() == "content-length" for name, _ in self._headers)
        if not has_content:
            self._begin()
        elif has_length or isinstance(result, list | tuple):
            content = b"".join(result)
            self._begin(*(() if has_length else (("Content-Length", str(len(content))),)), content=content)
        else:
            self._give_pieces(result)

    def _give_pieces(self, result: Iterable[bytes]) -> None:
        is_framed = self._head.minor_version > 0
        self.keeps_alive = self.keeps_alive and is_framed
        self._begin(*((("Transfer-Encoding", "chunked"),) if is_framed else ()))
        for piece in result:
            if piece:
                self._send(b"%x\r\n%b\r\n" % (len(piece), piece) if is_framed else piece)
        if is_framed:
            self._send(b"0\r\n\r\n")

    def _begin(self, *more: tuple[str, str], content: bytes = b"") -> None:
        lines = [*self._headers, *more]
        if not self.keeps_alive:
            lines.append(("Connection", "close"))
        elif self._head.minor_version == 0:
            lines.append(("Connection", "keep-alive"))
        head = _head(self._status, lines)
        self.is_begun = True
        self._send(head + content)


def _head(status: str, lines: Sequence[tuple[str, str]]) -> bytes:
    """The head of an answer. Raises ValueError for a line that would end early and begin another."""
    text = f"HTTP/1.1 {status}\r\nDate: {_date(int(time()))}\r\n"
    text += "".join([f"{name}: {value}\r\n" for name, value in lines])
    if text.count("\n") != len(lines) + 2:
        raise ValueError("a header of the answer holds a line break")
    return f"{text}\r\n".encode("latin-1")


@lru_cache(maxsize=2)
def _date(second: int) -> str:
    return formatdate(second, usegmt=True)
