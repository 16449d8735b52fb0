"""Toy services under the real supervisor, each in a process of its own, and eyes on all that becomes of them."""

import json
import re
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select

from chassis import attempts, inbox
from chassis.assembly import declare, service_class
from chassis.bus import topology
from chassis.bus.link import open_channel
from chassis.store import Database
from tests.faults.poison.supervised import SERVING
from tests.faults.poison.toy import EXIT_CODE, notes
from tests.fixtures.ports import free_port
from tests.fixtures.processes import ROOT, HostedProcess, eventually

HANDLERS = REACTION, BESIDE, ERRAND = ("on_noted", "on_noted_beside", "on_noted_outside")
DEATH = re.compile(r"^([\d.]+) captive +\| (\w+) ended unexpectedly \((.+?)\)", re.MULTILINE)
SERVES = re.compile(r'^([\d.]+) (\w+) +\| \{.*"event": "serving"', re.MULTILINE)


@dataclass(frozen=True)
class Actor:
    """One service and the settings that are its own."""

    path: str
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        name: str = service_class(self.path).name
        return name


class Stage:
    """The actors, each started again when it dies."""

    def __init__(self, *, bus: str, urls: Callable[[str], str], keys: Path, actors: Sequence[Actor]) -> None:
        self.bus = bus
        declare(url=bus, classes=[service_class(actor.path) for actor in actors])
        common = {"BUS_URL": bus, "KEYS_DIR": str(keys), "LOG_LEVEL": "debug", "PYTHONPATH": str(ROOT)}
        common |= {"RETRY_DELAYS_SECONDS": "0.3,0.3", "ERRAND_LEASE_SECONDS": "4"}
        programs = []
        for actor in actors:
            own = {f"{actor.name.upper()}_DATABASE_URL": urls(actor.name), **actor.environment}
            program = {"name": actor.name, "path": actor.path, "ops_port": free_port(), "environment": own}
            programs.append(json.dumps(program))
        self._process = HostedProcess(["tests.faults.poison.supervised", *programs], environment=common)
        eventually(lambda: SERVING in self.output(), seconds=60, describe=self.output)

    def output(self) -> str:
        return self._process.output()

    def deaths(self, name: str) -> list[str]:
        """How a service ended, each time."""
        return [how for _, died, how in DEATH.findall(self.output()) if died == name]

    def restarts_seconds(self, name: str) -> list[float]:
        """From each death until the service took work again."""
        output = self.output()
        serves = [float(at) for at, served in SERVES.findall(output) if served == name]
        deaths = [float(at) for at, died, _ in DEATH.findall(output) if died == name]
        return [min(at for at in serves if at > death) - death for death in deaths if death < max(serves)]

    def stop(self) -> None:
        if self._process.process.poll() is None:
            self._process.process.send_signal(signal.SIGTERM)
            self._process.process.wait(15)


def queue_of(service: str, handler: str) -> str:
    return topology.event_queue(source="poisoned", event="noted", service=service, method=handler)


def parked_in(database: Database) -> dict[tuple[UUID, str], str]:
    """(id, handler) of everything that is parked, and its error."""
    with database.engine.begin() as connection:
        found = {(row["event_id"], row["handler"]): row["error"] for row in inbox.parked(connection)}
        return found | {(UUID(row["key"]), row["handler"]): row["error"] for row in attempts.parked(connection)}


def noted_in(database: Database) -> dict[tuple[str, str], float]:
    """(name, handler) of everything that was handled, and when."""
    with database.engine.begin() as connection:
        rows = connection.execute(select(notes.c.name, notes.c.handler, notes.c.noted_at)).all()
    return {(row.name, row.handler): row.noted_at.timestamp() for row in rows}


def dead_in(bus: str, queue: str) -> list[bytes]:
    """The bodies of a queue's dead letters, among those of its service; they stay there."""
    found = []
    with open_channel(bus) as channel:
        channel.auto_decode = False
        while (message := channel.basic_get(topology.dead_letters(queue))) is not None:
            if message.delivery_info["routing_key"] == queue:
                # Nothing at all is given as text.
                found.append(bytes(message.body or b""))
    return found


KILLED = f"exit {EXIT_CODE}"


def now_seconds() -> float:
    return time.time()


def said_of(output: str, word: str) -> list[Any]:
    """The lines in which a word stands."""
    return [line[:400] for line in output.splitlines() if word in line]
