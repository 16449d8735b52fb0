"""`bench ledger`: a backlog of payments goes from RabbitMQ into the ledger, beside the same statements alone.

Arms take turns within a round, each on a fresh copy of the same books: one accounts process, two of them, and pgbench,
which sends the recorded statements again. Ratios are taken within a round.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from chassis.store import Database
from deploy.bench import ledger_floor, ledger_ground
from deploy.bench.ledger_floor import Sent
from deploy.bench.ledger_ground import Ground
from deploy.bench.processor import family_seconds_used, machine_seconds_used, seconds_used
from deploy.bench.report import Figure, Target
from deploy.ledger_check import check

PAYMENTS_PER_SECOND_MIN = 400.0
SHARE_OF_FLOOR_MIN = 0.6
# Beside others no two drains take exactly as long: this much is no difference.
NEVER_SLOWER_MIN = 0.95
BACKDATED_SHARE = 0.3
WAITED = "still waiting for"
# A table's file grows for whoever comes first; nobody's work is waited for, only the disk.
GROWING = "on extension of relation"


@dataclass(frozen=True, kw_only=True)
class Form:
    """How many payments of how many accounts, how often."""

    payments: int
    accounts: int
    rounds: int


@dataclass(frozen=True, kw_only=True)
class Drained:
    """One backlog, drained. Processor time in seconds; `elsewhere_seconds` is what others used of the machine."""

    seconds: float
    accounts_seconds: float
    databases_seconds: float
    broker_seconds: float
    machine_seconds: float
    lock_waits: int
    growth_waits: int
    differences: int


@dataclass(frozen=True)
class Round:
    """The arms of one round."""

    one: Drained
    two: Drained
    floor: Sent


def measure(*, ground: Ground, form: Form, say: Callable[[str], None]) -> list[Round]:
    """Every arm once a round. Raises StackProblem where a payment does not arrive, or a statement fails."""
    # Every wait of more than a millisecond is written down.
    for setting in ("deadlock_timeout = '1ms'", "log_lock_waits = on"):
        ground.ask("postgres", f"ALTER SYSTEM SET {setting}")
    ground.ask("postgres", "SELECT pg_reload_conf()")
    bodies = ledger_ground.backlog(ground, payments=form.payments, backdated_share=BACKDATED_SHARE)
    script = ledger_floor.record(ground, bodies=bodies)
    say(f"{form.payments} payments of {form.accounts} loans; {script.stat().st_size / 1e6:.1f} MB of statements")
    rounds = []
    for number in range(1, form.rounds + 1):
        arms: dict[str, Drained] = {}
        for name, count in (("one", 1), ("two", 2)) if number % 2 else (("two", 2), ("one", 1)):
            arms[name] = _drained(ground, bodies=bodies, count=count)
        rounds.append(Round(**arms, floor=ledger_floor.send_again(ground, script=script)))
        say(f"round {number}: " + _said(rounds[-1], payments=form.payments))
    return rounds


def figures_of(rounds: Sequence[Round], *, form: Form) -> list[Figure]:
    """What is printed."""
    ones, twos, floors = ([getattr(each, name) for each in rounds] for name in ("one", "two", "floor"))

    def each(name: str, seconds: Sequence[float], target: Target | None = None) -> Figure:
        return Figure.of(name, values=[form.payments / one for one in seconds], unit="/s", target=target)

    def microseconds(name: str, seconds: Sequence[float]) -> Figure:
        return Figure.of(
            f"  processor time of a payment, {name}", values=[s / form.payments * 1e6 for s in seconds], unit="µs"
        )

    pairs = list(zip(ones, twos, strict=True))
    shares = [floor.seconds / one.seconds for one, floor in zip(ones, floors, strict=True)]
    gains = [one.seconds / two.seconds for one, two in pairs]
    return [
        each("payments, one process", [one.seconds for one in ones], Target(at_least=PAYMENTS_PER_SECOND_MIN)),
        microseconds("accounts", [one.accounts_seconds for one in ones]),
        microseconds("PostgreSQL", [one.databases_seconds for one in ones]),
        microseconds("broker", [one.broker_seconds for one in ones]),
        each("payments, two processes", [two.seconds for two in twos]),
        microseconds("accounts, both", [two.accounts_seconds for two in twos]),
        microseconds("PostgreSQL", [two.databases_seconds for two in twos]),
        each("the same statements by pgbench", [floor.seconds for floor in floors]),
        microseconds("pgbench", [floor.client_seconds for floor in floors]),
        microseconds("PostgreSQL", [floor.databases_seconds for floor in floors]),
        Figure.of("one process / pgbench", values=shares, unit="×", target=Target(at_least=SHARE_OF_FLOOR_MIN)),
        Figure.of("two processes / one", values=gains, unit="×", target=Target(at_least=NEVER_SLOWER_MIN)),
        _none("waits for a lock", [one.lock_waits + two.lock_waits for one, two in pairs]),
        Figure.of(
            "  for a file that grows", values=[one.growth_waits + two.growth_waits for one, two in pairs], unit=""
        ),
        _none("differences in the ledger", [one.differences + two.differences for one, two in pairs]),
    ]


def _none(name: str, counts: Sequence[int]) -> Figure:
    """One in any round is one too many."""
    return Figure.of(name, values=[max(counts)], unit="", target=Target(at_most=0))


def _drained(ground: Ground, *, bodies: Sequence[str], count: int) -> Drained:
    server, broker, log = ground.bystanders.databases, ground.bystanders.broker, ground.cluster.folder / "log"
    with (
        ground.copied_books() as database,
        ledger_ground.processes(ground, database=database, count=count) as drainers,
    ):
        ledger_ground.drain(ground, bodies=ledger_ground.warm_up(ground), drainers=drainers, database=database)
        ledger_ground.come_to_rest(ground, database=database)
        logged = log.stat().st_size
        used = [
            sum(seconds_used(one.pid) for one in drainers),
            family_seconds_used(server),
            family_seconds_used(broker),
        ]
        machine = machine_seconds_used()
        with ground.precedence(*(one.pid for one in drainers)).taken():
            seconds = ledger_ground.drain(ground, bodies=bodies, drainers=drainers, database=database)
        after = [
            sum(seconds_used(one.pid) for one in drainers),
            family_seconds_used(server),
            family_seconds_used(broker),
        ]
        ours, theirs, brokers = (now - before for now, before in zip(after, used, strict=True))
        waits = _waits(log, since=logged)
        growth = sum(GROWING in wait for wait in waits)
        return Drained(
            seconds=seconds, accounts_seconds=ours, databases_seconds=theirs, broker_seconds=brokers,
            machine_seconds=machine_seconds_used() - machine, lock_waits=len(waits) - growth, growth_waits=growth,
            differences=_differences(ground, database),
        )  # fmt: skip


def _waits(log: Path, *, since: int) -> list[str]:
    with log.open("rb") as stream:
        stream.seek(since)
        return [line for line in stream.read().decode(errors="replace").splitlines() if WAITED in line]


def _differences(ground: Ground, database: str) -> int:
    books = Database(url=ground.url_of(database), service=ledger_ground.SERVICE, clock=ground.clock)
    try:
        return len(check(books))
    finally:
        books.close()


def _said(found: Round, *, payments: int) -> str:
    rates = {"one process": found.one.seconds, "two": found.two.seconds, "pgbench": found.floor.seconds}
    return ", ".join(f"{name} {payments / seconds:,.0f}/s" for name, seconds in rates.items())
