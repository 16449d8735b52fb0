"""How fast a file of mailed cheques gets into the books of payments, as an operator takes it in."""

import csv
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import text

from chassis.store import Database
from deploy.bench.bulk_import import Books, empty_books
from deploy.bench.portfolio import invented_portfolio
from deploy.bench.processor import ended_children_seconds_used
from deploy.bench.report import Figure, Target
from deploy.importing import take_over
from deploy.lockbox.taking import take_lockbox
from deploy.portfolio.errors import Place
from deploy.portfolio.records import Placed
from services.payments.rules.lockbox import COLUMNS

SERVICES = ("accounts", "leases", "payments")
AS_OF_ON = date(2026, 11, 1)
TARGET = Target(at_least=2_000)
ENDING_SECONDS = 0.5
_BALANCE = text("""
    SELECT (SELECT count(*) FROM payments) AS payments,
           (SELECT count(*) FROM outbox WHERE routing_key = 'payment_posted') AS events,
           (SELECT count(*) FROM lockbox_receipts WHERE status = 'booked') AS booked
""")
UNMATCHED_EVERY, WITHOUT_NUMBER_EVERY = 50, 97
DRAWER_BANKS = ("021000021", "231380104", "121042882", "091000019")


@dataclass(frozen=True, kw_only=True)
class Form:
    """Cheques in each round, and the accounts that they are for."""

    lines: int
    accounts: int
    rounds: int


@dataclass(frozen=True)
class Taken:
    """Lines a second, and microseconds of processor time a line: of the command, and of PostgreSQL."""

    per_second: float
    ours: float
    databases: float


@contextmanager
def books_with_accounts(*, accounts: int) -> Iterator[tuple[Books, list[str]]]:
    """A durable PostgreSQL of our own with accounts in it; their numbers."""
    with empty_books(services=SERVICES) as books:
        portfolio = list(invented_portfolio(name="lockbox", loans=accounts, leases=0, as_of_on=AS_OF_ON))
        records = [Placed(Place(Path("bench"), record=number), one) for number, one in enumerate(portfolio, start=1)]
        take_over(records=records, urls=books.urls, keys=books.keys, clock=books.clock, announce=False)
        yield books, [account.account_number for account in portfolio]


def measure(*, books: Books, numbers: Sequence[str], form: Form, say: Callable[[str], None]) -> list[Figure]:
    """Each round a file of its own, and at the end every cent looked for."""
    found: list[Taken] = []
    for turn in range(1, form.rounds + 1):
        path = books.folder / f"lockbox-{turn}.csv"
        cents = write_file(path, numbers=numbers, lines=form.lines, turn=turn, today=books.clock.today())
        found.append(_take(books, path, lines=form.lines, cents=cents))
        say(f"round {turn}: {found[-1].per_second:,.0f} lines/s")
    return [
        Figure.of("lines a second", values=[one.per_second for one in found], unit="/s", target=TARGET),
        Figure.of("processor time a line", values=[one.ours for one in found], unit="µs"),
        Figure.of("the same of PostgreSQL", values=[one.databases for one in found], unit="µs"),
    ]


def write_file(path: Path, *, numbers: Sequence[str], lines: int, turn: int, today: date) -> int:
    """A file of cheques: mostly for accounts, some with a wrong number or none. Gives the cents in it."""
    # The same figures in every run; nothing here is a secret.
    drawn = random.Random(turn)  # noqa: S311 - the same cheques each time, no secret
    total = 0
    with path.open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(COLUMNS)
        for item in range(1, lines + 1):
            cents = drawn.randint(10_000, 90_000)
            total += cents
            account = numbers[drawn.randrange(len(numbers))]
            if item % UNMATCHED_EVERY == 0:
                account = f"9{item:09d}"
            elif item % WITHOUT_NUMBER_EVERY == 0:
                account = ""
            received_on = today - timedelta(days=drawn.randint(0, 3))
            drawer = (drawn.choice(DRAWER_BANKS), f"{drawn.randrange(10**9):09d}", f"Remitter {item}")
            place = {"batch": f"B{turn}-{item // 999}", "item": item % 999 + 1, "received_on": received_on}
            cells = {
                **place,
                "amount_cents": cents,
                "cheque_number": drawn.randint(100, 9_999),
                "account_number": account,
            }
            writer.writerow([*cells.values(), *drawer])
    return total


def _take(books: Books, path: Path, *, lines: int, cents: int) -> Taken:
    began, used, used_there = time.perf_counter(), time.process_time(), ended_children_seconds_used(books.server)
    taken = take_lockbox(path, urls=books.urls, keys=books.keys, clock=books.clock, refused=_refuse)
    seconds, ours = time.perf_counter() - began, time.process_time() - used
    _require_every_cent(books, taken.file.lines, taken.file.cents, lines=lines, cents=cents)
    # A connection's own time is counted when it has ended.
    time.sleep(ENDING_SECONDS)
    theirs = ended_children_seconds_used(books.server) - used_there
    return Taken(lines / seconds, ours / lines * 1e6, theirs / lines * 1e6)


def _require_every_cent(books: Books, taken_lines: int, taken_cents: int, *, lines: int, cents: int) -> None:
    """A measurement of something that loses money is none."""
    assert (taken_lines, taken_cents) == (lines, cents), f"{taken_lines} lines and {taken_cents} cents were taken"
    database = Database(url=books.urls["payments"], service="payments", clock=books.clock)
    try:
        with database.reading() as transaction:
            rows = transaction.one(_BALANCE)
    finally:
        database.close()
    assert rows is not None
    assert rows["payments"] == rows["events"] == rows["booked"], f"{dict(rows)}"


def _refuse(line: int, refusal: object) -> None:
    raise AssertionError(f"line {line} was refused: {refusal}")
