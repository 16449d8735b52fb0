"""Clients who are slow on purpose are sent away while a good one is served: nobody holds a connection for long."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from itertools import count
from pathlib import Path

import pytest

from chassis.web import BODY_SECONDS, HEAD_SECONDS
from tests.fixtures.processes import eventually
from tests.security.door import Door, an_open_door, answers_in, read_to_the_end

pytestmark = pytest.mark.slow

OF_EACH_KIND = 100
READERS = 15
STEP_SECONDS = 0.5
HEAD = b"GET /health/live HTTP/1.1\r\nHost: a\r\nX-Long: " + b"a" * 1000
POST = b"POST /v1/email-verifications HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
LARGE = b"GET /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n"


@pytest.fixture(scope="module")
def door(migrated: Callable[[str], str], keys_folder: Path) -> Iterator[Door]:
    with an_open_door(database_url=migrated("gateway"), keys_folder=keys_folder) as opened:
        yield opened


def _dribble(clients: list[socket.socket], text: bytes, number: int) -> None:
    """One more byte from each; those who were sent away are not asked."""
    for client in clients:
        with suppress(OSError):
            client.send(text[number : number + 1])


def test_three_hundred_dawdlers_are_sent_away_while_a_good_client_is_served(door: Door) -> None:
    before, files = door.resident_kilobytes(), door.open_files()
    with ExitStack() as opened:
        heads, bodies, chunks = (
            [opened.enter_context(door.connect()) for _ in range(OF_EACH_KIND)] for _ in range(3)
        )  # fmt: skip
        for client in bodies:
            client.sendall(POST + b"Content-Length: 1000\r\n\r\n")
        for client in chunks:
            client.sendall(POST + b"Transfer-Encoding: chunked\r\n\r\n3e8\r\n")
        eventually(lambda: door.open_files() >= files + 3 * OF_EACH_KIND - 2)
        ends_at = time.monotonic() + BODY_SECONDS + 3
        for number in count():
            _dribble(heads, HEAD, number)
            _dribble([*bodies, *chunks], b" " * 1000, number)
            assert door.is_good()
            assert door.is_open()
            time.sleep(STEP_SECONDS)
            if time.monotonic() > ends_at:
                break
        assert door.open_files() <= files + 2
        for client in (heads[0], bodies[0], chunks[0]):
            [answer] = answers_in(read_to_the_end(client))
            assert (answer.status, answer.problem["code"]) == (408, "request_too_slow")
    print(f"resident before 300 dawdlers {before} kB, after {door.resident_kilobytes()} kB")
    assert door.process.process.poll() is None


def test_clients_who_ask_and_do_not_read_are_sent_away(door: Door) -> None:
    files = door.open_files()
    with ExitStack() as opened:
        readers = [opened.enter_context(door.connect(receive_bytes=4096)) for _ in range(READERS)]
        for client in readers:
            client.sendall(LARGE * 20)
        eventually(lambda: door.open_files() >= files + READERS)
        assert door.is_good()
        eventually(lambda: door.open_files() <= files + 2, seconds=40)
    assert door.is_good()


def test_clients_who_say_nothing_are_sent_away_without_an_answer(door: Door) -> None:
    with door.connect() as client:
        client.settimeout(HEAD_SECONDS + 3)
        assert client.recv(1000) == b""


def test_when_every_connection_is_taken_those_who_wait_for_nothing_make_room(
    migrated: Callable[[str], str], keys_folder: Path
) -> None:
    """Newcomers are served in the place of the silent ones who came first."""
    small_door = an_open_door(database_url=migrated("gateway"), keys_folder=keys_folder, CONNECTIONS_MAX="30")
    with small_door as small, ExitStack() as opened:
        files = small.open_files()
        silent = [opened.enter_context(small.connect()) for _ in range(60)]
        for _ in range(20):
            assert small.is_good()
        assert small.open_files() <= files + 32
        assert silent[0].recv(1) == b""
