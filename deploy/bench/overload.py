"""More than can be answered: who is answered then, how soon the others know, and how soon it is over.

First what the stack can do: clients who each wait for their answer. Then a crowd that does not wait, at two and at four
times that rate, and right after it one at half the rate: from its answers it shows when all is as before.
"""

import json
import resource
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from deploy.bench.bystanders import Bystanders, Watch
from deploy.bench.crowd import ANSWERED, GIVEN_UP, NO_ANSWER, REFUSED, Sample
from deploy.bench.percentile import percentile
from deploy.bench.report import Figure, Target
from deploy.bench.whole_stack import Payer, processes_of
from deploy.catalogue import ROOT
from deploy.demo.client import StepFailed
from deploy.stack import StackProblem, StackRecord

CLIENTS = 32
FACTORS = (2, 4)
AFTER_SECONDS = 4.0
AFTER_SHARE = 0.5
STEP_SECONDS, SOON_SECONDS, NEARLY_ALL = 0.5, 1.0, 0.95
RANKS = ("first", "read", "rest")
CROWD_SECONDS_MAX = 120.0

FIRST_ANSWERED_PERCENT_MIN = 95.0
REFUSAL_MILLISECONDS_MAX = 250.0
FIRST_MILLISECONDS_MAX = 2000.0
RECOVERED_SECONDS_MAX = 1.0


@dataclass(frozen=True)
class Form:
    """How long each load lasts, and its size as multiples of what the stack can do."""

    seconds: float
    factors: tuple[int, ...] = FACTORS


@dataclass(frozen=True)
class Round:
    """The answers to one load, and what else used the machine meanwhile."""

    name: str
    samples: Sequence[Sample]
    seconds: float
    per_second: float
    elsewhere_percent: float

    def during(self, rank: str) -> list[Sample]:
        """The requests of that rank that were due while the load lasted."""
        return [sample for sample in self.samples if sample[0] == rank and sample[1] < self.seconds]

    def recovered_after_seconds(self) -> float:
        """From the end of the load to the first half second in which nearly all are answered, and soon."""
        steps = int(AFTER_SECONDS / STEP_SECONDS)
        for begins_at in (step * STEP_SECONDS for step in range(steps)):
            asked = [
                outcome == ANSWERED and seconds < SOON_SECONDS
                for _, due_at, seconds, outcome in self.samples
                if 0 <= due_at - self.seconds - begins_at < STEP_SECONDS
            ]
            if sum(asked) >= NEARLY_ALL * len(asked):
                return begins_at
        return AFTER_SECONDS


def measure(
    *, record: StackRecord, payer: Payer, bystanders: Bystanders, form: Form, say: Callable[[str], None]
) -> list[Round]:
    """The load that the stack can bear, then those that it cannot. Raises StackProblem."""

    def play(name: str, *, seconds: float, per_second: float = 0.0, **how: Any) -> Round:
        watch = Watch(processes=processes_of(record), bystanders=bystanders)
        samples, used = _crowd(payer, record.url, **how)
        found = Round(name, samples, seconds, per_second, watch.elsewhere_percent(more_seconds=used))
        say(f"{name}: {len(samples)} requests")
        return found

    play("warming up", seconds=1.0, clients=CLIENTS // 4, for_seconds=1.0)
    calm = play("borne", seconds=form.seconds, clients=CLIENTS, for_seconds=form.seconds)
    per_second = _answered(calm.samples) / form.seconds
    rounds = [Round("borne", calm.samples, form.seconds, per_second, calm.elsewhere_percent)]
    for factor in form.factors:
        pace = [[per_second * factor, form.seconds], [per_second * AFTER_SHARE, AFTER_SECONDS]]
        rounds.append(play(f"{factor} times", seconds=form.seconds, per_second=per_second * factor, pace=pace))
    return rounds


def figures_of(rounds: Sequence[Round]) -> list[Figure]:
    """By load: who was answered, how soon, how soon the refused knew, and how soon it was over."""
    calm, *loads = rounds
    found = [
        Figure.of("borne by the stack", values=[calm.per_second], unit="/s"),
        *_spread("sign-ins and payments when borne", _latencies(calm, "first", ANSWERED), None),
    ]
    for load in loads:
        found += [_share(load, rank) for rank in RANKS]
        refusals = [seconds for rank in RANKS for seconds in _latencies(load, rank, REFUSED)]
        target = Target(at_most=REFUSAL_MILLISECONDS_MAX, decides=False)
        found += _spread(f"{load.name}: refusals", refusals, target)
        target = Target(at_most=FIRST_MILLISECONDS_MAX, decides=False)
        found += _spread(f"{load.name}: sign-ins and payments", _latencies(load, "first", ANSWERED), target)
        found += [
            Figure.of(f"{load.name}: answered", values=[_answered_while(load) / load.seconds], unit="/s"),
            Figure.of(f"{load.name}: given up by a service", values=[_count(load.samples, GIVEN_UP)], unit=""),
            Figure.of(f"{load.name}: without any answer", values=[_count(load.samples, NO_ANSWER)], unit=""),
            Figure.of(
                f"{load.name}: as before after", values=[load.recovered_after_seconds()], unit="s",
                target=Target(at_most=RECOVERED_SECONDS_MAX, decides=False),
            ),
        ]  # fmt: skip
    elsewhere = [load.elsewhere_percent for load in rounds]
    return [*found, Figure.of("machine used by others", values=elsewhere, unit="%")]


def _crowd(payer: Payer, url: str, *, for_seconds: float = 0.0, **how: Any) -> tuple[list[Sample], float]:
    """The answers, and the processor time that asking took. The token is a new one: it lives for five minutes."""
    used_before = _seconds_of_children()
    person = payer.person
    try:
        payer.client.sign_in(user_id=person.email, password=person.password)
    except StepFailed as failure:
        raise StackProblem(f"The demo's customer cannot sign in, so nothing was measured: {failure}") from failure
    plan = {
        "url": url, "token": payer.client.authorization, "account_id": payer.account_id, "method_id": payer.method_id,
        "user_id": person.email, "password": person.password, "seconds": for_seconds, **how,
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "deploy.bench.crowd"],
        input=json.dumps(plan), cwd=ROOT, capture_output=True, text=True, check=False, timeout=CROWD_SECONDS_MAX,
    )  # fmt: skip
    if done.returncode:
        raise StackProblem(f"The crowd could not ask: {done.stderr.strip()[-600:]}")
    samples = [tuple(sample) for sample in json.loads(done.stdout)]
    wrong = {outcome for _, _, _, outcome in samples} - {ANSWERED, REFUSED, GIVEN_UP, NO_ANSWER}
    if wrong:
        raise StackProblem(f"Answers came that nobody asked for, so nothing was measured: {', '.join(sorted(wrong))}.")
    return samples, _seconds_of_children() - used_before


def _seconds_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _share(load: Round, rank: str) -> Figure:
    samples = load.during(rank)
    percent = 100 * _answered(samples) / max(1, len(samples))
    target = Target(at_least=FIRST_ANSWERED_PERCENT_MIN) if rank == "first" else None
    return Figure.of(f"{load.name}: answered of rank {rank}", values=[percent], unit="%", target=target)


def _answered(samples: Sequence[Sample]) -> int:
    return _count(samples, ANSWERED)


def _answered_while(load: Round) -> int:
    return sum(_answered(load.during(rank)) for rank in RANKS)


def _count(samples: Sequence[Sample], wanted: str) -> int:
    return sum(outcome == wanted for _, _, _, outcome in samples)


def _latencies(load: Round, rank: str, wanted: str) -> list[float]:
    return [seconds * 1000 for _, _, seconds, outcome in load.during(rank) if outcome == wanted]


def _spread(name: str, milliseconds: Sequence[float], target: Target | None) -> list[Figure]:
    return [
        Figure.of(f"{name}, p50", values=[percentile(milliseconds, 0.5)], unit="ms"),
        Figure.of(f"{name}, p99", values=[percentile(milliseconds, 0.99)], unit="ms", target=target),
    ]
