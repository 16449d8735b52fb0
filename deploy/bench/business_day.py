"""What a business day costs: the same accounts due, among few and among many, by two processes, to the last commit."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import create_engine, func, make_url, select, text

from chassis.keys import FieldCipher
from chassis.migrating import upgrade
from chassis.store import Database
from chassis.tables import outbox
from deploy.bench.bystanders import process_of_databases
from deploy.bench.day_portfolio import Size, build
from deploy.bench.day_worker import LOOK_AGAIN_SECONDS, DayClock
from deploy.bench.processor import ended_children_seconds_used
from deploy.bench.report import Figure, Target
from deploy.catalogue import ROOT, migrations_of
from deploy.days.watching import Day, days_of
from deploy.keys import ensure_keys
from deploy.postgres.cluster import Cluster
from services.accounts.operations import note_payments_closed
from services.accounts.providers.wiring import PURPOSE

FIRST_ON = date(2026, 11, 10)
SECONDS_MAX = Target(at_most=90)
RATIO_MAX = Target(at_most=1.3)
GIVE_UP_SECONDS = 900.0


@dataclass(frozen=True, kw_only=True)
class Form:
    """Two portfolios, the accounts due on each day in either of them, and how many processes work."""

    small: int
    large: int
    due: int
    rounds: int
    workers: int


@dataclass(frozen=True, kw_only=True)
class Portfolio:
    """One of the two, in books of its own."""

    accounts: int
    url: str
    admin_url: str
    server: int


@dataclass(frozen=True)
class Measured:
    """Seconds from the opening of a day to its closing, and processor seconds: the workers', and PostgreSQL's."""

    seconds: float
    workers: float
    databases: float


@contextmanager
def two_portfolios(*, form: Form, say: Callable[[str], None]) -> Iterator[tuple[Portfolio, Portfolio]]:
    """Books on a durable PostgreSQL of our own, gone with the block."""
    with tempfile.TemporaryDirectory(prefix="captive-bench-") as name:
        home = Path(name)
        # PostgreSQL of a root run is another user and has to pass through.
        home.chmod(0o711)
        cluster = Cluster(data=home / "data")
        try:
            cluster.start()
            ensure_keys(folder=home / "keys")
            cipher = FieldCipher(folder=home / "keys", purpose=PURPOSE)
            small, large = (
                _built(cluster, accounts=accounts, form=form, cipher=cipher, say=say)
                for accounts in (form.small, form.large)
            )
            yield small, large
        finally:
            cluster.destroy()


def _built(
    cluster: Cluster, *, accounts: int, form: Form, cipher: FieldCipher, say: Callable[[str], None]
) -> Portfolio:  # fmt: skip
    began, name = time.perf_counter(), f"of{accounts}"
    url, admin_url = cluster.ensure_service_databases([name])[name], cluster.admin_url(name)
    upgrade(url=url, trees={"accounts": migrations_of("accounts")})
    size = Size(accounts=accounts, due=form.due, first_on=FIRST_ON, days=form.rounds)
    build(url=url, admin_url=admin_url, size=size, clock=DayClock(FIRST_ON), cipher=cipher)
    say(f"{accounts:,} accounts made in {time.perf_counter() - began:.0f} s")
    return Portfolio(accounts=accounts, url=url, admin_url=admin_url, server=process_of_databases(cluster))


def measure(*, portfolios: tuple[Portfolio, Portfolio], form: Form, say: Callable[[str], None]) -> list[Figure]:
    """Each portfolio once a round, in turn, every round a day of its own."""
    found: dict[int, list[Measured]] = {portfolio.accounts: [] for portfolio in portfolios}
    for number in range(form.rounds):
        # Each round begins with another one.
        for portfolio in portfolios if number % 2 == 0 else reversed(portfolios):
            measured = run_day(portfolio, on=FIRST_ON + timedelta(days=number), form=form)
            found[portfolio.accounts].append(measured)
            say(f"round {number + 1}: {form.due:,} due of {portfolio.accounts:,} in {measured.seconds:.1f} s")
    small, large = found.values()
    ratios = [more.seconds / less.seconds for less, more in zip(small, large, strict=True)]
    figures = [figure for accounts, measured in found.items() for figure in _figures(accounts, measured, form=form)]
    return [*figures, Figure.of("larger / smaller", values=ratios, unit="×", target=RATIO_MAX)]


def run_day(portfolio: Portfolio, *, on: date, form: Form) -> Measured:
    """One day by so many processes, from its opening to the commit that closes it; what it did is checked."""
    _checkpoint(portfolio)
    clock = DayClock(on)
    database = Database(url=portfolio.url, service="accounts", clock=clock, pool_size=2)
    told_before, used_before = _told(database), ended_children_seconds_used(portfolio.server)
    workers = [_worker(portfolio, on=on) for _ in range(form.workers)]
    began = time.perf_counter()
    for worker in workers:
        _write(worker, "go")
    day = _attend(database, on=on, clock=clock)
    seconds = time.perf_counter() - began
    spent = sum(float(worker.communicate(timeout=GIVE_UP_SECONDS)[0].split()[-1]) for worker in workers)
    # The two events of the day itself are no account's.
    told = _told(database) - told_before - 2
    database.close()
    assert min(day.accounts, told) >= form.due, f"{day.line()}; {day.accounts} accounts, {told} events"
    assert day.is_sound, day.line()
    return Measured(seconds, spent, ended_children_seconds_used(portfolio.server) - used_before)


def _attend(database: Database, *, on: date, clock: DayClock) -> Day:
    """Be payments, which took no money that day, and wait until the day is closed."""
    deadline, is_told = time.monotonic() + GIVE_UP_SECONDS, False
    while time.monotonic() < deadline:
        day = next(iter(days_of(database, since_on=on)), None)
        if day is not None and day.is_closed:
            return day
        if day is not None and not is_told:
            told = {"business_on": on, "count": 0, "cents": 0, "unconfirmed_account_ids": []}
            with database.writing() as transaction:
                note_payments_closed(transaction, told=told, now=clock.now())
            is_told = True
        time.sleep(LOOK_AGAIN_SECONDS)
    raise AssertionError(f"{on} was not closed within {GIVE_UP_SECONDS:g} s")


def _worker(portfolio: Portfolio, *, on: date) -> "subprocess.Popen[str]":
    """A process that is ready to begin."""
    worker = subprocess.Popen(
        [sys.executable, "-m", "deploy.bench.day_worker", portfolio.url, on.isoformat()],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert worker.stdout is not None
    assert worker.stdout.readline() == "ready\n", "a process of the day did not start"
    return worker


def _write(worker: "subprocess.Popen[str]", line: str) -> None:
    assert worker.stdin is not None
    worker.stdin.write(f"{line}\n")
    worker.stdin.flush()


def _told(database: Database) -> int:
    with database.reading() as transaction:
        return int(transaction.value(select(func.count()).select_from(outbox)))


def _checkpoint(portfolio: Portfolio) -> None:
    """No run pays for what the one before has left to be written."""
    engine = create_engine(make_url(portfolio.admin_url).set(drivername="postgresql+psycopg2"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CHECKPOINT"))
    engine.dispose()


def _figures(accounts: int, measured: list[Measured], *, form: Form) -> list[Figure]:
    of = f"{form.due:,} due of {accounts:,}"
    ours, theirs = (
        [getattr(one, name) / form.due * 1e6 for one in measured] for name in ("workers", "databases")
    )  # fmt: skip
    return [
        Figure.of(of, values=[one.seconds for one in measured], unit="s", target=SECONDS_MAX),
        Figure.of(f"{of}, processor time an account", values=ours, unit="µs"),
        Figure.of(f"{of}, the same of PostgreSQL", values=theirs, unit="µs"),
    ]
