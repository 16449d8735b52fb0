"""The clients of `bench http`: keep-alive connections in one process, each with a customer's token, one request each.

`python -m deploy.bench.http_load PLAN`. The plan is a file of JSON: {port, warm_seconds, seconds, results, clients: [
{method, path, authorization, body, status, expected}]}. A client repeats its request; one with a body sends a fresh
Idempotency-Key each time. Every answer is compared: whole with `expected` where the plan has it, else by status and by
the amount that it repeats. The first wrong one ends the run with exit code 1. Prints one JSON object; the ids of what
was made are in the file `results`, one a line.
"""

import json
import select
import socket
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from deploy.bench.percentile import percentile

ANSWER_SECONDS_MAX = 20.0
RECEIVED_BYTES_MAX = 65536


class WrongAnswer(Exception):
    """Something else came than was asked for."""


@dataclass
class Client:
    """One connection with at most one request on its way."""

    connection: socket.socket
    wanted: dict[str, Any]
    sent_at: float = 0.0
    received: bytes = b""
    made: list[str] = field(default_factory=list)

    def ask(self, now: float) -> None:
        body = json.dumps(self.wanted["body"]).encode() if self.wanted["body"] is not None else b""
        lines = [f"{self.wanted['method']} {self.wanted['path']} HTTP/1.1", "Host: localhost"]
        lines += [f"Authorization: {self.wanted['authorization']}"]
        if body:
            lines += [f"Idempotency-Key: {uuid4()}", "Content-Type: application/json", f"Content-Length: {len(body)}"]
        self.sent_at, self.received = now, b""
        self.connection.send("\r\n".join(lines).encode() + b"\r\n\r\n" + body)

    def take(self) -> bool:
        """Read what is there; True when the answer is whole. Raises WrongAnswer."""
        piece = self.connection.recv(RECEIVED_BYTES_MAX)
        if not piece:
            raise WrongAnswer(f"connection closed instead of an answer to {self._asked}")
        self.received += piece
        head, separator, body = self.received.partition(b"\r\n\r\n")
        if not separator or len(body) < _length_of(head):
            return False
        if not head.startswith(f"HTTP/1.1 {self.wanted['status']} ".encode()):
            raise WrongAnswer(f"{head[:60]!r} to {self._asked}: {body[:300]!r}")
        self._check(body)
        return True

    def _check(self, body: bytes) -> None:
        if self.wanted["expected"] is not None:
            if body != self.wanted["expected"].encode():
                raise WrongAnswer(f"{body[:300]!r} to {self._asked}")
            return
        told = json.loads(body)
        if told.get("amount_cents") != self.wanted["body"]["amount_cents"]:
            raise WrongAnswer(f"{body[:300]!r} to {self._asked}")
        self.made.append(told["id"])

    @property
    def _asked(self) -> str:
        return f"{self.wanted['method']} {self.wanted['path']}"


def _length_of(head: bytes) -> int:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            return int(value)
    raise WrongAnswer(f"an answer without its length: {head[:200]!r}")


@dataclass
class Load:
    """A run: warm, then measured, then the answers that are still on their way."""

    clients: list[Client]
    latencies_seconds: list[float] = field(default_factory=list)
    answered: int = 0

    def run(self, *, warm_seconds: float, seconds: float) -> None:
        """Raises WrongAnswer."""
        waiting = select.epoll()
        by_number = {client.connection.fileno(): client for client in self.clients}
        for number, client in by_number.items():
            waiting.register(number, select.EPOLLIN)
            client.ask(time.perf_counter())
        begins_at = time.perf_counter() + warm_seconds
        ends_at = begins_at + seconds
        idle = 0
        while idle < len(by_number):
            ready = waiting.poll(ANSWER_SECONDS_MAX)
            if not ready:
                raise WrongAnswer(f"no answer within {ANSWER_SECONDS_MAX} s")
            for number, _ in ready:
                client = by_number[number]
                if not client.take():
                    continue
                now = time.perf_counter()
                self.answered += 1
                if begins_at <= now < ends_at:
                    self.latencies_seconds.append(now - client.sent_at)
                if now < ends_at:
                    client.ask(now)
                else:
                    idle += 1


def _connected(port: int, wanted: dict[str, Any]) -> Client:
    connection = socket.create_connection(("127.0.0.1", port), timeout=ANSWER_SECONDS_MAX)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return Client(connection, wanted)


def main(arguments: list[str]) -> int:
    plan = json.loads(Path(arguments[0]).read_text())
    load = Load([_connected(plan["port"], wanted) for wanted in plan["clients"]])
    try:
        load.run(warm_seconds=plan["warm_seconds"], seconds=plan["seconds"])
    except (WrongAnswer, OSError, ValueError, KeyError) as error:
        sys.stdout.write(json.dumps({"wrong": f"{type(error).__name__}: {error}"}) + "\n")
        return 1
    finally:
        Path(plan["results"]).write_text("".join(f"{made}\n" for client in load.clients for made in client.made))
    latencies = load.latencies_seconds
    figures = {
        "requests": len(latencies),
        "answered": load.answered,
        "processor_seconds": time.process_time(),
        "requests_per_second": len(latencies) / plan["seconds"],
        "p50_milliseconds": percentile(latencies, 0.5) * 1000,
        "p99_milliseconds": percentile(latencies, 0.99) * 1000,
    }
    sys.stdout.write(json.dumps(figures) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
