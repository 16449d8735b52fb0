"""How fast a portfolio gets into the books: from records in memory, and from a file as an operator imports it."""

import json
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

from chassis.clock import Clock
from chassis.migrating import upgrade
from chassis.schemas import schema_of
from deploy.bench.bystanders import process_of_databases
from deploy.bench.portfolio import invented_portfolio
from deploy.bench.precedence import Precedence
from deploy.bench.processor import ended_children_seconds_used
from deploy.bench.report import Figure, Target
from deploy.catalogue import migrations_of
from deploy.importing import take_over
from deploy.keys import ensure_keys
from deploy.portfolio.apart import read_apart
from deploy.portfolio.errors import Place
from deploy.portfolio.records import Placed
from deploy.postgres.cluster import Cluster
from deploy.stack import DataFolder, clock_of
from services.accounts.contract.portfolio import PortfolioAccountSchema

SERVICES = ("accounts", "leases")
AS_OF_ON = date(2026, 11, 1)
TARGETS = {"loans": Target(at_least=3_000), "leases": Target(at_least=3_000, decides=False)}
ENDING_SECONDS = 0.5


@dataclass(frozen=True, kw_only=True)
class Form:
    """How many accounts each arm takes over in each round."""

    accounts: int
    rounds: int


@dataclass(frozen=True, kw_only=True)
class Books:
    """Empty databases of a private server, with what an import into them needs."""

    urls: dict[str, str]
    keys: Path
    clock: Clock
    folder: Path
    server: int
    precedence: Precedence

    def take(self, records: Callable[[], Iterable[Placed]], *, accounts: int) -> "Taken":
        """Take records over, from before the first one is read to the last commit."""
        began, used, used_there = time.perf_counter(), time.process_time(), ended_children_seconds_used(self.server)
        with self.precedence.taken():
            taken = take_over(records=records(), urls=self.urls, keys=self.keys, clock=self.clock, announce=False)
            seconds, ours = time.perf_counter() - began, time.process_time() - used
        assert taken.created == accounts, f"{taken.created} accounts were taken over instead of {accounts}"
        # A connection's own time is counted when it has ended.
        time.sleep(ENDING_SECONDS)
        theirs = ended_children_seconds_used(self.server) - used_there
        return Taken(accounts / seconds, ours / accounts * 1e6, theirs / accounts * 1e6)


@dataclass(frozen=True)
class Taken:
    """Accounts a second, and microseconds of processor time an account: of the import, and of PostgreSQL."""

    per_second: float
    ours: float
    databases: float


@contextmanager
def empty_books(*, services: Sequence[str] = SERVICES, is_undisturbed: bool = False) -> Iterator[Books]:
    """A durable PostgreSQL of our own with migrated databases, gone with the block."""
    with tempfile.TemporaryDirectory(prefix="captive-bench-") as name:
        home = Path(name)
        # PostgreSQL of a root run is another user and has to pass through.
        home.chmod(0o711)
        cluster = Cluster(data=home / "data")
        try:
            cluster.start()
            urls = cluster.ensure_service_databases(services)
            for service, url in urls.items():
                upgrade(url=url, trees={service: migrations_of(service)})
            ensure_keys(folder=home / "keys")
            clock = clock_of(DataFolder(home / "data"), environment={})
            server = process_of_databases(cluster)
            precedence = Precedence(processes=(server,), is_wanted=is_undisturbed)
            yield Books(
                urls=dict(urls), keys=home / "keys", clock=clock, folder=home, server=server, precedence=precedence
            )  # fmt: skip
        finally:
            cluster.destroy()


def measure(*, books: Books, form: Form, say: Callable[[str], None]) -> list[Figure]:
    """Each arm once a round, in turn, every round with accounts of its own."""
    shares = {"loans": (form.accounts, 0), "leases": (0, form.accounts)}
    shares["every fifth a lease"] = (form.accounts - form.accounts // 5, form.accounts // 5)
    found: dict[str, list[Taken]] = {}
    for turn in range(1, form.rounds + 1):
        for arm, (loans, leases) in shares.items():
            records = _portfolio(f"{arm.replace(' ', '-')}-{turn}", loans=loans, leases=leases)
            found.setdefault(arm, []).append(books.take(partial(iter, records), accounts=form.accounts))
        path = books.folder / f"portfolio-{turn}.jsonl"
        _write(path, _portfolio(f"file-{turn}", loans=form.accounts, leases=0))
        found.setdefault("a file of loans", []).append(
            books.take(partial(read_apart, path, business_on=books.clock.today()), accounts=form.accounts)
        )
        say(f"round {turn}: " + ", ".join(f"{arm} {taken[-1].per_second:,.0f}/s" for arm, taken in found.items()))
    return [figure for arm, taken in found.items() for figure in _figures(arm, taken)]


def _figures(arm: str, taken: Sequence[Taken]) -> list[Figure]:
    """The rate, and the processor time behind it, which tells as much on a machine that others use too."""
    rates, ours, theirs = ([getattr(one, name) for one in taken] for name in ("per_second", "ours", "databases"))
    return [
        Figure.of(f"{arm}, accounts a second", values=rates, unit="/s", target=TARGETS.get(arm)),
        Figure.of(f"{arm}, processor time an account", values=ours, unit="µs"),
        Figure.of(f"{arm}, the same of PostgreSQL", values=theirs, unit="µs"),
    ]


def _portfolio(name: str, *, loans: int, leases: int) -> list[Placed]:
    accounts = invented_portfolio(name=name, loans=loans, leases=leases, as_of_on=AS_OF_ON)
    return [Placed(Place(Path(name), record=number), account) for number, account in enumerate(accounts, start=1)]


def _write(path: Path, records: Iterable[Placed]) -> None:
    schema = schema_of(PortfolioAccountSchema)
    with path.open("w") as stream:
        stream.writelines(f"{json.dumps(schema.dump(placed.account))}\n" for placed in records)
