"""Where a request of `bench http` spends processor time: every process of an arm by stage, and what it stands on."""

import json
import os
import signal
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from deploy.bench.breakdown import PROFILE_SECONDS_MAX, PROFILED_ROUNDS
from deploy.bench.http import load, plan_of
from deploy.bench.http_arms import HttpArm, Running
from deploy.bench.processor import seconds_used
from deploy.bench.stages import Stage, stages_of

IDLE_MICROSECONDS_MAX = 20.0


@dataclass(frozen=True)
class HttpBreakdown:
    """One arm's request on one route; `stages` by process."""

    arm: str
    route: str
    alone_milliseconds: float
    stages: Mapping[str, list[Stage]]
    broker_microseconds: float
    databases_microseconds: float
    clients_microseconds: float

    def lines(self) -> list[str]:
        """As it is printed."""
        alone = f"one request alone passes in {self.alone_milliseconds:.2f} ms; processor time at load:"
        lines = ["", f"{self.arm}, {self.route}: {alone}"]
        for part, stages in self.stages.items():
            lines.append(f"  {sum(stage.microseconds for stage in stages):6.0f} µs  {part}")
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


def break_down(
    arm: HttpArm, route: str, *, ground: Running, expected: Mapping[str, str], seconds: float
) -> HttpBreakdown:  # fmt: skip
    """Profile every process of an arm under load, then ask alone. Raises StackProblem at a wrong answer."""
    plan = plan_of(route, ground.payers, expected)
    for process in arm.processes.values():
        os.kill(process, signal.SIGUSR1)
    before = _used(arm), ground.bystanders.used()
    found = load(arm, plan=plan, ground=ground, seconds=seconds * PROFILED_ROUNDS)
    after = _used(arm), ground.bystanders.used()
    for process in arm.processes.values():
        os.kill(process, signal.SIGUSR2)
    each = {part: (after[0][part] - before[0][part]) / found["answered"] * 1e6 for part in arm.processes}
    others = {name: (after[1][name] - before[1][name]) / found["answered"] * 1e6 for name in after[1]}
    return HttpBreakdown(
        arm=arm.name,
        route=route,
        alone_milliseconds=load(arm, plan=plan[:1], ground=ground, seconds=seconds / 2)["p50_milliseconds"],
        stages={
            part: stages_of(_samples(arm.profiles[part]), microseconds=microseconds)
            for part, microseconds in each.items()
            if microseconds > IDLE_MICROSECONDS_MAX
        },
        broker_microseconds=others["broker"],
        databases_microseconds=others["databases"],
        clients_microseconds=found["processor_seconds"] / found["answered"] * 1e6,
    )


def _used(arm: HttpArm) -> dict[str, float]:
    return {part: seconds_used(process) for part, process in arm.processes.items()}


def _samples(file: Path) -> list[tuple[int, list[tuple[str, str]]]]:
    ends_at = time.monotonic() + PROFILE_SECONDS_MAX
    while not file.exists() and time.monotonic() < ends_at:
        time.sleep(0.02)
    return [(count, [(place[0], place[1]) for place in stack]) for count, stack in json.loads(file.read_text())]
