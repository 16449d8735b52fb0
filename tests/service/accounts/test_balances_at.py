"""What the books said on a day that lies back: as it was known then, and as it is known now."""

from datetime import date
from typing import Any

import pytest

from chassis.clock import FixedClock
from chassis.errors import Forbidden, InvalidRequest, NotFound
from services.accounts.service import AccountsService
from tests.builders.accounts import a_lease, a_loan, an_account, payment_posted
from tests.builders.wiring import a_customer, an_agent, call, deliver


def balances(service: AccountsService, account_id: str, **on: date) -> Any:
    return call(service.get_balances_at, request={"account_id": account_id, **on}, context=an_agent())


def test_a_backdated_payment_was_not_known_then_and_is_known_now(service: AccountsService, clock: FixedClock) -> None:
    account_id = an_account(service, a_loan())
    clock.move_to(clock.now(), today=date(2026, 11, 30))
    backdated = payment_posted(service, account_id=account_id, effective_on=date(2026, 11, 10), amount_cents=20_000)
    deliver(service.on_payment_posted, backdated)
    on = date(2026, 11, 25)
    known_then, known_now = balances(service, account_id, posted_on=on), balances(service, account_id, effective_on=on)
    assert (known_then["principal_balance_cents"], known_then["ledger"].get("clearing")) == (1_825_000, None)
    assert (known_now["principal_balance_cents"], known_now["ledger"]["clearing"]) == (1_806_623, 20_000)
    assert balances(service, account_id, posted_on=date(2026, 11, 30))["ledger"] == known_now["ledger"]


def test_before_an_account_was_opened_it_has_no_balance(service: AccountsService) -> None:
    account_id = an_account(service, a_lease())
    assert balances(service, account_id, effective_on=date(2026, 11, 4))["ledger"] == {}
    assert balances(service, account_id, effective_on=date(2026, 11, 5))["principal_balance_cents"] == 2_817_874


def test_exactly_one_date_is_asked_for_by_staff_of_an_account_that_exists(service: AccountsService) -> None:
    account_id, on = an_account(service, a_loan()), date(2026, 11, 25)
    for dates in ({}, {"posted_on": on, "effective_on": on}):
        with pytest.raises(InvalidRequest):
            balances(service, account_id, **dates)
    with pytest.raises(NotFound):
        balances(service, "01900000-0000-7000-8000-000000000404", posted_on=on)
    request = {"account_id": account_id, "posted_on": on}
    with pytest.raises(Forbidden):
        call(service.get_balances_at, request=request, context=a_customer(accounts=(account_id,)))
