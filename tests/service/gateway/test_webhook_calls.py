"""The call itself: to the address that was checked, with the certificate of the name, and never for long."""

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import certifi
import pytest

from gateway.webhooks.addresses import Policy
from gateway.webhooks.calling import LookUp, Outcome, PartnerCalls
from tests.builders.certificates import Authority
from tests.builders.partners import Partner, a_partner
from tests.fixtures.processes import ROOT

LOOPBACK = Policy(ports=frozenset({443}), allows_loopback=True)
STRICT = Policy(ports=frozenset({443}))
HERE = ["127.0.0.1"]


def post(
    url: str, *, look_up: LookUp = lambda *_: HERE, policy: Policy = LOOPBACK, trusted: str = "", seconds: float = 5
) -> Outcome:
    calls = PartnerCalls(
        policy=policy, certificates=trusted or certifi.where(), look_up=look_up, total_seconds=seconds
    )  # fmt: skip
    return calls.post(url=url, body=b"{}", headers={"webhook-id": "1"})


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(folder=tmp_path_factory.mktemp("authority"))


def named(partner: Partner, name: str) -> str:
    """The partner's URL with a name in it."""
    return partner.url.replace("127.0.0.1", name)


class TestOverTls:
    def test_the_certificate_is_the_names_though_the_connection_goes_to_an_address(self, authority: Authority) -> None:
        with a_partner(tls=authority.serving("partner.test")) as partner:
            outcome = post(named(partner, "partner.test"), trusted=authority.file)
            (arrival,) = partner.arrivals
        assert outcome == Outcome(204, None)
        assert arrival.headers["host"].partition(":")[0] == "partner.test"

    def test_another_names_certificate_is_not_believed(self, authority: Authority) -> None:
        with a_partner(tls=authority.serving("other.test")) as partner:
            assert post(named(partner, "partner.test"), trusted=authority.file) == Outcome(
                None, "certificate_not_valid"
            )
            assert partner.arrivals == []

    def test_nor_one_that_nobody_vouches_for(self, authority: Authority) -> None:
        with a_partner(tls=authority.serving("partner.test")) as partner:
            assert post(named(partner, "partner.test")) == Outcome(None, "certificate_not_valid")
            assert partner.arrivals == []

    def test_a_server_that_speaks_no_tls_is_not_spoken_to(self, authority: Authority) -> None:
        with a_partner() as partner:
            assert post(named(partner, "partner.test").replace("http:", "https:"), trusted=authority.file).error == (
                "tls_failed"
            )
            assert partner.arrivals == []


class TestWhereItGoes:
    def test_is_looked_up_once_so_a_name_that_moves_gains_nothing(self) -> None:
        answers = [HERE, ["127.0.0.2"]]
        with a_partner() as partner:
            assert post(named(partner, "partner.test"), look_up=lambda *_: answers.pop(0)).is_delivered
            assert len(partner.arrivals) == 1
        assert answers == [["127.0.0.2"]]

    @pytest.mark.parametrize("closed", ["10.0.0.1", "169.254.169.254", "::ffff:127.0.0.1", "fd00::1", "0.0.0.0"])
    def test_is_nowhere_where_one_of_the_addresses_is_closed(self, closed: str) -> None:
        with a_partner() as partner:
            outcome = post(named(partner, "partner.test"), look_up=lambda *_: [*HERE, closed])
            assert outcome == Outcome(None, "address_not_public")
            assert partner.arrivals == []

    def test_is_not_our_own_machine_unless_it_is_a_sandbox(self) -> None:
        looked_up: list[str] = []

        def look_up(host: str, _: int) -> list[str]:
            looked_up.append(host)
            return HERE

        assert post("https://partner.test/", look_up=look_up, policy=STRICT).error == "address_not_public"
        assert post("http://partner.test/", look_up=look_up, policy=STRICT).error == "https_required"
        assert looked_up == ["partner.test"]

    def test_is_the_next_address_where_one_does_not_take_the_call(self) -> None:
        with a_partner() as partner:
            assert post(named(partner, "partner.test"), look_up=lambda *_: ["127.0.0.9", *HERE]).is_delivered

    def test_is_nowhere_for_a_name_that_nobody_knows(self) -> None:
        def unknown(_: str, __: int) -> list[str]:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")

        assert post("https://partner.test/", look_up=unknown).error == "name_not_found"

    def test_is_nowhere_for_a_name_whose_service_says_nothing_in_time(self) -> None:
        late = threading.Event()

        def look_up(_: str, __: int) -> list[str]:
            late.wait(5)
            return HERE

        with a_partner() as partner:
            calls = PartnerCalls(
                policy=LOOPBACK, certificates=certifi.where(), look_up=look_up, look_up_seconds=0.2
            )  # fmt: skip
            assert calls.post(url=named(partner, "partner.test"), body=b"", headers={}).error == "name_not_found"
            late.set()
            assert partner.arrivals == []

    @pytest.mark.parametrize(("status", "heard"), [(429, "120"), (503, "120"), (500, None), (404, None)])
    def test_that_is_too_busy_is_heard_when_it_says_when_to_come_again(self, status: int, heard: str | None) -> None:
        with a_partner() as partner:
            partner.statuses, partner.retry_after = [status], "120"
            answer = post(partner.url)
            assert (answer.status, answer.retry_after) == (status, heard)

    def test_a_redirect_is_an_answer_and_nothing_to_follow(self) -> None:
        with a_partner() as partner, a_partner() as elsewhere:
            partner.statuses, partner.location = [307], elsewhere.url
            assert post(partner.url) == Outcome(307, "redirected")
            assert elsewhere.arrivals == []


@contextmanager
def a_server(talk: Callable[[socket.socket, threading.Event], object]) -> Iterator[str]:
    """Takes one connection and talks as it likes."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(65536)
                try:
                    talk(connection, over)
                except OSError:
                    over.set()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
        over.set()
        thread.join(10)
        assert not thread.is_alive()


class TestAServerThatDoesNotPlayByTheRules:
    def test_says_nothing(self) -> None:
        with a_server(lambda _, over: over.wait(20)) as url:
            assert post(url, seconds=0.5) == Outcome(None, "timed_out")

    def test_drips_its_answer_byte_by_byte(self) -> None:
        def drip(connection: socket.socket, over: threading.Event) -> None:
            connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
            while not over.wait(0.05):
                connection.sendall(b"x")

        with a_server(drip) as url:
            assert post(url, seconds=0.7) == Outcome(None, "timed_out")

    def test_sends_headers_without_end(self) -> None:
        def flood(connection: socket.socket, over: threading.Event) -> None:
            connection.sendall(b"HTTP/1.1 200 OK\r\n")
            while not over.is_set():
                connection.sendall(b"X: y\r\n" * 1000)

        with a_server(flood) as url:
            assert post(url) == Outcome(None, "answer_not_readable")

    def test_sends_a_body_without_end_which_nobody_reads(self) -> None:
        hung_up = threading.Event()

        def flood(connection: socket.socket, over: threading.Event) -> None:
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n")
            try:
                while not over.is_set():
                    connection.sendall(b"x" * 65536)
            finally:
                hung_up.set()

        with a_server(flood) as url:
            assert post(url) == Outcome(200, None)
            assert hung_up.wait(10), "the answer was read on"

    def test_speaks_something_else(self) -> None:
        with a_server(lambda connection, _: connection.sendall(b"220 mail.example ESMTP\r\n\r\n")) as url:
            assert post(url) == Outcome(None, "answer_not_readable")


def test_on_the_event_loop_nobody_else_waits_and_every_wait_has_its_end(authority: Authority) -> None:
    """The gateway's process is green: a name service that is silent and servers that drip are met there too."""
    script = [
        sys.executable,
        "-m",
        "tests.service.gateway.green_calls",
        authority.file,
        *authority.written("localhost"),
    ]
    done = subprocess.run(script, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(done.stdout)
    assert told["silent name service"] == "name_not_found"
    assert told["drip"] == told["drip over tls"] == "timed_out"
    assert told["over tls"] is None
    # A loop that was held would have turned no more than once for each wait.
    assert min(told["turns of others"]) > 3
