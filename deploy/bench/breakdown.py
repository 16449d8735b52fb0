"""Where a request's time goes: processor time of every process on its way, the two of an arm by stage.

Time in which a request only waits (for its turn, for the broker) is processor time of somebody else at full load, and
is not counted twice; the passing time of a request that is alone is measured apart.
"""

import json
import os
import signal
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from deploy.bench.arms import Arm
from deploy.bench.bystanders import Bystanders
from deploy.bench.processor import seconds_used
from deploy.bench.rpc import Form, load
from deploy.bench.stages import Stage, stages_of

PROFILE_SECONDS_MAX = 5.0
# Kernels sample a few hundred times a second of work at most: a share needs a while to become steady.
PROFILED_ROUNDS = 2


@dataclass(frozen=True)
class Breakdown:
    """One arm's request."""

    arm: str
    alone_milliseconds: float
    gateway: list[Stage]
    service: list[Stage]
    broker_microseconds: float
    databases_microseconds: float
    clients_microseconds: float

    def lines(self) -> list[str]:
        """As it is printed."""
        lines = [
            "",
            f"{self.arm}: one request alone passes in {self.alone_milliseconds:.2f} ms; processor time at load:",
        ]
        for title, stages in (("gateway", self.gateway), ("service", self.service)):
            lines.append(f"  {sum(stage.microseconds for stage in stages):6.0f} µs  {title}")
            for stage in stages:
                where = ", ".join(stage.where)
                lines.append(f"    {stage.microseconds:6.0f} µs {stage.share:5.1%}  {stage.name:24} {where}")
        lines.append(f"  {self.broker_microseconds:6.0f} µs  broker")
        lines.append(f"  {self.databases_microseconds:6.0f} µs  PostgreSQL")
        lines.append(f"  {self.clients_microseconds:6.0f} µs  the clients of this measurement")
        return lines

    def as_data(self) -> dict[str, Any]:
        """As it is given with --json."""
        return asdict(self)


def break_down(arm: Arm, *, form: Form, bystanders: Bystanders) -> Breakdown:
    """Profile both processes of an arm under load, then ask alone. Raises StackProblem at a wrong answer."""
    pair = arm.processes
    for process in pair:
        os.kill(process, signal.SIGUSR1)
    before = [seconds_used(process) for process in pair], bystanders.used()
    found = load(arm, clients=form.clients, seconds=form.seconds * PROFILED_ROUNDS)
    after = [seconds_used(process) for process in pair], bystanders.used()
    for process in pair:
        os.kill(process, signal.SIGUSR2)
    used = [(end - begin) / found["answered"] * 1e6 for begin, end in zip(before[0], after[0], strict=True)]
    others = {name: (after[1][name] - before[1][name]) / found["answered"] * 1e6 for name in after[1]}
    profiles = [stages_of(_samples(arm, number), microseconds=used[number]) for number in range(2)]
    return Breakdown(
        arm=arm.name,
        alone_milliseconds=load(arm, clients=1, seconds=form.seconds / 2)["p50_milliseconds"],
        gateway=profiles[0],
        service=profiles[1],
        broker_microseconds=others["broker"],
        databases_microseconds=others["databases"],
        clients_microseconds=found["processor_seconds"] / found["answered"] * 1e6,
    )


def _samples(arm: Arm, number: int) -> Sequence[tuple[int, list[tuple[str, str]]]]:
    file = arm.profiles[number]
    ends_at = time.monotonic() + PROFILE_SECONDS_MAX
    while not file.exists() and time.monotonic() < ends_at:
        time.sleep(0.02)
    return [(count, [(place[0], place[1]) for place in stack]) for count, stack in json.loads(file.read_text())]
