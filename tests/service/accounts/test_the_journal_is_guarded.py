"""The database itself keeps the books: raw SQL cannot unbalance, change or forge them."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.dialects import postgresql

from chassis.errors import ConstraintViolated
from chassis.store import Database
from services.accounts.models import metadata
from services.accounts.service import AccountsService
from tests.builders.accounts import a_loan, an_account

ENTRY = """
    INSERT INTO journal_entries
        (id, source_key, account_id, cause_key, kind, posted_on, effective_on, reverses_id, created_at)
    VALUES (gen_random_uuid(), 'by hand', :account, 'by hand', 'by hand', '2026-11-23', '2026-11-23', NULL, now())
    RETURNING id
"""
KEPT = [
    "journal_entries", "journal_lines", "account_events", "contract_terms", "bank_movements", "payoff_quotes",
    "account_flags", "furnishing_facts", "statements", "paperless_consents",
]  # fmt: skip
LINE = "INSERT INTO journal_lines VALUES (:entry, :number, :ledger, NULL, :debit, :credit)"


@pytest.fixture
def database(service: AccountsService) -> Database:
    return service.store


@pytest.fixture
def account_id(service: AccountsService) -> str:
    return an_account(service, a_loan())


def run(database: Database, statement: str, **values: Any) -> None:
    with database.writing() as transaction:
        transaction.run(text(statement).bindparams(**values))


def post_by_hand(database: Database, account_id: str, *lines: tuple[str, int, int]) -> None:
    with database.writing() as transaction:
        entry = transaction.value(text(ENTRY).bindparams(account=account_id))
        for number, (ledger, debit, credit) in enumerate(lines, start=1):
            values = {"entry": entry, "number": number, "ledger": ledger, "debit": debit, "credit": credit}
            transaction.run(text(LINE).bindparams(**values))


def test_a_balanced_entry_is_taken(database: Database, account_id: str) -> None:
    post_by_hand(database, account_id, ("cash", 100, 0), ("clearing", 0, 100))


@pytest.mark.parametrize(
    "lines",
    [
        (("cash", 100, 0), ("clearing", 0, 99)),
        (("cash", 100, 0),),
        (),
    ],
)
def test_an_entry_that_does_not_balance_is_refused_at_commit(
    database: Database, account_id: str, lines: tuple[tuple[str, int, int], ...]
) -> None:
    with pytest.raises(ConstraintViolated) as refused:
        post_by_hand(database, account_id, *lines)
    assert refused.value.constraint == "ck_journal_entries_balance"


def test_a_line_added_to_an_old_entry_is_refused(database: Database, account_id: str) -> None:
    added = "INSERT INTO journal_lines SELECT id, 9, 'cash', NULL, 1, 0 FROM journal_entries"
    with pytest.raises(ConstraintViolated) as refused:
        run(database, added)
    assert refused.value.constraint == "ck_journal_entries_balance"


@pytest.mark.parametrize(
    ("line", "constraint"),
    [
        (("cash", 0, 0), "ck_journal_lines_one_side"),
        (("cash", 5, 5), "ck_journal_lines_one_side"),
        (("cash", -5, 0), "ck_journal_lines_one_side"),
        (("pocket", 5, 0), "ck_journal_lines_ledger_account"),
        (("principal_receivable", 5, 0), "ck_journal_lines_sub_ledger"),
    ],
)
def test_a_line_that_cannot_be_is_refused(
    database: Database, account_id: str, line: tuple[str, int, int], constraint: str
) -> None:
    with pytest.raises(ConstraintViolated) as refused:
        post_by_hand(database, account_id, line)
    assert refused.value.constraint == constraint


@pytest.mark.parametrize("table", ["journal_entries", "journal_lines", "account_events", "contract_terms"])
@pytest.mark.parametrize("change", ["UPDATE {table} SET account_id = account_id", "DELETE FROM {table}"])
def test_what_is_written_is_never_changed(database: Database, account_id: str, table: str, change: str) -> None:
    with pytest.raises(ConstraintViolated):
        run(database, change.format(table=table))


@pytest.mark.parametrize("table", KEPT)
def test_what_is_written_is_not_emptied_at_once_either(database: Database, account_id: str, table: str) -> None:
    with pytest.raises(ConstraintViolated):
        run(database, f"TRUNCATE {table} CASCADE")


def test_each_refuses_that_by_itself_and_not_only_by_a_table_that_refers_to_it(database: Database) -> None:
    # 32 is truncating; what is not enabled fires for nobody.
    own = """
        SELECT tgrelid::regclass::text AS name FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid
        WHERE tgtype & 32 <> 0 AND tgenabled = 'O' AND proname = 'refuse_change'
    """
    with database.reading() as transaction:
        guarded = {row["name"] for row in transaction.all(text(own))}
    assert set(KEPT) - guarded == set()


def test_the_tables_are_the_ones_the_migrations_build(database: Database) -> None:
    found = """
        SELECT column_name, is_nullable = 'YES' AS nullable, udt_name FROM information_schema.columns
        WHERE table_schema = 'public' AND table_name = :name ORDER BY ordinal_position
    """
    names = {"UUID": "uuid", "TEXT": "text", "JSONB": "jsonb", "DATE": "date", "BOOLEAN": "bool", "INTEGER": "int4"}
    names |= {
        "BIGINT": "int8",
        "SMALLINT": "int2",
        "TIMESTAMP WITH TIME ZONE": "timestamptz",
        "INTEGER[]": "_int4",
        "TEXT[]": "_text",
        "UUID[]": "_uuid",
        "BYTEA": "bytea",
    }
    for table in metadata.sorted_tables:
        with database.reading() as transaction:
            built = transaction.all(text(found).bindparams(name=table.name))
        declared = [
            {
                "column_name": column.name,
                "nullable": column.nullable,
                "udt_name": names[column.type.compile(postgresql.dialect())],  # type: ignore[no-untyped-call]
            }
            for column in table.c
        ]
        assert built == declared, table.name
