"""The head of a request, read as strictly as RFC 9112 allows.

What two readers could understand in two ways is refused, never repaired: a proxy in front must not see another
request than we do. Lines end with CR LF, nothing is folded, a length is given once and in one form.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote_to_bytes

LINE_BYTES_MAX = 8192
HEAD_BYTES_MAX = 32768
FIELDS_MAX = 100
END = b"\r\n\r\n"

# With any of these given twice, the next reader may take the other one.
SINGLE = frozenset(
    {"HTTP_HOST", "HTTP_AUTHORIZATION", "HTTP_IDEMPOTENCY_KEY", "HTTP_TRANSFER_ENCODING", "HTTP_EXPECT",
     "CONTENT_LENGTH", "CONTENT_TYPE"}
)  # fmt: skip
WITHOUT_PREFIX = frozenset({"CONTENT_LENGTH", "CONTENT_TYPE"})

_TOKEN = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]"
# All methods that exist are in capitals; who makes capitals of others would serve what a proxy did not recognise.
_request_line = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Z-]{1,32}) ([!-~]+) HTTP/(\d)\.(\d)")
_token = re.compile(rb"%b{1,256}" % _TOKEN)
_stray = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)|(?<!\r)\n")
# The same of what may go on: its last byte may be the first half of a line's end.
_stray_so_far = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n|\Z)|(?<!\r)\n")
_absolute = re.compile(r"https?://[^/?#@]+(?P<rest>[/?].*)?", re.IGNORECASE)
_host = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=%-]+(:\d{1,5})?|\[[0-9A-Fa-f:.]+(%25[A-Za-z0-9]+)?\](:\d{1,5})?")
_bad_percent = re.compile(r"%(?![0-9A-Fa-f]{2})|%00")
_length = re.compile(r"[0-9]{1,15}")


class Unserved(Exception):
    """The server answers this itself: the request never reaches the application. `detail` is a sentence for clients."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Head:
    """A request without its body. `variables` are those of WSGI that come from the client; `length` is in bytes."""

    method: str
    minor_version: int
    variables: dict[str, str]
    length: int
    is_chunked: bool
    expects_continue: bool
    keeps_alive: bool


def parse_head(block: bytes) -> Head:
    """The head that ends before the empty line. Raises Unserved."""
    line, *fields = block.split(b"\r\n")
    method, target, minor_version = _read_request_line(line)
    if len(fields) > FIELDS_MAX:
        raise Unserved(431, f"A request may have at most {FIELDS_MAX} header fields.")
    if _stray.search(block):
        raise Unserved(400, "The head holds a control character, or a line that does not end with CR LF.")
    variables = _read_target(target)
    variables["REQUEST_METHOD"] = method
    for field in fields:
        _add_field(variables, field)
    _check_host(variables, is_required=minor_version > 0)
    length, is_chunked = _read_framing(variables, minor_version)
    expects = variables.get("HTTP_EXPECT", "").lower()
    if expects not in ("", "100-continue"):
        raise Unserved(417, "The only expectation that is known here is 100-continue.")
    wishes = {wish.strip() for wish in variables.get("HTTP_CONNECTION", "").lower().split(",")}
    return Head(
        method=method, minor_version=minor_version, variables=variables, length=length, is_chunked=is_chunked,
        expects_continue=bool(expects) and minor_version > 0,
        keeps_alive="close" not in wishes and (minor_version > 0 or "keep-alive" in wishes),
    )  # fmt: skip


def check_beginning(received: bytes, *, checked: int = 0) -> None:
    """Refuse a head that is not whole yet as soon as it cannot become a good one. Raises Unserved.

    So many of its first bytes are `checked` already: a head in single bytes costs no more than one in one piece.
    """
    end_of_line = received.find(b"\r\n", 0, LINE_BYTES_MAX + 2)
    if end_of_line < 0 and len(received) > LINE_BYTES_MAX:
        raise Unserved(414, f"The first line may hold at most {LINE_BYTES_MAX} bytes.")
    if len(received) > HEAD_BYTES_MAX:
        raise Unserved(431, f"The head may hold at most {HEAD_BYTES_MAX} bytes.")
    # The last byte that was checked may have been the first half of a line's end.
    if _stray_so_far.search(received, max(0, checked - 1)):
        raise Unserved(400, "The head holds a control character, or a line that does not end with CR LF.")
    if end_of_line + 2 > max(1, checked):
        _read_request_line(received[:end_of_line])


def _read_request_line(line: bytes) -> tuple[str, str, int]:
    if len(line) > LINE_BYTES_MAX:
        raise Unserved(414, f"The first line may hold at most {LINE_BYTES_MAX} bytes.")
    found = _request_line.fullmatch(line)
    if found is None:
        raise Unserved(400, "The first line must be a method, a path and HTTP/1.1, with one space between them.")
    method, target, major, minor = found.groups()
    if major != b"1" or minor not in (b"0", b"1"):
        raise Unserved(505, "HTTP/1.1 and HTTP/1.0 are spoken here.")
    return method.decode(), target.decode(), int(minor)


def _read_target(target: str) -> dict[str, str]:
    if not target.startswith("/"):
        absolute = _absolute.fullmatch(target)
        if absolute is None and target != "*":
            raise Unserved(400, "The path must begin with a slash.")
        target = _origin_form(absolute["rest"] or "/") if absolute else target
    path, _, query = target.partition("?")
    if "#" in target or _bad_percent.search(path):
        raise Unserved(400, "The path holds a character that must be sent as a percent sign and two digits.")
    plain = unquote_to_bytes(path).decode("latin-1") if "%" in path else path
    return {"PATH_INFO": plain, "RAW_PATH_INFO": path, "QUERY_STRING": query}


def _origin_form(rest: str) -> str:
    return rest if rest.startswith("/") else f"/{rest}"


def _add_field(variables: dict[str, str], field: bytes) -> None:
    name, colon, value = field.partition(b":")
    if not colon:
        raise Unserved(400, "A header field has no colon, or goes on in the next line.")
    variable = _variable_of(name)
    if variable is None:
        return
    text = value.decode("latin-1").strip(" \t")
    if variable not in variables:
        variables[variable] = text
    elif variable in SINGLE:
        raise Unserved(400, f"The header {name.decode()} may be sent once.")
    else:
        variables[variable] += ("; " if variable == "HTTP_COOKIE" else ",") + text


@lru_cache(maxsize=1024)
def _variable_of(name: bytes) -> str | None:
    """The name in WSGI; None for one with an underscore, which would pass for another. Raises Unserved."""
    if not _token.fullmatch(name):
        raise Unserved(400, "The name of a header field has a character that does not belong there.")
    if b"_" in name:
        return None
    variable = name.decode().replace("-", "_").upper()
    return variable if variable in WITHOUT_PREFIX else f"HTTP_{variable}"


def _check_host(variables: dict[str, str], *, is_required: bool) -> None:
    host = variables.get("HTTP_HOST")
    if host is None and not is_required:
        return
    if not host or not _host.fullmatch(host):
        raise Unserved(400, "Send one Host header with the name of this host.")


def _read_framing(variables: dict[str, str], minor_version: int) -> tuple[int, bool]:
    """How long the body is, or that it comes in chunks."""
    length, coding = variables.get("CONTENT_LENGTH"), variables.get("HTTP_TRANSFER_ENCODING")
    if length is not None and not _length.fullmatch(length):
        raise Unserved(400, "Content-Length must be a whole number, given once.")
    if coding is None:
        return int(length or 0), False
    if length is not None or minor_version == 0:
        raise Unserved(400, "Transfer-Encoding goes neither with Content-Length nor with HTTP/1.0.")
    if coding.lower() != "chunked":
        raise Unserved(501, "The only transfer coding that is known here is chunked.")
    return 0, True
