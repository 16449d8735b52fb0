"""The clients: many keep-alive connections in one process that does little else, so that it takes little from the rest.

`python -m deploy.bench.load PORT CLIENTS WARM_SECONDS SECONDS`. Every answer is compared whole; the first wrong one
ends the run with exit code 1. Prints one JSON object.
"""

import json
import select
import socket
import sys
import time
from dataclasses import dataclass, field

from deploy.bench.percentile import percentile
from deploy.bench.question import expected, request

ANSWER_SECONDS_MAX = 10.0
RECEIVED_BYTES_MAX = 65536


class WrongAnswer(Exception):
    """Something else came than was asked for."""


@dataclass
class Client:
    """One connection with at most one question on its way."""

    connection: socket.socket
    number: int = 0
    sent_at: float = 0.0
    received: bytes = b""

    def ask(self, number: int, now: float) -> None:
        self.number, self.sent_at, self.received = number, now, b""
        self.connection.send(request(number))

    def take(self) -> bool:
        """Read what is there; True when the answer is whole. Raises WrongAnswer."""
        piece = self.connection.recv(RECEIVED_BYTES_MAX)
        if not piece:
            raise WrongAnswer(f"connection closed instead of an answer to {self.number}")
        self.received += piece
        head, separator, body = self.received.partition(b"\r\n\r\n")
        if not separator:
            return False
        right = expected(self.number)
        if not head.startswith(b"HTTP/1.1 200 "):
            raise WrongAnswer(f"{head[:60]!r} to {self.number}: {body[:200]!r}")
        if len(body) < len(right) and right.startswith(body):
            return False
        if body != right:
            raise WrongAnswer(f"{body[:200]!r} to {self.number}")
        return True


@dataclass
class Load:
    """A run: warm, then measured, then the answers that are still on their way."""

    port: int
    count: int
    latencies_seconds: list[float] = field(default_factory=list)
    asked: int = 0
    answered: int = 0

    def run(self, *, warm_seconds: float, seconds: float) -> float:
        """Gives the seconds that were measured. Raises WrongAnswer."""
        waiting = select.epoll()
        clients = {client.connection.fileno(): client for client in map(self._connect, range(self.count))}
        for number, client in clients.items():
            waiting.register(number, select.EPOLLIN)
            self._ask(client, time.perf_counter())
        begins_at = time.perf_counter() + warm_seconds
        ends_at = begins_at + seconds
        idle = 0
        while idle < self.count:
            ready = waiting.poll(ANSWER_SECONDS_MAX)
            if not ready:
                raise WrongAnswer(f"no answer within {ANSWER_SECONDS_MAX} s")
            for number, _ in ready:
                client = clients[number]
                if not client.take():
                    continue
                now = time.perf_counter()
                self.answered += 1
                if begins_at <= now < ends_at:
                    self.latencies_seconds.append(now - client.sent_at)
                if now < ends_at:
                    self._ask(client, now)
                else:
                    idle += 1
        return seconds

    def _connect(self, _: int) -> Client:
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=ANSWER_SECONDS_MAX)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return Client(connection)

    def _ask(self, client: Client, now: float) -> None:
        self.asked += 1
        client.ask(self.asked, now)


def main(arguments: list[str]) -> int:
    port, count = int(arguments[0]), int(arguments[1])
    load = Load(port=port, count=count)
    try:
        seconds = load.run(warm_seconds=float(arguments[2]), seconds=float(arguments[3]))
    except (WrongAnswer, OSError) as error:
        sys.stdout.write(json.dumps({"wrong": f"{type(error).__name__}: {error}"}) + "\n")
        return 1
    latencies = load.latencies_seconds
    figures = {
        "requests": len(latencies),
        "answered": load.answered,
        "processor_seconds": time.process_time(),
        "requests_per_second": len(latencies) / seconds,
        "p50_milliseconds": percentile(latencies, 0.5) * 1000,
        "p99_milliseconds": percentile(latencies, 0.99) * 1000,
    }
    sys.stdout.write(json.dumps(figures) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
