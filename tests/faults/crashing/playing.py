"""Plays scenes: arms the points, lets the customers pay until every program has died as it should, disarms, counts."""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from chassis.inbox import PROCESS_ENDED
from deploy.catalogue import SERVICES
from deploy.demo.client import Mailbox
from tests.faults.crashing.counting import Count, Defect, counted, left_over, of_accounts, wait_until_quiet
from tests.faults.crashing.debtors import debtors, write_portfolio
from tests.faults.crashing.payers import Crowd, Traffic, enrolled
from tests.faults.crashing.points import PASSES, Death, Scene, weather, weather_of
from tests.faults.crashing.stack import CrashingStack

SCENE_SECONDS_MAX = 180.0
LOOK_SECONDS = 0.1


@dataclass(frozen=True)
class Played:
    """A scene and what came of it."""

    scene: Scene
    missing: Sequence[Death]
    count: Count
    put_aside: int
    seconds: float

    def line(self) -> str:
        return f"{self.scene.name:<30}{self.seconds:5.0f} s  {self.count.line()}"


@dataclass(frozen=True)
class Run:
    """All scenes of a run, the deaths as written down and as the supervisor saw them, and what is left."""

    played: Sequence[Played]
    died: Counter[tuple[str, str]]
    seen: int
    left: Sequence[Defect]
    ledger: str
    ledger_agrees: bool

    @property
    def missing(self) -> list[Death]:
        return [death for scene in self.played for death in scene.missing]

    @property
    def put_aside(self) -> int:
        """Handlings in which so many processes ended that a person had to let them be tried again."""
        return sum(scene.put_aside for scene in self.played)

    @property
    def wanted(self) -> Counter[tuple[str, str]]:
        return Counter((death.point, death.program) for scene in self.played for death in scene.scene.deaths)

    @property
    def count(self) -> Count:
        return sum((scene.count for scene in self.played), Count())

    def lines(self) -> list[str]:
        """The figures of a release: where programs died, and what came of every payment."""
        points, pairs = len({point for point, _ in self.died}), sum(map(len, PASSES.values()))
        seconds = sum(scene.seconds for scene in self.played)
        covered = f"{points} of {len(PASSES)} crash points, {len(self.died)} of {pairs} pairs of point and program"
        return [
            f"{covered}, {self.died.total()} deaths in {seconds:.0f} s",
            *table(self.died),
            *(scene.line() for scene in self.played if len(self.played) > 1),
            f"in all: {self.count.line()}; put aside and tried again: {self.put_aside}",
            f"left over: {', '.join(map(str, self.left)) or 'nothing'}; {self.ledger.strip()}",
        ]


def run(stack: CrashingStack, scenes: Sequence[Scene], *, folder: Path) -> Run:
    """Play all scenes on a fresh stack, and look at what is left after the last."""
    crowd = a_crowd(stack, folder=folder)
    played = [play(stack, crowd, scene) for scene in scenes]
    ledger = stack.captive("ledger", "check", check=False)
    # Vendors report when they like, also after the last payment was counted.
    wait_until_quiet(stack)
    return Run(
        played=played, died=stack.deaths(), seen=stack.deaths_that_were_seen(), left=left_over(stack),
        ledger=ledger.stdout, ledger_agrees=ledger.returncode == 0,
    )  # fmt: skip


def a_crowd(stack: CrashingStack, *, folder: Path) -> Crowd:
    """Customers of the stack, with accounts taken over and log-ins of their own."""
    portfolio = folder / "portfolio.jsonl"
    write_portfolio(portfolio, on=datetime.now(UTC).date())
    stack.captive("import", str(portfolio), "--as-reported")
    mailbox = Mailbox(url=stack.sandbox_url)
    return Crowd(enrolled(url=stack.url, mailbox=mailbox, debtors=debtors()))


def play(stack: CrashingStack, crowd: Crowd, scene: Scene) -> Played:
    """One scene to its end: what is missing has not happened within the time, and is a finding."""
    started, first = time.monotonic(), len(crowd.payments)
    for program in SERVICES:
        stack.arm(program, scene.armed(program))
    missing = _until_all_have_died(stack, crowd, scene)
    stack.disarm()
    wait_until_quiet(stack)
    put_aside = _let_be_tried_again(stack)
    if put_aside:
        wait_until_quiet(stack)
    count = counted(stack, crowd.payments[first:])
    count.defects += of_accounts(stack, crowd.payments)
    return Played(scene, missing, count, put_aside, time.monotonic() - started)


def _let_be_tried_again(stack: CrashingStack) -> int:
    """What is put aside because processes ended in it: points that one payment passes may have killed it each time."""
    listed = [line.split("  ") for line in stack.captive("parked", "list").stdout.splitlines()]
    put_aside = [line[0] for line in listed if line[-1] == PROCESS_ENDED]
    for event_id in put_aside:
        stack.captive("parked", "retry", event_id)
    return len(put_aside)


def _until_all_have_died(stack: CrashingStack, crowd: Crowd, scene: Scene) -> list[Death]:
    ends_at, earlier = time.monotonic() + SCENE_SECONDS_MAX, stack.deaths()
    missing, skies = list(scene.deaths), dict[str, AbstractContextManager[None]]()
    try:
        with Traffic(crowd, sources=scene.sources):
            while missing and time.monotonic() < ends_at:
                wanted = weather_of(missing)
                for kind in wanted - set(skies):
                    skies[kind] = weather(stack, kind)
                    skies[kind].__enter__()
                for kind in set(skies) - wanted:
                    skies.pop(kind).__exit__(None, None, None)
                time.sleep(LOOK_SECONDS)
                missing = scene.missing(stack.deaths() - earlier)
    finally:
        for sky in skies.values():
            sky.__exit__(None, None, None)
    return missing


def table(deaths: Mapping[tuple[str, str], int]) -> list[str]:
    """Points by programs: how often each died there; blank where a program does not pass the point."""
    head = f"{'':<30}" + "".join(f"{program:>15}" for program in SERVICES)
    rows = (
        f"{point:<30}" + "".join(f"{_cell(deaths, point, program):>15}" for program in SERVICES)
        for point in sorted(PASSES)
    )
    return [row.rstrip() for row in (head, *rows)]


def _cell(deaths: Mapping[tuple[str, str], int], point: str, program: str) -> str:
    if program not in PASSES[point]:
        return ""
    return str(deaths.get((point, program), 0) or "-")
