"""Books that the first release wrote are sealed by the migration, found sound, and go on."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from chassis.clock import FixedClock
from chassis.doors import Outcome
from chassis.migrating import upgrade
from chassis.store import Database
from deploy.ledger_check import check
from deploy.postgres.cluster import Cluster
from services.accounts.contract.terms import LIMITS
from services.accounts.models import AGENDA, account_states, journal_entries
from services.accounts.service import AccountsService
from tests.builders.accounts import (
    A_BORROWER,
    a_lease,
    a_loan,
    accounts_service,
    an_account,
    an_opening,
    payment_posted,
    rows_of,
)
from tests.builders.wiring import a_customer, an_agent, call, deliver
from tests.fixtures.postgres import trees_of

# Tables in an order that every foreign key accepts, with what the first release did not have.
TABLES = ("accounts", "account_parties", "contract_terms", "account_events", "account_states", "allocations")
JOURNAL = ("journal_entries", "journal_lines")
NEW_COLUMNS = (
    "chain_number", "chain_digest", "written_off_cents", *AGENDA, "delinquent_since_on", "last_name_print",
    "mailing_address_sealed",
)  # fmt: skip
NEW_IN_A_STATE = ("last_rank", "open_fees", "billed_due_on", "delinquent_since_on")
NEW_IN_TERMS = ("waterfall", "returned_payment_fee_cents", "late_fee_pack", "bill_lead_days", *LIMITS)


@pytest.fixture
def older(cluster: Cluster, tmp_path: Path) -> str:
    """A database as the first release's migrations built it."""
    url = cluster.ensure_service_databases(["olderbooks"])["olderbooks"]
    tree = tmp_path / "migrations"
    shutil.copytree(trees_of("accounts")["accounts"], tree)
    for later in (tree / "versions").glob("*.py"):
        if not later.name.startswith("0001"):
            later.unlink()
    upgrade(url=url, trees={"accounts": tree})
    return url


@pytest.fixture
def account_ids(service: AccountsService) -> list[str]:
    """A loan with fees, a payment and a backdated one, and a lease that has used credit."""
    loan = an_account(service, a_loan(opening=an_opening(fees_due_cents=1_500)))
    lease = an_account(service, a_lease())
    for account_id, day, cents in ((loan, 20, 60_000), (loan, 10, 20_000), (lease, 20, 100_000)):
        on = service.clock.today().replace(day=day)
        deliver(
            service.on_payment_posted,
            payment_posted(service, account_id=account_id, effective_on=on, amount_cents=cents),
        )
    return [loan, lease]


def test_they_are_sealed_sound_and_go_on(
    service: AccountsService, account_ids: list[str], older: str, clock: FixedClock, keys_folder: Path
) -> None:
    write_as_before(service.store, older)
    upgrade(url=older, trees=trees_of("accounts"))
    database = Database(url=older, service="accounts", clock=clock)
    assert check(database) == []
    seals = [row["chain_digest"] for row in rows_of(database, journal_entries)]
    assert None not in seals
    assert len(set(seals)) == len(seals)
    after = accounts_service(database=database, clock=clock, keys_folder=keys_folder)
    for account_id in account_ids:
        paid = payment_posted(after, account_id=account_id, effective_on=clock.today(), amount_cents=5_000)
        assert deliver(after.on_payment_posted, paid) == Outcome.DONE
        context = a_customer(accounts=(account_id,))
        page: Any = call(after.list_transactions, request={"account_id": account_id}, context=context)
        assert all(shown["explanation"]["sentence"] for shown in page["data"])
    assert check(database) == []
    after.every_minute_print_names()
    found = call(after.search_accounts, request={"last_name": A_BORROWER.last_name}, context=an_agent())["data"]
    assert {each["id"] for each in found} == set(account_ids)
    assert {row["chain_number"] for row in rows_of(database, account_states)} == {
        sum(1 for row in rows_of(database, journal_entries) if str(row["account_id"]) == account_id)
        for account_id in account_ids
    }
    database.close()


def write_as_before(written: Database, url: str) -> None:
    """Copy the books, less everything that the first release did not write."""
    engine = create_engine(url)
    with written.reading() as source, engine.begin() as target:
        for table in (*TABLES, *JOURNAL):
            rows = source.value(text(f"SELECT coalesce(json_agg(t), '[]') FROM {table} t"))
            kept = [_as_before(row) for row in rows]
            names = ", ".join(kept[0])
            statement = (
                f"INSERT INTO {table} ({names}) "
                f"SELECT {names} FROM json_populate_recordset(NULL::{table}, CAST(:rows AS json))"
            )
            target.execute(text(statement), {"rows": json.dumps(kept)})
    engine.dispose()


def _as_before(row: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in row.items() if name not in NEW_COLUMNS}
    for column, new in (("state", NEW_IN_A_STATE), ("terms", NEW_IN_TERMS)):
        if isinstance(kept.get(column), dict):
            kept[column] = {name: value for name, value in kept[column].items() if name not in new}
    return kept
