"""`bench rpc`: a question over HTTP, RPC and back; every arm in one run, in short rounds that take turns.

The machine is shared, so a single figure of one arm says little. Rounds alternate, each round begins with another arm,
and ratios are taken within a round, where both sides met the same machine; reported are medians with their range.
Each turn waits for a quiet moment, one that was disturbed is taken again, and the quietest of its tries counts, all
within one measure of patience; whether a try counts hangs on what others did, never on how quick it was.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from deploy.bench import arms
from deploy.bench.arms import Arm
from deploy.bench.bystanders import Bystanders, Watch
from deploy.bench.precedence import Precedence
from deploy.bench.processor import QUIET_PERCENT_MAX, Patience, seconds_used
from deploy.bench.report import Figure, Target
from deploy.catalogue import ROOT
from deploy.stack import StackProblem

WARM_SECONDS = 0.5
LOAD_SECONDS_MAX = 60.0
RATIO_TO_STOCK_MIN = 2.5
SHARE_OF_RAW_STRETCH = 0.5


@dataclass(frozen=True)
class Form:
    """How long, how often, how many."""

    clients: int
    rounds: int
    seconds: float
    patience_seconds: float = 0.0


@dataclass(frozen=True)
class Turn:
    """One arm's figures in one round."""

    requests_per_second: float
    p50_milliseconds: float
    p99_milliseconds: float
    gateway_microseconds: float
    service_microseconds: float
    broker_microseconds: float
    databases_microseconds: float
    elsewhere_percent: float

    @property
    def microseconds(self) -> float:
        """All that an answer costs; two processors can give no more answers than fit into theirs."""
        ours = self.gateway_microseconds + self.service_microseconds
        return ours + self.broker_microseconds + self.databases_microseconds


Turns = dict[str, list[Turn]]


def measure(
    *, running: Sequence[Arm], bystanders: Bystanders, form: Form, precedence: Precedence, say: Callable[[str], None]
) -> Turns:
    """Every arm once per round. Raises StackProblem at the first wrong answer."""
    for arm in running:
        load(arm, clients=form.clients, seconds=WARM_SECONDS)
    turns: Turns = {arm.name: [] for arm in running}
    patience = Patience(form.patience_seconds)
    for number in range(form.rounds):
        shift = number % len(running)
        for arm in (*running[shift:], *running[:shift]):
            with precedence.taken():
                turns[arm.name].append(_quiet_turn(arm, bystanders=bystanders, form=form, patience=patience))
        shown = ", ".join(f"{name} {turns[name][-1].requests_per_second:,.0f}/s" for name in turns)
        say(f"round {number + 1} of {form.rounds}: {shown}")
    return turns


def load(arm: Arm, *, clients: int, seconds: float) -> dict[str, Any]:
    """What the clients saw of one arm. Raises StackProblem at a wrong answer."""
    arguments = [str(arm.port), str(clients), str(WARM_SECONDS), str(seconds)]
    done = subprocess.run(
        [sys.executable, "-m", "deploy.bench.load", *arguments],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LOAD_SECONDS_MAX + seconds,
        check=False,
    )
    if not done.stdout:
        raise StackProblem(f"The load on {arm.name} failed: {done.stderr.strip()[-300:]}")
    found: dict[str, Any] = json.loads(done.stdout)
    if "wrong" in found:
        raise StackProblem(f"The arm {arm.name} gave a wrong answer, so nothing was measured: {found['wrong']}")
    return found


def figures_of(turns: Turns) -> list[Figure]:
    """What is printed: each arm's figures, then the ratios of each round's pairs."""
    found = [
        Figure.of(f"{name} {words}", values=[getattr(turn, field) for turn in taken], unit=unit)
        for name, taken in turns.items()
        for field, words, unit in _FIELDS
    ]
    for name, other, target in _RATIOS:
        if name in turns and other in turns:
            pairs = list(zip(turns[name], turns[other], strict=True))
            speeds = [mine.requests_per_second / theirs.requests_per_second for mine, theirs in pairs]
            works = [theirs.microseconds / mine.microseconds for mine, theirs in pairs]
            found.append(Figure.of(f"{name} / {other}", values=speeds, unit="×", target=target))
            found.append(Figure.of(f"{name} / {other}, by processor time", values=works, unit="×"))
    return found


def _quiet_turn(arm: Arm, *, bystanders: Bystanders, form: Form, patience: Patience) -> Turn:
    tries: list[Turn] = []
    while True:
        patience.wait_for_quiet()
        tries.append(_turn(arm, bystanders=bystanders, form=form))
        if tries[-1].elsewhere_percent <= QUIET_PERCENT_MAX or patience.seconds <= 0:
            return min(tries, key=lambda turn: turn.elsewhere_percent)
        patience.seconds -= form.seconds


def _turn(arm: Arm, *, bystanders: Bystanders, form: Form) -> Turn:
    used = _used(arm, bystanders)
    watch = Watch(processes=(arm.gateway, arm.service), bystanders=bystanders)
    found = load(arm, clients=form.clients, seconds=form.seconds)
    elsewhere = watch.elsewhere_percent(more_seconds=found["processor_seconds"])
    after = _used(arm, bystanders)
    return Turn(
        requests_per_second=found["requests_per_second"],
        p50_milliseconds=found["p50_milliseconds"],
        p99_milliseconds=found["p99_milliseconds"],
        elsewhere_percent=elsewhere,
        **{f"{name}_microseconds": (after[name] - used[name]) / found["answered"] * 1e6 for name in used},
    )


def _used(arm: Arm, bystanders: Bystanders) -> dict[str, float]:
    return {"gateway": seconds_used(arm.gateway), "service": seconds_used(arm.service), **bystanders.used()}


_FIELDS = (
    ("requests_per_second", "answers", "/s"),
    ("p50_milliseconds", "p50", "ms"),
    ("p99_milliseconds", "p99", "ms"),
    ("gateway_microseconds", "processor time, gateway", "µs"),
    ("service_microseconds", "processor time, service", "µs"),
    ("broker_microseconds", "processor time, broker", "µs"),
    ("databases_microseconds", "processor time, PostgreSQL", "µs"),
    ("elsewhere_percent", "machine used by others", "%"),
)
_RATIOS = (
    (arms.BARE, arms.STOCK, Target(at_least=RATIO_TO_STOCK_MIN)),
    (arms.FULL, arms.STOCK, Target(at_least=RATIO_TO_STOCK_MIN, decides=False)),
    (arms.BARE, arms.RAW, Target(at_least=SHARE_OF_RAW_STRETCH, decides=False)),
    (arms.FULL, arms.RAW, Target(at_least=SHARE_OF_RAW_STRETCH, decides=False)),
)
