"""`bench http`: the same two routes in the house, in stock nameko and in one bare process, in rounds that take turns.

Every arm's answers are compared before anything is measured: what is served, and what is refused with which code. As
in `bench rpc`, ratios are taken within a round, a turn that others disturbed is taken again, and whether a try counts
hangs on what others did.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.bench.bystanders import Watch
from deploy.bench.http_arms import HOUSE, STOCK, HttpArm, Running
from deploy.bench.http_payers import Payer, count_and_settle
from deploy.bench.precedence import Precedence
from deploy.bench.processor import QUIET_PERCENT_MAX, Patience, seconds_used
from deploy.bench.report import Figure, Target
from deploy.catalogue import ROOT
from deploy.stack import StackProblem

WARM_SECONDS = 0.5
LOAD_SECONDS_MAX = 120.0
READ, PAY = "read", "pay"
AMOUNT_CENTS = 100
READ_RATIO_MIN = 1.8


@dataclass(frozen=True)
class Form:
    """How often, how long."""

    rounds: int
    seconds: float
    patience_seconds: float = 0.0


@dataclass(frozen=True)
class Turn:
    """One arm's figures on one route in one round."""

    requests_per_second: float
    p50_milliseconds: float
    p99_milliseconds: float
    processes_microseconds: float
    broker_microseconds: float
    databases_microseconds: float
    elsewhere_percent: float

    @property
    def microseconds(self) -> float:
        """All that an answer costs."""
        return self.processes_microseconds + self.broker_microseconds + self.databases_microseconds


# By route and arm.
Turns = dict[tuple[str, str], list[Turn]]


def measure(
    *, ground: Running, routes: Sequence[str], expected: Mapping[str, str], form: Form, precedence: Precedence,
    say: Callable[[str], None],
) -> Turns:  # fmt: skip
    """Every arm once per route and round. Raises StackProblem at the first wrong answer or miscount."""
    turns: Turns = {(route, arm.name): [] for route in routes for arm in ground.arms}
    patience = Patience(form.patience_seconds)
    for arm in ground.arms:
        for route in routes:
            load(arm, plan=plan_of(route, ground.payers, expected), ground=ground, seconds=WARM_SECONDS)
    for number in range(form.rounds):
        shift = number % len(ground.arms)
        for route in routes:
            for arm in (*ground.arms[shift:], *ground.arms[:shift]):
                with precedence.taken():
                    turn = _quiet_turn(arm, route, ground=ground, expected=expected, form=form, patience=patience)
                turns[route, arm.name].append(turn)
            shown = ", ".join(
                f"{arm.name} {turns[route, arm.name][-1].requests_per_second:,.0f}/s" for arm in ground.arms
            )
            say(f"round {number + 1} of {form.rounds}, {route}: {shown}")
    return turns


def plan_of(route: str, payers: Sequence[Payer], expected: Mapping[str, str]) -> list[dict[str, Any]]:
    """What each client asks, over and over."""
    if route == READ:
        return [
            {
                "method": "GET", "path": f"/v1/accounts/{payer.account_id}", "authorization": payer.authorization(),
                "body": None, "status": 200, "expected": expected[payer.account_id],
            }
            for payer in payers
        ]  # fmt: skip
    return [payment_plan(payer.account_id, payer.method_id, payer.authorization()) for payer in payers]


def payment_plan(account_id: str, method_id: str, authorization: str) -> dict[str, Any]:
    """A client that pays on one account."""
    return {
        "method": "POST", "path": f"/v1/accounts/{account_id}/payments", "authorization": authorization,
        "body": {"amount_cents": AMOUNT_CENTS, "payment_method_id": method_id, "pay_anyway": True},
        "status": 201, "expected": None,
    }  # fmt: skip


def load(arm: HttpArm, *, plan: list[dict[str, Any]], ground: Running, seconds: float) -> dict[str, Any]:
    """What the clients saw. Raises StackProblem at a wrong answer, and where payments were miscounted."""
    found, made = run_load(port=arm.port, plan=plan, folder=ground.ground.folder, seconds=seconds, name=arm.name)
    clock = ground.payers[0].clock
    counted = count_and_settle(ground.ground.database_urls["payments"], clock=clock)
    if counted != len(made):
        raise StackProblem(f"The arm {arm.name} answered {len(made)} payments, and {counted} are on record.")
    return found


def run_load(
    *, port: int, plan: list[dict[str, Any]], folder: Path, seconds: float, name: str,
    warm_seconds: float = WARM_SECONDS,
) -> tuple[dict[str, Any], list[str]]:  # fmt: skip
    """The clients' figures and the ids of what they made. Raises StackProblem at a wrong answer."""
    file, results = folder / "plan.json", folder / "made"
    clients = {"port": port, "warm_seconds": warm_seconds, "seconds": seconds, "results": str(results), "clients": plan}
    file.write_text(json.dumps(clients))
    done = subprocess.run(
        [sys.executable, "-m", "deploy.bench.http_load", str(file)],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LOAD_SECONDS_MAX + seconds,
        check=False,
    )
    if not done.stdout:
        raise StackProblem(f"The load on {name} failed: {done.stderr.strip()[-300:]}")
    found: dict[str, Any] = json.loads(done.stdout)
    if "wrong" in found:
        raise StackProblem(f"{name} gave a wrong answer, so nothing was measured: {found['wrong']}")
    made = results.read_text().split()
    if len(set(made)) != len(made):
        raise StackProblem(f"{name} gave {len(made) - len(set(made))} payments the id of another.")
    return found, made


def figures_of(turns: Turns) -> list[Figure]:
    """What is printed: each arm's figures on each route, then the ratios of each round's pairs."""
    found = [
        Figure.of(f"{route}, {name} {words}", values=[getattr(turn, field) for turn in taken], unit=unit)
        for (route, name), taken in turns.items()
        for field, words, unit in _FIELDS
    ]
    for route in dict.fromkeys(route for route, _ in turns):
        for other in dict.fromkeys(name for _, name in turns if name != HOUSE):
            if (route, HOUSE) in turns and (route, other) in turns:
                found += _ratios(route, other, turns[route, HOUSE], turns[route, other])
    return found


def _ratios(route: str, other: str, ours: Sequence[Turn], theirs: Sequence[Turn]) -> list[Figure]:
    pairs = list(zip(ours, theirs, strict=True))
    name = f"{route}, {HOUSE} / {other}"
    target = Target(at_least=READ_RATIO_MIN) if (route, other) == (READ, STOCK) else None
    speeds = [mine.requests_per_second / their.requests_per_second for mine, their in pairs]
    works = [their.microseconds / mine.microseconds for mine, their in pairs]
    return [
        Figure.of(name, values=speeds, unit="×", target=target),
        Figure.of(f"{name}, by processor time", values=works, unit="×"),
    ]


def _quiet_turn(
    arm: HttpArm, route: str, *, ground: Running, expected: Mapping[str, str], form: Form, patience: Patience
) -> Turn:
    tries: list[Turn] = []
    while True:
        patience.wait_for_quiet()
        tries.append(_turn(arm, plan_of(route, ground.payers, expected), ground=ground, seconds=form.seconds))
        if tries[-1].elsewhere_percent <= QUIET_PERCENT_MAX or patience.seconds <= 0:
            return min(tries, key=lambda turn: turn.elsewhere_percent)
        patience.seconds -= form.seconds


def _turn(arm: HttpArm, plan: list[dict[str, Any]], *, ground: Running, seconds: float) -> Turn:
    processes = list(arm.processes.values())
    before = {"processes": sum(map(seconds_used, processes)), **ground.bystanders.used()}
    watch = Watch(processes=processes, bystanders=ground.bystanders)
    found = load(arm, plan=plan, ground=ground, seconds=seconds)
    elsewhere = watch.elsewhere_percent(more_seconds=found["processor_seconds"])
    after = {"processes": sum(map(seconds_used, processes)), **ground.bystanders.used()}
    return Turn(
        requests_per_second=found["requests_per_second"],
        p50_milliseconds=found["p50_milliseconds"],
        p99_milliseconds=found["p99_milliseconds"],
        elsewhere_percent=elsewhere,
        **{f"{name}_microseconds": (after[name] - before[name]) / found["answered"] * 1e6 for name in before},
    )


_FIELDS = (
    ("requests_per_second", "answers", "/s"),
    ("p50_milliseconds", "p50", "ms"),
    ("p99_milliseconds", "p99", "ms"),
    ("processes_microseconds", "processor time, its processes", "µs"),
    ("broker_microseconds", "processor time, broker", "µs"),
    ("databases_microseconds", "processor time, PostgreSQL", "µs"),
    ("elsewhere_percent", "machine used by others", "%"),
)
