"""The body of a request as WSGI's input: by its length or in chunks, read only when somebody asks for it."""

import re
from typing import Protocol

CHUNK_LINE_BYTES_MAX = 256
TRAILER_BYTES_MAX = 4096
# Each chunk costs much more than its bytes. Who sends what there is to send needs few that are small.
SMALL_CHUNK_BYTES = 512
SMALL_CHUNKS_MAX = 1000

_chunk_line = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(;[\t\x20-\x7e]*)?")
_trailer = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t\x20-\x7e\x80-\xff]*")


class BrokenBody(ValueError):
    """The body breaks its own framing, or ends before it is whole."""


class TooManyChunks(BrokenBody):
    """More small chunks than anybody needs."""


class Source(Protocol):
    """Where the bytes come from."""

    received: bytes

    def receive_more(self) -> None:
        """Wait for more bytes. Raises EOFError when none will come, TimeoutError when the client is too slow."""

    def say_continue(self) -> None:
        """Tell a client that waits for it to send the body."""

    def end_of_body(self) -> None:
        """All has been read."""


class Body:
    """What is left of one request's body. After a failed read it is `is_broken`, and nothing can follow it."""

    def __init__(self, source: Source, *, length: int, is_chunked: bool, expects_continue: bool) -> None:
        self._source = source
        self._left = length
        self._is_chunked = is_chunked
        self._small_chunks = 0
        self._expects_continue = expects_continue and (length > 0 or is_chunked)
        self.is_broken = False

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes, fewer only at the end of the body. Raises BrokenBody, TimeoutError."""
        if self._expects_continue:
            self._expects_continue = False
            self._source.say_continue()
        try:
            taken = self._chunks(size) if self._is_chunked else self._counted(size)
        except EOFError as error:
            self.is_broken = True
            raise BrokenBody("the connection ended before the body") from error
        except (BrokenBody, TimeoutError):
            self.is_broken = True
            raise
        if not self._left and not self._is_chunked:
            self._source.end_of_body()
        return taken

    def pass_over(self) -> bool:
        """Step over what nobody has read, if it is here already; False: nothing can follow on this connection."""
        if self.is_broken or self._is_chunked or self._left > len(self._source.received):
            return False
        self._source.received = self._source.received[self._left :]
        self._left = 0
        return True

    def _counted(self, size: int) -> bytes:
        wanted = self._left if size < 0 else min(size, self._left)
        taken = self._take(wanted)
        self._left -= wanted
        return taken

    def _chunks(self, size: int) -> bytes:
        pieces: list[bytes] = []
        missing = size
        while missing and self._is_chunked:
            if not self._left and not self._begin_chunk():
                break
            wanted = self._left if missing < 0 else min(missing, self._left)
            pieces.append(self._take(wanted))
            self._left -= wanted
            missing -= wanted if missing > 0 else 0
            if not self._left and self._take(2) != b"\r\n":
                raise BrokenBody("a chunk is longer than it said")
        return b"".join(pieces)

    def _begin_chunk(self) -> bool:
        found = _chunk_line.fullmatch(self._line(CHUNK_LINE_BYTES_MAX))
        if found is None:
            raise BrokenBody("a chunk does not say how long it is")
        self._left = int(found[1], 16)
        self._small_chunks += self._left < SMALL_CHUNK_BYTES
        if self._small_chunks > SMALL_CHUNKS_MAX:
            raise TooManyChunks(f"more than {SMALL_CHUNKS_MAX} chunks are small")
        if not self._left:
            self._skip_trailers()
            self._is_chunked = False
        return self._is_chunked

    def _skip_trailers(self) -> None:
        left = TRAILER_BYTES_MAX
        while line := self._line(left):
            left -= len(line)
            if not _trailer.fullmatch(line):
                raise BrokenBody("a trailer is not a header field")

    def _line(self, bytes_max: int) -> bytes:
        while b"\n" not in self._source.received:
            if len(self._source.received) > bytes_max:
                raise BrokenBody("a line in the body has no end")
            self._source.receive_more()
        line, _, self._source.received = self._source.received.partition(b"\n")
        if not line.endswith(b"\r") or len(line) > bytes_max:
            raise BrokenBody("a line in the body does not end with CR LF, or is too long")
        return line[:-1]

    def _take(self, wanted: int) -> bytes:
        source = self._source
        pieces = [source.received[:wanted]]
        missing = wanted - len(pieces[0])
        source.received = source.received[wanted:]
        while missing:
            source.receive_more()
            pieces.append(source.received[:missing])
            source.received = source.received[missing:]
            missing -= len(pieces[-1])
        return b"".join(pieces)
