"""`bench notify`: a fan-out of alerts, from the payments that cause them to their vendors, by one process.

Every message takes the whole way: event from the broker, decision, row, event to ourselves, errand, the vendor's
official client over HTTP, the record of the answer, and what is told of it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from deploy.bench import notify_ground
from deploy.bench.bystanders import Watch
from deploy.bench.notify_ground import MESSAGES_PER_PAYMENT, Ground
from deploy.bench.processor import family_seconds_used, seconds_used, whole_seconds_used
from deploy.bench.report import Figure, Target

MESSAGES_PER_SECOND_MIN = 300.0
GROWTH_MEGABYTES_MAX = 64.0
MILLISECONDS_PER_MESSAGE_MAX = 3.0
WARM_MESSAGES = 400
MEGABYTE = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Form:
    """How many alerts, to how many people, how often."""

    alerts: int
    people: int
    rounds: int


@dataclass(frozen=True, kw_only=True)
class Round:
    """One fan-out. Processor time in seconds, of each process of those that had a part in it."""

    seconds: float
    used_seconds: dict[str, float]
    growth_bytes: int
    elsewhere_percent: float


@dataclass(frozen=True, kw_only=True)
class Measured:
    """All rounds, and how many messages never came to their vendor, or twice."""

    rounds: Sequence[Round]
    lost: int
    twice: int


def measure(*, ground: Ground, form: Form, say: Callable[[str], None]) -> Measured:
    """Raises StackProblem where a message is not sent."""
    notify_ground.drain(ground, messages=WARM_MESSAGES)
    resting_bytes = notify_ground.memory_of(ground.notifications)
    say(f"warm: {resting_bytes / MEGABYTE:.0f} MB")
    rounds = []
    for number in range(1, form.rounds + 1):
        rounds.append(_round(ground, form=form, resting_bytes=resting_bytes))
        say(f"round {number}: {form.alerts / rounds[-1].seconds:,.0f} messages/s")
    copies = notify_ground.arrived(ground)
    expected = WARM_MESSAGES + form.rounds * form.alerts
    return Measured(
        rounds=rounds, lost=max(0, expected - len(copies)), twice=sum(1 for count in copies.values() if count > 1)
    )


def figures_of(measured: Measured, *, form: Form) -> list[Figure]:
    """What is printed: the two targets, what a message costs and where, and what became of every message."""
    rounds = measured.rounds
    rates = [form.alerts / one.seconds for one in rounds]
    growths = [one.growth_bytes / MEGABYTE for one in rounds]

    def microseconds(name: str) -> Figure:
        spent = [one.used_seconds[name] / form.alerts * 1e6 for one in rounds]
        return Figure.of(f"  processor time of a message, {name}", values=spent, unit="µs")

    spent = [one.used_seconds["notifications"] / form.alerts * 1e3 for one in rounds]
    shares = [one.used_seconds["sandbox"] / sum(one.used_seconds.values()) * 100 for one in rounds]
    return [
        Figure.of("messages, one process", values=rates, unit="/s", target=Target(at_least=MESSAGES_PER_SECOND_MIN)),
        Figure.of("growth of its memory", values=growths, unit="MB", target=Target(at_most=GROWTH_MEGABYTES_MAX)),
        Figure.of(
            "processor time of a message in notifications", values=spent, unit="ms",
            target=Target(at_most=MILLISECONDS_PER_MESSAGE_MAX, decides=False),
        ),
        *map(microseconds, ("notifications", "PostgreSQL", "broker", "sandbox")),
        Figure.of("  the sandbox's share of it all", values=shares, unit="%"),
        Figure.of("machine used by others", values=[one.elsewhere_percent for one in rounds], unit="%"),
        Figure.of("messages that were lost", values=[measured.lost], unit="", target=Target(at_most=0)),
        Figure.of("messages that were sent twice", values=[measured.twice], unit="", target=Target(at_most=0)),
    ]  # fmt: skip


def _round(ground: Ground, *, form: Form, resting_bytes: int) -> Round:
    watch = Watch(processes=(ground.notifications, ground.sandbox), bystanders=ground.bystanders)
    before = _used(ground)
    seconds, memory_bytes = notify_ground.drain(ground, messages=form.alerts)
    used = {name: now - before[name] for name, now in _used(ground).items()}
    return Round(
        seconds=seconds, used_seconds=used, growth_bytes=memory_bytes - resting_bytes,
        elsewhere_percent=watch.elsewhere_percent(),
    )  # fmt: skip


def _used(ground: Ground) -> dict[str, float]:
    return {
        "notifications": seconds_used(ground.notifications),
        "PostgreSQL": family_seconds_used(ground.bystanders.databases),
        "broker": family_seconds_used(ground.bystanders.broker),
        "sandbox": whole_seconds_used(ground.sandbox),
    }


def alerts_of(number: int) -> int:
    """Whole payments only."""
    return number // MESSAGES_PER_PAYMENT * MESSAGES_PER_PAYMENT
