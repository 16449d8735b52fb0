"""What no HTTP library would send: each form is answered as told or the connection ends, and the door stands open.

A refusal below the application looks like any other: a problem document with the headers of every answer.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gateway.headers import SECURITY
from tests.security.door import GOOD, Answer, Door, an_open_door, answers_in

GET = b"GET /health/live HTTP/1.1\r\n"
HOST = b"Host: a\r\n"
END = b"\r\n"
POST = b"POST /v1/email-verifications HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
CLOSE = b"Connection: close\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
# What follows a smuggled length: a reader that took the other length would answer this as well.
HIDDEN = b"GET /v1/support/contact HTTP/1.1\r\nHost: a\r\n\r\n"


def posted(*fields: bytes, body: bytes) -> bytes:
    return b"".join([POST, *(field + END for field in fields), END, body])


# By name: the bytes, and the status of the one answer; 0 stands for an end without an answer.
FORMS: dict[str, tuple[bytes, int]] = {
    # The first line
    "nothing but line ends": (END * 500, 0),
    "no version (HTTP/0.9)": (b"GET /health/live\r\n", 400),
    "no version, with fields": (b"GET /health/live\r\nHost: a\r\n\r\n", 400),
    "a version that is none": (b"GET /health/live HTTP/x.y\r\nHost: a\r\n\r\n", 400),
    "HTTP/1.2": (b"GET /health/live HTTP/1.2\r\nHost: a\r\n\r\n", 505),
    "HTTP/2.0": (b"GET /health/live HTTP/2.0\r\nHost: a\r\n\r\n", 505),
    "HTTP/2 with prior knowledge": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
    "http in small letters": (b"GET /health/live http/1.1\r\nHost: a\r\n\r\n", 400),
    "two spaces": (b"GET  /health/live HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "a tab for a space": (b"GET\t/health/live HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "a space in the path": (b"GET /health /live HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "a space before the method": (b" GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "a space at the end": (b"GET /health/live HTTP/1.1 \r\nHost: a\r\n\r\n", 400),
    "a method with a bracket": (b"GE(T /health/live HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "a method of 40 letters": (b"G" * 40 + b" /health/live HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "a method that nobody knows": (b"BREW /health/live HTTP/1.1\r\nHost: a\r\n" + CLOSE + END, 405),
    "a method in small letters": (b"get /health/live HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "TRACE": (b"TRACE /health/live HTTP/1.1\r\nHost: a\r\nX-Secret: s\r\n" + CLOSE + END, 405),
    "CONNECT": (b"CONNECT db:5432 HTTP/1.1\r\nHost: db:5432\r\n\r\n", 400),
    "a path without a slash": (b"GET health/live HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "a target of another scheme": (b"GET file:///etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "an absolute target": (b"GET http://other.example/health/live HTTP/1.1\r\nHost: a\r\n" + CLOSE + END, 200),
    "an absolute target without a path": (b"DELETE http://other.example HTTP/1.1\r\nHost: a\r\n" + CLOSE + END, 405),
    "an absolute target with a password": (b"GET http://u:p@a/health/live HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "a fragment": (b"GET /health/live#top HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "half a percent sign": (b"GET /health/%4 HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "a null character in percents": (b"GET /health/%00 HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "a null character": (b"GET /health/\x00live HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "letters beyond ASCII": ("GET /health/lïve HTTP/1.1\r\nHost: a\r\n\r\n".encode(), 400),
    "climbing out": (b"GET /docs/assets/../../../etc/passwd HTTP/1.1\r\nHost: a\r\n" + CLOSE + END, 404),
    "climbing out in percents": (b"GET /docs/assets/%2e%2e%2fapp.py HTTP/1.1\r\nHost: a\r\n" + CLOSE + END, 404),
    "a first line of 9 KiB": (b"GET /" + b"a" * 9216 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414),
    "a first line without an end": (b"GET /" + b"a" * 20_000, 414),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x5a" * 64, 400),
    "noise": (bytes(range(256)) * 8, 400),
    # Fields
    "no Host": (GET + END, 400),
    "Host twice": (GET + b"Host: a\r\nHost: b\r\n\r\n", 400),
    "an empty Host": (GET + b"Host:\r\n\r\n", 400),
    "a Host with a path": (GET + b"Host: a/b\r\n\r\n", 400),
    "a Host with a name and a password": (GET + b"Host: u:p@a\r\n\r\n", 400),
    "a field without a colon": (GET + HOST + b"X-Broken\r\n\r\n", 400),
    "a field without a name": (GET + HOST + b": value\r\n\r\n", 400),
    "a space before the colon": (GET + HOST + b"X-Broken : value\r\n\r\n", 400),
    "a name beyond ASCII": (GET + HOST + b"X-\xe4: value\r\n\r\n", 400),
    "a folded field": (GET + HOST + b"X-Folded: a\r\n b\r\n\r\n", 400),
    "a folded first field": (GET + b" folded\r\n" + HOST + END, 400),
    "a null character in a field": (GET + HOST + b"X-Null: a\x00b\r\n\r\n", 400),
    "a bell in a field": (GET + HOST + b"X-Bell: a\x07b\r\n\r\n", 400),
    "a lone carriage return": (GET + HOST + b"X-Split: a\rSet-Cookie: b\r\n\r\n", 400),
    "line ends without carriage return": (b"GET /health/live HTTP/1.1\nHost: a\n\n", 400),
    "one line end without carriage return": (GET + b"X-Split: a\nHost: b\r\nHost: a\r\n\r\n", 400),
    "Authorization twice": (GET + HOST + b"Authorization: Bearer a\r\nAuthorization: Bearer b\r\n\r\n", 400),
    "101 fields": (GET + HOST + b"".join(b"X-%d: a\r\n" % number for number in range(100)) + END, 431),
    "a field of 40 KiB": (GET + HOST + b"X-Long: " + b"a" * 40_960 + END * 2, 431),
    "fields without an end": (GET + HOST + b"X-A: a\r\n" * 10_000, 431),
    "an expectation that nobody knows": (posted(b"Expect: a-miracle", b"Content-Length: 2", body=b"{}"), 417),
    # How long the body is
    "Content-Length and Transfer-Encoding": (
        posted(b"Content-Length: 6", CHUNKED.strip(), body=b"0\r\n\r\n" + HIDDEN), 400,
    ),
    "Transfer-Encoding and Content-Length": (
        posted(CHUNKED.strip(), b"Content-Length: 45", body=b"0\r\n\r\n" + HIDDEN), 400,
    ),
    "Content-Length twice": (posted(b"Content-Length: 2", b"Content-Length: 47", body=b"{}" + HIDDEN), 400),
    "Content-Length twice alike": (posted(b"Content-Length: 2", b"Content-Length: 2", body=b"{}"), 400),
    "two lengths in one": (posted(b"Content-Length: 2, 47", body=b"{}" + HIDDEN), 400),
    "a negative length": (posted(b"Content-Length: -1", body=b"{}"), 400),
    "a length with a plus": (posted(b"Content-Length: +2", body=b"{}"), 400),
    "a hexadecimal length": (posted(b"Content-Length: 0x2", body=b"{}"), 400),
    "a length with an underscore": (posted(b"Content-Length: 1_0", body=b"{}        "), 400),
    "a length in other digits": (posted("Content-Length: ２".encode(), body=b"{}"), 400),
    "a length of twenty digits": (posted(b"Content-Length: 99999999999999999999", body=b"{}"), 400),
    "a length of 10 GB": (posted(b"Content-Length: 10000000000", body=b"{}"), 413),
    "a coding that nobody knows": (posted(b"Transfer-Encoding: gzip", body=b"{}"), 501),
    "a coding before chunked": (posted(b"Transfer-Encoding: gzip, chunked", body=b"0\r\n\r\n"), 501),
    "chunked in quotes": (posted(b'Transfer-Encoding: "chunked"', body=b"0\r\n\r\n" + HIDDEN), 501),
    "chunked after a vertical tab": (posted(b"Transfer-Encoding: \x0bchunked", body=b"0\r\n\r\n" + HIDDEN), 400),
    "chunked with a space before the colon": (posted(b"Transfer-Encoding : chunked", body=b"0\r\n\r\n" + HIDDEN), 400),
    "chunked twice": (posted(CHUNKED.strip(), CHUNKED.strip(), body=b"0\r\n\r\n" + HIDDEN), 400),
    "chunked in HTTP/1.0": (
        POST.replace(b"1.1", b"1.0") + CHUNKED + b"Connection: keep-alive\r\n\r\n0\r\n\r\n" + HIDDEN, 400,
    ),
    # Chunks
    "a chunk size that is no number": (posted(CHUNKED.strip(), body=b"zz\r\n{}\r\n0\r\n\r\n" + HIDDEN), 400),
    "a negative chunk size": (posted(CHUNKED.strip(), body=b"-2\r\n{}\r\n0\r\n\r\n" + HIDDEN), 400),
    "a chunk size with 0x": (posted(CHUNKED.strip(), body=b"0x2\r\n{}\r\n0\r\n\r\n" + HIDDEN), 400),
    "a chunk size with an underscore": (posted(CHUNKED.strip(), body=b"0_2\r\n{}\r\n0\r\n\r\n" + HIDDEN), 400),
    "a chunk size of thirty digits": (posted(CHUNKED.strip(), body=b"f" * 30 + b"\r\n{}\r\n0\r\n\r\n"), 400),
    "an empty chunk size": (posted(CHUNKED.strip(), body=b"\r\n{}\r\n0\r\n\r\n" + HIDDEN), 400),
    "a chunk that is longer than it says": (posted(CHUNKED.strip(), body=b"2\r\n{}xx0\r\n\r\n" + HIDDEN), 400),
    "chunk lines without carriage return": (posted(CHUNKED.strip(), body=b"2\n{}\n0\n\n" + HIDDEN), 400),
    "a chunk extension of 1 KiB": (posted(CHUNKED.strip(), body=b"2;" + b"a" * 1024 + b"\r\n{}\r\n0\r\n\r\n"), 400),
    "a trailer that is no field": (posted(CHUNKED.strip(), body=b"2\r\n{}\r\n0\r\nnonsense\r\n\r\n"), 400),
    "trailers without an end": (posted(CHUNKED.strip(), body=b"0\r\n" + b"X-A: a\r\n" * 2000), 400),
    "chunks beyond 64 KiB": (posted(CHUNKED.strip(), body=b"8000\r\n" + (b" " * 0x8000 + b"\r\n8000\r\n") * 3), 413),
    "60,000 chunks of one byte": (posted(CHUNKED.strip(), body=b"1\r\n \r\n" * 60_000), 400),
    "bodies within bodies": (posted(b"Content-Length: 100000", body=b"[" * 100_000), 413),
    "40,000 levels": (posted(CLOSE.strip(), b"Content-Length: 40000", body=b"[" * 40_000), 400),
    "a text of 32,000 escaped quotes without an end": (
        posted(CLOSE.strip(), b"Content-Length: 64001", body=b'"' + b'\\"' * 32_000), 400,
    ),
    "a number of 60,000 digits": (
        posted(CLOSE.strip(), b"Content-Length: 60012", body=b'{"token": ' + b"9" * 60_000 + b" }"), 400,
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def door(migrated: Callable[[str], str], keys_folder: Path) -> Iterator[Door]:
    with an_open_door(database_url=migrated("gateway"), keys_folder=keys_folder) as opened:
        yield opened


def assert_like_any_other(answer: Answer) -> None:
    """The headers of every answer, and the form of every refusal."""
    for name, value in SECURITY.items():
        assert answer.headers[name.lower()] == value
    assert answer.headers["x-request-id"]
    assert answer.headers["cache-control"] == "no-store"
    if answer.status >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        problem = answer.problem
        assert (problem["status"], problem["request_id"]) == (answer.status, answer.headers["x-request-id"])
        assert problem["type"].endswith(f"/docs/problems/{problem['code']}")
        assert problem["detail"].endswith(".")


def test_there_are_enough_forms() -> None:
    assert len(FORMS) >= 50


@pytest.mark.parametrize("form", FORMS)
def test_a_malformed_form_gets_one_answer_and_the_next_good_one_its_own(door: Door, form: str) -> None:
    sent, status = FORMS[form]
    answers = answers_in(door.say(sent, and_hang_up=status == 0))
    assert [answer.status for answer in answers] == ([status] if status else [])
    for answer in answers:
        assert_like_any_other(answer)
        assert answer.headers["connection"] == "close", "what follows may be part of the malformed request"
    assert door.is_good()


@pytest.mark.parametrize("cut", [1, 10, len(GET), len(GET) + 5, len(GET + HOST)])
def test_a_client_that_hangs_up_in_the_middle_gets_nothing_and_leaves_nothing(door: Door, cut: int) -> None:
    assert door.say((GET + HOST)[:cut], and_hang_up=True) == b""
    assert door.is_good()


def test_a_body_that_breaks_off_is_a_400(door: Door) -> None:
    [answer] = answers_in(door.say(posted(b"Content-Length: 20", body=b'{"token"'), and_hang_up=True))
    assert (answer.status, answer.problem["code"]) == (400, "malformed_request")
    assert_like_any_other(answer)


def test_requests_in_a_row_are_answered_in_their_order(door: Door) -> None:
    row = b"".join(GOOD.replace(b"good", b"number-%d" % number) for number in range(40))
    answers = answers_in(door.say(row, GET + HOST + CLOSE + END))
    assert [answer.status for answer in answers] == [200] * 41
    assert [answer.headers["x-request-id"] for answer in answers[:40]] == [f"number-{number}" for number in range(40)]


def test_a_good_body_in_chunks_with_extensions_and_trailers_is_taken_and_the_next_request_too(door: Door) -> None:
    body = b'3;why="not"\r\n{"t\r\n2\r\n":\r\n002\r\n1}\r\n0\r\nX-Checked: yes\r\n\r\n'
    answers = answers_in(door.say(posted(CHUNKED.strip(), body=body), GET + HOST + CLOSE + END))
    assert [answer.status for answer in answers] == [422, 200]
    assert answers[0].problem["errors"][0]["pointer"] in ("/t", "/token")


def test_a_head_in_single_bytes_is_read_like_any_other(door: Door) -> None:
    request = GET + HOST + CLOSE + END
    [answer] = answers_in(door.say(*(request[place : place + 1] for place in range(len(request)))))
    assert answer.status == 200


def test_an_unread_body_that_is_here_is_passed_over(door: Door) -> None:
    refused = b"POST /health/live HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"
    assert [answer.status for answer in answers_in(door.say(refused, GET + HOST + CLOSE + END))] == [405, 200]


def test_an_unread_body_that_is_not_here_ends_the_connection(door: Door) -> None:
    refused = b"POST /health/live HTTP/1.1\r\nHost: a\r\nContent-Length: 500\r\n\r\n" + HIDDEN
    [answer] = answers_in(door.say(refused))
    assert (answer.status, answer.headers["connection"]) == (405, "close")


@pytest.mark.parametrize(
    ("fields", "statuses"),
    [(b"", [200]), (b"Connection: keep-alive\r\n", [200, 200]), (b"Connection: Keep-Alive, Upgrade\r\n", [200, 200])],
)
def test_http_1_0_is_answered_once_unless_it_asks_for_more(door: Door, fields: bytes, statuses: list[int]) -> None:
    old = b"GET /health/live HTTP/1.0\r\n" + fields + END
    answers = answers_in(door.say(old, GET + HOST + CLOSE + END))
    assert [answer.status for answer in answers] == statuses


def test_head_is_answered_without_a_body(door: Door) -> None:
    [answer] = answers_in(door.say(b"HEAD /health/live HTTP/1.1\r\nHost: a\r\n" + CLOSE + END), is_head=True)
    assert (answer.status, answer.headers["content-length"], answer.content) == (200, "15", b"")


def test_a_client_that_waits_for_it_is_told_to_send_the_body(door: Door) -> None:
    with door.connect() as client:
        client.sendall(posted(b"Expect: 100-continue", b"Content-Length: 2", body=b""))
        assert client.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(b"{}" + GET + HOST + CLOSE + END)
        found = b"".join(iter(lambda: client.recv(65536), b""))
    assert [answer.status for answer in answers_in(found)] == [422, 200]


def test_a_client_whose_body_is_not_wanted_is_not_told_to_send_it(door: Door) -> None:
    sent = posted(b"Expect: 100-continue", b"Content-Length: 1000000", body=b"")
    [answer] = answers_in(door.say(sent))
    assert answer.status == 413


def test_a_header_with_underscores_does_not_pass_for_another(door: Door) -> None:
    sent = GET + HOST + b"X_Request_Id: forged\r\nX-Request-Id: mine\r\n" + CLOSE + END
    [answer] = answers_in(door.say(sent))
    assert answer.headers["x-request-id"] == "mine"


def test_after_all_of_it_the_process_has_not_grown_and_no_connection_is_left(door: Door) -> None:
    for sent, _ in FORMS.values():
        door.say(sent, and_hang_up=True)
    before, files = door.resident_kilobytes(), door.open_files()
    for _ in range(10):
        for sent, _ in FORMS.values():
            door.say(sent, and_hang_up=True)
    after = door.resident_kilobytes()
    print(f"resident after {10 * len(FORMS)} malformed requests: {before} kB, then {after} kB")
    assert door.open_files() <= files + 2
    assert after - before < 20_000
    assert door.process.process.poll() is None
