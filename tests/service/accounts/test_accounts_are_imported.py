"""A portfolio is taken over once, whole, with its opening balances in the ledger."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from deploy.ledger_check import check, examine
from services.accounts.contract.errors import AccountNotServiceable, AccountNumberTaken
from services.accounts.models import account_parties, accounts, journal_entries
from services.accounts.operations import Imported, import_accounts
from services.accounts.operations.import_accounts import BATCH
from services.accounts.service import AccountsService
from tests.builders.accounts import (
    a_closed_loan,
    a_lease,
    a_loan,
    an_account,
    an_opening,
    ledger_of,
    rows_of,
    take_over,
)
from tests.builders.wiring import a_customer, call, emitted


def test_every_opening_balance_is_in_the_ledger(service: AccountsService) -> None:
    opening = an_opening(accrued_interest_cents=777, fees_due_cents=2_500, unapplied_cents=40)
    account_id = an_account(service, a_loan(opening=opening))
    assert ledger_of(service.store, account_id=account_id) == {
        "principal_receivable": 1_825_000,
        "interest_receivable": 777,
        "fee_receivable": 2_500,
        "customer_suspense": -40,
        "conversion_clearing": -1_828_237,
    }
    (entry,) = rows_of(service.store, journal_entries)
    assert (entry["effective_on"], entry["posted_on"]) == (date(2026, 11, 5), date(2026, 11, 23))
    assert check(service.store) == []


def test_a_second_import_of_the_same_accounts_changes_nothing(service: AccountsService) -> None:
    records = [a_loan(), a_lease(), a_closed_loan()]
    assert take_over(service, *records) == Imported(created=3, skipped=0)
    before = examine(service.store)
    assert take_over(service, *records, announce=True) == Imported(created=0, skipped=3)
    assert examine(service.store) == before
    assert emitted(service.store) == []


def test_an_account_named_twice_in_one_file_is_opened_once(service: AccountsService) -> None:
    assert take_over(service, a_loan(), a_lease(), a_loan()) == Imported(created=2, skipped=1)


def test_more_accounts_than_fit_a_batch_are_all_opened(service: AccountsService) -> None:
    records = [a_loan(source_ref=f"demo/{number}", parties=()) for number in range(BATCH + 1)]
    assert take_over(service, *records) == Imported(created=BATCH + 1, skipped=0)
    report = examine(service.store)
    assert (report.figures.accounts, report.figures.entries, report.differences) == (BATCH + 1, BATCH + 1, [])


@pytest.mark.parametrize("together", [True, False])
def test_one_number_for_two_accounts_is_refused_with_both_named(service: AccountsService, together: bool) -> None:
    first, second = a_loan(source_ref="pool/1"), a_loan(source_ref="pool/2", account_number="1000000042")
    first = replace(first, account_number="1000000042")
    if not together:
        take_over(service, first)
    with pytest.raises(AccountNumberTaken, match=r"pool/2 \(ending in 0042\) belongs to pool/1"):
        take_over(service, first, second)
    assert len(rows_of(service.store, accounts)) == (0 if together else 1)


def test_an_account_the_engine_could_not_service_is_refused_by_name(service: AccountsService) -> None:
    opening = an_opening(principal_cents=2_800_000, next_instalment_number=11, partial_paid_cents=100)
    with pytest.raises(AccountNotServiceable, match=r"demo/leases/1: .* partly paid"):
        take_over(service, a_lease(opening=opening))


def test_accounts_are_announced_only_on_request(service: AccountsService) -> None:
    take_over(service, a_loan())
    take_over(service, a_lease(), announce=True)
    (opened,) = emitted(service.store)
    assert (opened.name, opened.data["product"]) == ("account_opened", "lease")
    assert opened.data["standing"]["days_past_due"] == 8
    assert opened.subject == opened.data["account_id"]


def test_a_closed_account_stays_closed_and_owes_nothing(service: AccountsService) -> None:
    account_id = an_account(service, a_closed_loan())
    context = a_customer(accounts=(account_id,))
    view: Any = call(service.get_account, request={"account_id": account_id}, context=context)
    assert (view["status"], view["amount_due_cents"], view["next_due_on"]) == ("closed", 0, None)
    assert rows_of(service.store, journal_entries) == []


def test_what_the_file_does_not_say_stays_absent(service: AccountsService) -> None:
    an_account(service, a_loan(parties=(), state=None, opened_on=None))
    (row,) = rows_of(service.store, accounts)
    assert (row["state"], row["opened_on"], row["lease"], row["charged_off_cents"]) == (None, None, None, None)
    assert rows_of(service.store, account_parties) == []


def test_no_person_is_readable_in_the_database(service: AccountsService) -> None:
    an_account(service, a_loan())
    stored = str(rows_of(service.store, account_parties))
    assert not [secret for secret in ("Dana", "De La Cruz", "2145550137", "dana@example.com") if secret in stored]


def test_two_imports_of_one_account_at_the_same_time_open_it_once(service: AccountsService) -> None:
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    now, today = service.clock.now(), service.clock.today()
    with ThreadPoolExecutor(1) as threads:
        with service.store.writing() as transaction:
            import_accounts(transaction, records=[a_loan()], now=now, today=today, cipher=service.cipher)
            second = threads.submit(take_over, service, a_loan())
            while not transaction.value(waiting):
                assert not second.done()
        with pytest.raises(AccountNumberTaken, match="Import again"):
            second.result()
    assert take_over(service, a_loan()) == Imported(created=0, skipped=1)
    assert check(service.store) == []
