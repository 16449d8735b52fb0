"""The clients of `bench rpc` compare every answer whole; a server that errs once fails the run."""

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from deploy.bench.question import PATH, expected
from tests.fixtures.processes import ROOT

Body = Callable[[int], tuple[int, bytes]]


class Server(ThreadingHTTPServer):
    """Answers each number as it is told to."""

    def __init__(self, body: Body) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.body = body


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        status, body = self.server.body(int(self.path.removeprefix(PATH)))
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@pytest.fixture
def serve() -> Iterator[Callable[[Body], int]]:
    servers: list[Server] = []

    def start(body: Body) -> int:
        server = Server(body)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return server.server_address[1]

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def load(port: int) -> tuple[dict[str, Any], int]:
    arguments = [str(port), "3", "0.1", "0.3"]
    done = subprocess.run(
        [sys.executable, "-m", "deploy.bench.load", *arguments],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=30,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout)
    return found, done.returncode


def test_right_answers_are_counted_and_timed(serve: Callable[[Body], int]) -> None:
    found, code = load(serve(lambda number: (200, expected(number))))
    assert code == 0
    assert 0 < found["requests"] <= found["answered"]
    assert found["requests_per_second"] == pytest.approx(found["requests"] / 0.3)
    assert 0 < found["p50_milliseconds"] <= found["p99_milliseconds"]


@pytest.mark.parametrize(
    "wrong",
    [
        lambda number: (200, expected(number + 1)),
        lambda number: (200, expected(number) + b" "),
        lambda number: (500, expected(number)),
    ],
    ids=["another question's answer", "a byte too many", "an error"],
)
def test_one_wrong_answer_fails_the_run(serve: Callable[[Body], int], wrong: Body) -> None:
    found, code = load(serve(lambda number: wrong(number) if number == 20 else (200, expected(number))))
    assert code == 1
    assert "20" in found["wrong"]
    assert "requests" not in found
