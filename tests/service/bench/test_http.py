"""`bench http` runs small from end to end; what arms answer unlike, and what a payment leaves undone, it says."""

import json
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from deploy.bench.http import AMOUNT_CENTS, payment_plan, run_load
from deploy.bench.http_accounting import Evidence, judge
from deploy.bench.http_arms import NAMES
from deploy.stack import StackProblem
from tests.fixtures.processes import ROOT
from tests.service.bench.test_benches import assert_exit_code_follows_the_targets, measured

ACCOUNT, METHOD = "01900000-0000-7000-8000-000000000002", "01900000-0000-7000-8000-000000000003"
PLACES = ("on record", "charged", "in the ledger", "mail sent", "text sent", "looked at by leases")

Said = Callable[[int], tuple[int, dict[str, Any]]]


@pytest.mark.bus
@pytest.mark.slow
def test_it_measures_every_arm_and_accounts_for_every_payment() -> None:
    found, code = measured(
        "http", "--clients", "4", "--rounds", "1", "--seconds", "0.5", "--paying", "1", "--patience", "0", "--breakdown"
    )
    assert_exit_code_follows_the_targets(found, code)
    figures = {name: figure["value"] for name, figure in found["figures"].items()}
    for name in NAMES:
        assert figures[f"read, {name} answers"] > 0
        assert figures[f"pay, {name} answers"] > 0
    assert found["figures"]["read, captive / stock"]["target"] == {"at_least": 1.8, "at_most": None, "decides": True}
    assert figures["payments in all"] >= figures["backlog when the last was accepted"] > 0
    for name in ("payments lost, of any place", "payments twice, in any place", "payments that nobody made"):
        assert figures[name] == 0
    assert figures["differences in the ledger"] == 0
    parts = {(part["arm"], part["route"]): part["stages"] for part in found["breakdown"]}
    assert set(parts) == {(name, route) for name in NAMES for route in ("read", "pay")}
    shown = {stage["name"] for stages in parts["captive", "read"].values() for stage in stages}
    assert {"signed context", "SQL"} <= shown


def evidence(**changed: dict[str, int]) -> Evidence:
    """Two payments that stand everywhere once, but for what is changed."""
    whole = {place: Counter({"one": 1, "two": 1}) for place in PLACES}
    return Evidence(["one", "two"], {**whole, **{place: Counter(found) for place, found in changed.items()}})


def test_payments_that_stand_everywhere_once_are_accounted_for() -> None:
    verdict = judge(evidence())
    assert (verdict.lost, verdict.twice, verdict.strangers) == ([], [], [])
    assert verdict.lines() == []


@pytest.mark.parametrize("place", PLACES)
def test_a_payment_that_is_missing_in_one_place_is_lost(place: str) -> None:
    verdict = judge(evidence(**{place: {"one": 1}}))
    assert verdict.lost == [f"{place}: two"]
    assert verdict.lines() == [f"lost: {place}: two"]


@pytest.mark.parametrize("place", PLACES)
def test_a_payment_that_stands_in_one_place_twice_is_told(place: str) -> None:
    assert judge(evidence(**{place: {"one": 2, "two": 1}})).twice == [f"{place}: one"]


def test_a_payment_that_nobody_made_is_told() -> None:
    assert judge(evidence(charged={"one": 1, "two": 1, "three": 1})).strangers == ["charged: three"]


class Server(ThreadingHTTPServer):
    """Takes payments as it is told to."""

    def __init__(self, said: Said) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.said, self.taken, self.keys = said, 0, list[str]()
        self.turn = threading.Lock()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        with self.server.turn:
            self.server.taken += 1
            self.server.keys.append(self.headers["Idempotency-Key"])
            status, told = self.server.said(self.server.taken)
        body = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@pytest.fixture
def serve() -> Iterator[Callable[[Said], Server]]:
    servers: list[Server] = []

    def start(said: Said) -> Server:
        server = Server(said)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return server

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def pay(server: Server, folder: Path) -> tuple[dict[str, Any], list[str]]:
    plan = [payment_plan(ACCOUNT, METHOD, "Bearer a") for _ in range(3)]
    port = server.server_address[1]
    return run_load(port=port, plan=plan, folder=folder, seconds=0.3, name="the arm", warm_seconds=0)


def taken(number: int) -> tuple[int, dict[str, Any]]:
    return 201, {"id": f"payment-{number}", "amount_cents": AMOUNT_CENTS}


def test_every_payment_has_a_key_of_its_own_and_its_id_is_kept(serve: Callable[[Said], Server], tmp_path: Path) -> None:
    server = serve(taken)
    found, made = pay(server, tmp_path)
    assert sorted(made) == sorted(f"payment-{number + 1}" for number in range(server.taken))
    assert len(set(server.keys)) == server.taken == found["answered"] >= found["requests"] > 0


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ((500, {}), "500"),
        ((201, {"id": "payment-9", "amount_cents": AMOUNT_CENTS + 1}), "wrong answer"),
        ((201, {"id": "payment-1", "amount_cents": AMOUNT_CENTS}), "the id of another"),
    ],
    ids=["an error", "another amount", "another's id"],
)
def test_one_wrong_answer_refuses_the_run(
    serve: Callable[[Said], Server], tmp_path: Path, wrong: tuple[int, dict[str, Any]], said: str
) -> None:
    with pytest.raises(StackProblem, match=said):
        pay(serve(lambda number: wrong if number == 9 else taken(number)), tmp_path)


@pytest.mark.bus
@pytest.mark.slow
def test_an_arm_that_answers_otherwise_is_refused_before_anything_is_measured() -> None:
    """One process shows every account with its vehicle's year changed: the run says which probe told it apart."""
    program = (
        "from deploy.bench import http_arms, http_run\n"
        "from deploy.broker import running_broker\n"
        "import sys\n"
        "green = http_arms._GREEN_FLOOR.replace('deploy.bench.http_floor', 'tests.service.bench.lying_floor')\n"
        "http_arms._COMMANDS[http_arms.FLOOR] = lambda _, port: "
        "{'everything': [sys.executable, '-c', green, str(port)]}\n"
        "plan = http_run.Plan(clients=2, rounds=1, seconds=0.2, paying_seconds=0, breakdown=False, undisturbed=False,"
        " patience_seconds=0)\n"
        "with running_broker() as broker:\n"
        "    http_run.run(plan, broker=broker, say=print)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode != 0
    assert "round" not in done.stdout
    assert "do not answer alike to an account of one's own, so nothing was measured" in done.stderr
