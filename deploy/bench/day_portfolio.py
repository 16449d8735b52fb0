"""A portfolio of any size with the same accounts due on each of some days, copied from a few hundred imported ones.

The copies are made by PostgreSQL, table by table, and have every row that an import writes. Only the seals of their
opening entries are those of the accounts they were copied from, which no day looks at.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import count

from sqlalchemy import Connection, Table, create_engine, text

from chassis.clock import Clock
from chassis.keys import FieldCipher
from chassis.store import Database
from deploy.bench.portfolio import invented_portfolio
from deploy.portfolio.months import add_months
from services.accounts.contract.portfolio import PortfolioAccount
from services.accounts.models import (
    account_events,
    account_parties,
    account_states,
    accounts,
    contract_terms,
    journal_entries,
    journal_lines,
)
from services.accounts.operations import import_accounts

LATER = "later"
# Of a hundred accounts that are due so many are billed, reminded, marked as past due, and charged a late fee.
SHARES: Mapping[str, int] = {"bill": 80, "reminder": 10, "past_due": 7, "late_fee": 3}
VARIANTS = 10
VARIANTS_LATER = 100
# States with a grace of ten days, which is also the contracts' own.
STATES = ("KS", "NJ", "PA", "OK")
DAYS_AHEAD: Mapping[str, int] = {"bill": 21, "reminder": 10, "past_due": -1, "late_fee": -11}
# First milliseconds of the copies' ids, so that these sort as if one account were made in each.
FIRST_MILLISECOND = 1_764_000_000_000
EVERY_FIFTH = 5

_COPIES = """
    CREATE TABLE bench_copies AS
    WITH numbered AS (
        SELECT n, (n + 1) * CAST(:due AS bigint) / :copies AS reached, n * CAST(:due AS bigint) / :copies AS before
        FROM generate_series(0, :copies - 1) AS n
    ), labelled AS (
        SELECT n, before AS number,
               CASE WHEN reached = before THEN 'later'
                    ELSE (before % :days) || '/' || (CAST(:kinds AS text[]))[(before / :days) % 100 + 1] END AS label
        FROM numbered
    )
    SELECT l.n, s.account_id AS seed_id, (lpad(to_hex(:first + l.n), 12, '0') || '7' || substr(md5(l.n::text), 1, 3)
           || '8' || substr(md5(l.n::text), 4, 15))::uuid AS account_id
    FROM labelled l JOIN bench_seeds s ON s.label = l.label AND s.variant = l.n % s.variants
"""
_ID = (
    "(lpad(to_hex({first} + c.n), 12, '0') || '7' || substr(md5('{tag}' || {of} || c.n), 1, 3) || '8' "
    "|| substr(md5('{tag}' || {of} || c.n), 4, 15))::uuid"
)


@dataclass(frozen=True, kw_only=True)
class Size:
    """How many accounts there are, and how many of them have something to do on each of the days."""

    accounts: int
    due: int
    first_on: date
    days: int


def build(*, url: str, admin_url: str, size: Size, clock: Clock, cipher: FieldCipher) -> None:
    """Fill the migrated books of `url`; `admin_url` is the same database for its superuser."""
    database = Database(url=url, service="accounts", clock=clock)
    labels = _import_seeds(database, size=size, clock=clock, cipher=cipher)
    database.close()
    engine = create_engine(admin_url)
    with engine.begin() as connection:
        _copy(connection, labels=labels, size=size)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM (ANALYZE)"))
    engine.dispose()


def _import_seeds(database: Database, *, size: Size, clock: Clock, cipher: FieldCipher) -> dict[str, list[str]]:
    """Import the accounts that are copied; gives their ids by what they have to do, and when."""
    labels: dict[str, list[str]] = {}
    for label, records in _seeds(size):
        ids: list[str] = []
        with database.writing() as transaction:
            import_accounts(
                transaction, records=records, now=clock.now(), today=size.first_on, cipher=cipher,
                opened=lambda opened, found=ids: found.append(str(opened.account_id)),  # type: ignore[misc]
            )  # fmt: skip
        labels[label] = ids
    return labels


def _seeds(size: Size) -> Iterator[tuple[str, list[PortfolioAccount]]]:
    for day in range(size.days):
        for kind, ahead in DAYS_AHEAD.items():
            label = f"{day}/{kind}"
            due_on = size.first_on + timedelta(days=day + ahead)
            yield label, _due(label, variants=VARIANTS, due_on=due_on, size=size)
    # Nothing of these falls on one of the days: the first bill is some days off.
    yield LATER, _due(LATER, variants=VARIANTS_LATER, due_on=size.first_on + timedelta(days=25 + size.days), size=size)


def _due(label: str, *, variants: int, due_on: date, size: Size) -> list[PortfolioAccount]:
    """Accounts of which the next instalment is due on a date, every fifth a lease."""
    leases = variants // EVERY_FIFTH
    as_of_on = size.first_on - timedelta(days=1)
    invented = invented_portfolio(name=f"seed/{label}", loans=variants - leases, leases=leases, as_of_on=as_of_on)
    return [
        replace(
            record,
            state=STATES[number % len(STATES)],
            terms=replace(
                record.terms,
                first_due_on=add_months(on=due_on, months=-record.opening.payments_made, day=due_on.day),
                due_day=due_on.day,
            ),
        )
        for number, record in zip(count(), invented, strict=False)
    ]


def _copy(connection: Connection, *, labels: Mapping[str, list[str]], size: Size) -> None:
    seeds = sum(map(len, labels.values()))
    due_seeds = sum(len(ids) for label, ids in labels.items() if label != LATER)
    connection.execute(text("SET LOCAL session_replication_role = replica"))
    connection.execute(text("SET LOCAL statement_timeout = 0"))
    connection.execute(
        text("CREATE TABLE bench_seeds (label text, variant integer, variants integer, account_id uuid)")
    )
    rows = [
        {"label": label, "variant": variant, "variants": len(ids), "account_id": account_id}
        for label, ids in labels.items()
        for variant, account_id in enumerate(ids)
    ]
    connection.execute(text("INSERT INTO bench_seeds VALUES (:label, :variant, :variants, :account_id)"), rows)
    kinds = [kind for kind, share in SHARES.items() for _ in range(share)]
    connection.execute(
        text(_COPIES),
        {
            "due": size.due * size.days - due_seeds, "copies": size.accounts - seeds, "days": size.days,
            "kinds": kinds, "first": FIRST_MILLISECOND,
        },
    )  # fmt: skip
    for table, changed in _changed().items():
        connection.execute(text(_insert(table, changed)))
    connection.execute(text("DROP TABLE bench_copies, bench_seeds"))


def _changed() -> dict[Table, dict[str, str]]:
    """What of a copied row is its own; the rest is that of the row it is copied from."""
    own = {"account_id": "c.account_id"}
    return {
        accounts: {"id": "c.account_id", "account_number": "'B' || c.n", "source_ref": "'bench/' || c.n"},
        account_parties: {"id": _id("party", of="t.id"), **own},
        contract_terms: own,
        account_events: {"id": _id("event", of="t.id"), "source_key": "'account_opened:bench/' || c.n", **own},
        account_states: own,
        journal_entries: {
            "id": _id("entry", of="t.id"), **own,
            "source_key": "replace(t.source_key, c.seed_id::text, c.account_id::text)",
        },
        journal_lines: {
            "entry_id": _id("entry", of="t.entry_id"),
            "account_id": "CASE WHEN t.account_id IS NOT NULL THEN c.account_id END",
        },
    }  # fmt: skip


def _id(tag: str, *, of: str) -> str:
    return _ID.format(first=FIRST_MILLISECOND, tag=tag, of=of)


def _insert(table: Table, changed: Mapping[str, str]) -> str:
    columns = [column.name for column in table.c]
    values = ", ".join(changed.get(name, f"t.{name}") for name in columns)
    source = {
        "accounts": "accounts t JOIN bench_copies c ON c.seed_id = t.id",
        "journal_lines": "journal_lines t JOIN journal_entries e ON e.id = t.entry_id "
        "JOIN bench_copies c ON c.seed_id = e.account_id",
    }.get(table.name, f"{table.name} t JOIN bench_copies c ON c.seed_id = t.account_id")
    # Names and expressions are ours.
    return f"INSERT INTO {table.name} ({', '.join(columns)}) SELECT {values} FROM {source} ORDER BY c.n"  # noqa: S608
