"""A whole stack on RabbitMQ, as an operator starts it, whose programs die where a test has armed a crash point."""

import os
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import requests
from sqlalchemy import Engine, create_engine

from chassis.failpoints import KILLED_EXIT_CODE
from chassis.store import refuse_wrong_driver
from deploy.catalogue import SERVICES
from tests.fixtures.ports import free_port
from tests.fixtures.processes import ROOT, eventually, is_ready
from tests.fixtures.stacks import RunningStack

# Waits of the chassis that a test need not sit through.
SETTINGS = {
    "RETRY_DELAYS_SECONDS": "0.5,1",
    "UNKNOWN_CHECK_SECONDS": "1",
    "SESSIONS_PER_MINUTE": "100000",
    "REGISTRATIONS_PER_MINUTE": "100000",
    "REQUESTS_PER_MINUTE": "1000000",
}
# Longer than the longest call to a vendor that does not answer; and for vendors that all answer at once.
LEASE_SECONDS, LEASE_SECONDS_SHORT = 12, 2
READY_SECONDS = 40


@dataclass(frozen=True)
class Armed:
    """Die at this point, at its `hit`-th pass since the program's start, until `deaths` have died of it."""

    point: str
    hit: int = 1
    deaths: int = 1


class CrashingStack(RunningStack):
    """One process per service; each can be armed, paused, and given a host with a part taken out."""

    def __init__(self, *, data: Path, crashes: Path, bus: str, scale: tuple[str, ...], is_swappable: bool) -> None:
        self.data, self.port, self.crashes = data, free_port(), crashes
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = data.with_name("output")
        lease_seconds = LEASE_SECONDS_SHORT if is_swappable else LEASE_SECONDS
        swappable = ["--swappable"] if is_swappable else []
        command = ["up", "--data", str(data), "--port", str(self.port), "--bus", bus, "--no-demo"]
        command += [word for each in scale for word in ("--scale", each)]
        with self._log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.crashing.up", *swappable, str(crashes), *command],
                cwd=ROOT, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                env={**os.environ, **SETTINGS, "ERRAND_LEASE_SECONDS": str(lease_seconds)},
            )  # fmt: skip

    @property
    def sandbox_url(self) -> str:
        return str(self.record()["sandbox_url"])

    @property
    def sandbox_state(self) -> Path:
        return self.data / "sandbox.jsonl"

    @cached_property
    def databases(self) -> dict[str, Engine]:
        return {
            name: create_engine(refuse_wrong_driver(url), pool_size=2)
            for name, url in self.record()["database_urls"].items()
        }

    def arm(self, program: str, armed: list[Armed]) -> None:
        """From its next pass of any point on; an empty list disarms."""
        place = self.crashes / program / "armed"
        draft = place.with_suffix(".new")
        draft.write_text("".join(f"{each.point} {each.hit} {each.deaths}\n" for each in armed))
        draft.replace(place)

    def disarm(self) -> None:
        for program in SERVICES:
            self.arm(program, [])

    def deaths(self) -> Counter[tuple[str, str]]:
        """How often each program has died at each point: (point, program)."""
        return Counter((point, program) for point, program, _ in self._deaths())

    def deaths_that_were_seen(self) -> int:
        """The same deaths as the supervisor saw them: programs of ours that ended with that exit code."""
        return len(re.findall(rf"ended unexpectedly \(exit {KILLED_EXIT_CODE}\)", self.output()))

    def _deaths(self) -> Iterator[tuple[str, str, int]]:
        for program, path in SERVICES.items():
            file = self.crashes / program / "deaths"
            for line in file.read_text().splitlines() if file.exists() else []:
                point, died, process = line.split()
                assert died == path, f"{died} died in the folder of {program}"
                yield point, program, int(process)

    def wait_until_ready(self) -> None:
        """Every program answers: who died has been started again."""
        ports: dict[str, int] = self.record()["ops_ports"]
        for port in ports.values():
            eventually(is_ready(port), seconds=READY_SECONDS, describe=self.output)

    @contextmanager
    def paused(self, service: str) -> Iterator[None]:
        """None of its processes answers or ends while the block runs."""
        # One whose death is written down may be about to end, and its successor would answer.
        eventually(lambda: self.deaths_that_were_seen() >= self.deaths().total(), describe=self.output)
        self.wait_until_ready()
        children: dict[str, int] = self.record()["children"]
        processes = [process for name, process in children.items() if name.partition("-")[0] == service]
        for process in processes:
            os.kill(process, signal.SIGSTOP)
        try:
            yield
        finally:
            for process in processes:
                os.kill(process, signal.SIGCONT)

    def take_out(self, part: str | None, *, programs: Collection[str]) -> None:
        """From now on these programs, and no others, run without that part; returns when all serve."""
        changed = []
        for program in SERVICES:
            place = self.crashes / program / "part"
            if program in programs and part is not None:
                place.write_text(part)
            elif not place.exists():
                continue
            else:
                place.unlink()
            changed.append(program)
        self._start_anew(changed)

    def _start_anew(self, programs: Collection[str]) -> None:
        before = self.record()["children"]
        for program in programs:
            os.kill(before[program], signal.SIGTERM)
        eventually(
            lambda: all(self.record()["children"].get(program) != before[program] for program in programs),
            describe=self.output,
        )
        self.wait_until_ready()

    def fault(self, provider: str, mode: str, *, seconds: float | None = None) -> None:
        body = {"provider": provider, "mode": mode, **({} if seconds is None else {"seconds": seconds})}
        requests.post(f"{self.sandbox_url}/_sandbox/faults", json=body, timeout=5).raise_for_status()

    def close(self) -> None:
        for engine in self.databases.values():
            engine.dispose()


@contextmanager
def a_crashing_stack(
    *, folder: Path, bus: str, scale: tuple[str, ...] = (), is_swappable: bool = False
) -> Iterator[CrashingStack]:
    """Up while the block runs, without demo."""
    data, crashes = folder / "data", folder / "crashes"
    stack = CrashingStack(data=data, crashes=crashes, bus=bus, scale=scale, is_swappable=is_swappable)
    try:
        stack.wait_until_serving()
        yield stack
        stack.close()
    finally:
        if stack.process.poll() is None:
            try:
                stack.stop()
            except subprocess.TimeoutExpired:
                stack.process.kill()
                stack.process.wait(5)
