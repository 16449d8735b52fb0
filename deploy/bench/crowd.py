"""A crowd of customers at the gateway who do not wait for one another: `python -m deploy.bench.crowd`.

On standard input one JSON object: `url`, `token`, `account_id`, `method_id`, `user_id`, `password`, and either
`clients` who each ask as soon as they are answered, for `seconds`, or `pace`, a list of [requests a second, seconds].
On standard output the answers: [rank, when it was due, seconds until it was answered, outcome], with times counted from
the beginning.
"""

import asyncio
import json
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

# What eighty requests ask for. A payment or a sign-in costs as much as ten lists: by what they cost, a fifth.
_READING = ("list", "read", "list", "list", "read", "list", "read", "list")
MIX = ("pay", *_READING * 5, "sign in", *_READING * 5)[:80]
RANKS = {"pay": "first", "sign in": "first", "read": "read", "list": "rest"}
CONNECTIONS_MAX = 1000
ANSWER_SECONDS_MAX = 15.0
AMOUNT_CENTS = 100
# A refusal comes of having too much to do; a service that did not answer in time is another matter.
ANSWERED, REFUSED, GIVEN_UP, NO_ANSWER = "answered", "refused", "given up", "no answer"

Wire = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Sample = tuple[str, float, float, str]


@dataclass
class Crowd:
    """Who asks, over connections that are kept while they are needed."""

    plan: Mapping[str, Any]
    samples: list[Sample] = field(default_factory=list)
    idle: list[Wire] = field(default_factory=list)
    numbers: "count[int]" = field(default_factory=count)
    began_at: float = field(default_factory=perf_counter)

    def __post_init__(self) -> None:
        self.turns = asyncio.Semaphore(CONNECTIONS_MAX)

    async def ask_in_turn(self, *, clients: int, seconds: float) -> None:
        """Every client waits for its answer."""

        async def client() -> None:
            while perf_counter() - self.began_at < seconds:
                await self.ask(due_at=perf_counter() - self.began_at)

        await asyncio.gather(*(client() for _ in range(clients)))

    async def ask_at_pace(self, pace: list[list[float]]) -> None:
        """Requests are sent when they are due, whatever became of those before."""
        due_at, tasks = 0.0, []
        for per_second, seconds in pace:
            for _ in range(int(per_second * seconds)):
                await asyncio.sleep(max(0.0, due_at - (perf_counter() - self.began_at)))
                tasks.append(asyncio.create_task(self.ask(due_at=due_at)))
                due_at += 1 / per_second
        await asyncio.gather(*tasks)

    async def ask(self, *, due_at: float) -> None:
        """One request and its answer."""
        deed = MIX[next(self.numbers) % len(MIX)]
        async with self.turns:
            try:
                outcome = await asyncio.wait_for(self._exchange(self._request(deed)), ANSWER_SECONDS_MAX)
            except (OSError, EOFError, TimeoutError):
                outcome = NO_ANSWER
        self.samples.append((RANKS[deed], due_at, perf_counter() - self.began_at - due_at, outcome))

    async def _exchange(self, request: bytes) -> str:
        place = urlsplit(self.plan["url"])
        wire = self.idle.pop() if self.idle else await asyncio.open_connection(place.hostname, place.port)
        try:
            wire[1].write(request)
            head = (await wire[0].readuntil(b"\r\n\r\n")).lower()
            length = int(head.partition(b"content-length: ")[2].split(b"\r\n")[0] or 0)
            content = await wire[0].readexactly(length)
        except BaseException:
            await _close(wire[1])
            raise
        if b"connection: close" in head:
            await _close(wire[1])
        else:
            self.idle.append(wire)
        return _outcome(int(head.split(b" ", 2)[1]), content)

    def _request(self, deed: str) -> bytes:
        plan, body, more = self.plan, b"", ""
        account = f"/v1/accounts/{plan['account_id']}"
        line = {"read": f"GET {account}", "list": f"GET {account}/transactions", "sign in": "POST /v1/sessions"}
        if deed == "pay":
            body = _json({"amount_cents": AMOUNT_CENTS, "payment_method_id": plan["method_id"], "pay_anyway": True})
            more = f"Idempotency-Key: {uuid4()}\r\n"
        elif deed == "sign in":
            body = _json({"user_id": plan["user_id"], "password": plan["password"]})
        if body:
            more += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        first = line.get(deed, f"POST {account}/payments")
        return f"{first} HTTP/1.1\r\nHost: a\r\nAuthorization: {plan['token']}\r\n{more}\r\n".encode() + body


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()


def _outcome(status: int, content: bytes) -> str:
    if status in (200, 201):
        return ANSWERED
    code = json.loads(content)["code"]
    if code == "overloaded":
        return REFUSED
    return GIVEN_UP if code == "service_unavailable" else f"{status} {code}"


def _json(data: Mapping[str, Any]) -> bytes:
    return json.dumps(data).encode()


async def ask(plan: Mapping[str, Any]) -> list[Sample]:
    """All that the plan says."""
    crowd = Crowd(plan)
    if "clients" in plan:
        await crowd.ask_in_turn(clients=plan["clients"], seconds=plan["seconds"])
    else:
        await crowd.ask_at_pace(plan["pace"])
    for _, writer in crowd.idle:
        await _close(writer)
    return crowd.samples


if __name__ == "__main__":
    json.dump(asyncio.run(ask(json.load(sys.stdin))), sys.stdout)
