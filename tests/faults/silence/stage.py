"""The toys as real processes, with a wire of its own between each of them and the broker, and the database.

A stage is mended between tests: wires flow, dead processes are started again, and everything answers.
"""

import json
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg2
import requests

from chassis.assembly import declare, service_class
from chassis.bus import topology
from chassis.bus.link import open_channel
from tests.faults.proxy import Proxy
from tests.faults.silence.toys import EFFECTS_TABLE, VENDOR_URL
from tests.fixtures.ports import free_port
from tests.fixtures.processes import HostedProcess, eventually, is_ready

TIMEOUT_SECONDS = 1.0
# What may be added to a deadline before somebody calls it hanging.
GRACE_SECONDS = 1.0
RECOVERY_SECONDS_MAX = 10.0
PATIENCE_SECONDS = 30.0
SETTLING_SECONDS = 0.3
TOYS = {
    "front": "tests.faults.silence.toys:Front",
    "target": "tests.faults.silence.toys:Target",
    "hearer": "tests.faults.silence.toys:Hearer",
}
DATABASES = {"front": "gateway", "target": "target", "hearer": "hearer"}


class Wire(Proxy):
    """A wire that can also forget connections: they stay open and silent for ever, and new ones work."""

    def __init__(self, url: str) -> None:
        self._forgotten: list[Any] = []
        super().__init__(url)

    def forget(self) -> None:
        def order() -> None:
            self._forgotten.extend(self._pairs)
            self._pairs.clear()

        self._order(order)

    def close(self) -> None:
        super().close()
        for pair in self._forgotten:
            pair.reset()


@dataclass(frozen=True)
class Answer:
    """What a question came to, and how long it took to come."""

    status: int
    error: str
    seconds: float

    @property
    def is_good(self) -> bool:
        return self.status == 200


class Stage:
    """Front, target and hearer."""

    def __init__(self, *, bus: str, databases: Mapping[str, str], keys: Path, vendor_url: str = "") -> None:
        self.bus, self._databases = bus, databases
        self.port = free_port()
        self.ops_ports = {role: free_port() for role in TOYS}
        self.bus_wires = {role: Wire(bus) for role in TOYS}
        self.store_wires = {role: Wire(databases[DATABASES[role]]) for role in TOYS}
        self._environment = {
            "KEYS_DIR": str(keys), "HTTP_PORT": str(self.port), "RETRY_DELAYS_SECONDS": "0.2,0.2",
            VENDOR_URL: vendor_url,
        }  # fmt: skip
        self.processes: dict[str, HostedProcess] = {}
        for role in ("target", "hearer"):
            self.query(EFFECTS_TABLE, at=role)
        declare(url=bus, classes=[service_class(path) for path in TOYS.values()])

    def mend(self) -> None:
        """Everything works when this returns."""
        for wire in (*self.bus_wires.values(), *self.store_wires.values()):
            wire.flow()
        self.start(*(role for role in TOYS if not self.is_alive(role)))
        eventually(lambda: all(map(self.is_ready, TOYS)), seconds=60, describe=self.output)
        eventually(lambda: self.hearing() >= len(hearing_queues()), describe=self.output)
        eventually(lambda: self.ask("look", name=new_name("mended")).is_good, describe=self.output)

    def start(self, *roles: str, is_awaited: bool = True) -> None:
        for role in roles:
            database = DATABASES[role]
            given = {
                "BUS_URL": self.bus_wires[role].url(self.bus),
                f"{database.upper()}_DATABASE_URL": self.store_wires[role].url(self._databases[database]),
                "OPS_PORT": str(self.ops_ports[role]),
            }
            self.processes[role] = HostedProcess(
                ["chassis.host", TOYS[role]], environment={**self._environment, **given}
            )
        for role in roles if is_awaited else ():
            eventually(is_ready(self.ops_ports[role]), seconds=60, describe=self.output)

    def kill(self, role: str) -> None:
        self.processes[role].kill()

    def is_alive(self, role: str) -> bool:
        return role in self.processes and self.processes[role].process.poll() is None

    def is_ready(self, role: str) -> bool:
        return is_ready(self.ops_ports[role])()

    def live_seconds(self, role: str) -> float:
        """How long the process takes to say that it lives."""
        started = time.monotonic()
        url = f"http://127.0.0.1:{self.ops_ports[role]}/health/live"
        assert requests.get(url, timeout=PATIENCE_SECONDS).status_code == 200
        return time.monotonic() - started

    def ask(self, method: str, *, timeout_seconds: float = TIMEOUT_SECONDS, **query: Any) -> Answer:
        """A question over HTTP and RPC; also the time inside must keep to the deadline."""
        started = time.monotonic()
        answer = requests.get(
            f"http://127.0.0.1:{self.port}/{method}", params={"timeout_seconds": timeout_seconds, **query},
            timeout=PATIENCE_SECONDS,
        )  # fmt: skip
        seconds = time.monotonic() - started
        return Answer(answer.status_code, answer.json().get("error", ""), max(seconds, answer.json()["seconds"]))

    def hearing(self) -> int:
        """How many take what is told from its queues."""
        with open_channel(self.bus) as channel:
            return sum(channel.queue_declare(queue=queue, passive=True).consumer_count for queue in hearing_queues())

    def tell(self, *, events: int) -> str:
        """Let so many events be told; gives the beginning of their names."""
        story = new_name("story")
        assert self.ask("tell", name=story, key=story, events=events, timeout_seconds=5).is_good
        return story

    def said(self, role: str, event: str) -> list[dict[str, Any]]:
        """What a process has logged of this kind."""
        lines = (json.loads(line) for line in self.processes[role].output().splitlines() if line.startswith("{"))
        return [line for line in lines if line.get("event") == event]

    def times(self, effect: str, *, at: str = "target") -> int:
        """How often an effect stands in a database, asked past its wire."""
        return int(self.query("SELECT coalesce(sum(times), 0) FROM effects WHERE name = %s", effect, at=at)[0][0])

    def query(self, statement: str, *arguments: Any, at: str) -> list[Any]:
        with (
            closing(_connected(self._databases[DATABASES[at]])) as connection,
            connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(statement, arguments)
            return list(cursor.fetchall()) if cursor.description else []

    def recovered_in(self, method: str = "look", *, seconds_max: float = RECOVERY_SECONDS_MAX) -> float:
        """Seconds until a question is answered again, without anybody's help. Fails after the time allowed."""
        started = time.monotonic()
        eventually(
            lambda: self.ask(method, name=new_name("recovered"), key=uuid4().hex).is_good,
            seconds=seconds_max, describe=self.output,
        )  # fmt: skip
        return time.monotonic() - started

    def output(self) -> str:
        return "\n".join(process.output()[-3000:] for process in self.processes.values())

    def close(self) -> None:
        for process in self.processes.values():
            process.kill()
        for wire in (*self.bus_wires.values(), *self.store_wires.values()):
            wire.close()


def hearing_queues() -> list[str]:
    return [
        topology.event_queue(source="target", event="told", service="hearer", method=method)
        for method in ("on_told", "on_told_ring")
    ]


def new_name(story: str) -> str:
    return f"{story} {uuid4().hex[:8]}"


def end_in_resets(wire: Proxy) -> None:
    """What was held is lost with its connections; new ones work."""
    wire.reset()
    wire.flow()


def at_once(count: int, work: Any) -> list[Any]:
    """The same work so many times side by side; it is given its number."""
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(work, range(count)))


def figures(**values: float) -> str:
    """What was measured, in one line."""
    return ", ".join(f"{name} {round(value, 2):g}" for name, value in values.items())


def _connected(url: str) -> Any:
    return psycopg2.connect(url.replace("postgresql+psycopg2", "postgresql"), connect_timeout=5)
