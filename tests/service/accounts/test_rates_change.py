"""A rate changes from a date on, also from one that lies back: what was posted since is corrected, not overwritten."""

from datetime import date
from typing import Any

import pytest

from chassis.clock import FixedClock
from chassis.errors import InvalidRequest
from deploy.ledger_check import check
from services.accounts.contract.errors import ChangeNotPossible
from services.accounts.service import AccountsService
from tests.builders.accounts import a_lease, a_loan, an_account, ledger_of, payment_posted
from tests.builders.wiring import a_customer, an_agent, call, deliver, emitted


def change_rate(service: AccountsService, account_id: str, **changed: Any) -> Any:
    request = {
        "account_id": account_id, "annual_rate_percent": "6.00", "effective_on": date(2026, 11, 5),
        "reason": "servicemember",
    } | changed  # fmt: skip
    return call(service.change_rate, request=request, context=an_agent(), key="key")


def shown(service: AccountsService, account_id: str) -> list[dict[str, Any]]:
    context = a_customer(accounts=(account_id,))
    rows: list[dict[str, Any]] = call(service.list_transactions, request={"account_id": account_id}, context=context)[
        "data"
    ]
    return rows


def test_a_servicemembers_cap_from_a_day_that_lies_back_corrects_the_interest_since(service: AccountsService) -> None:
    account_id = an_account(service, a_loan())
    deliver(service.on_payment_posted, payment_posted(service, account_id=account_id))
    assert ledger_of(service.store, account_id=account_id)["interest_income"] == -5_841
    change_rate(service, account_id)
    assert ledger_of(service.store, account_id=account_id)["interest_income"] == -5_400
    payment, change = shown(service, account_id)
    assert (payment["revision"], payment["explanation"]["forgiven_cents"]) == (2, 441)
    assert "($4.41 more was forgiven)" in payment["explanation"]["sentence"]
    assert change["explanation"]["sentence"] == (
        "From November 5, 2026 on the rate is 6.00 % in place of 6.49 %, under the servicemember's cap: $3.0000 a day."
    )
    assert check(service.store) == []


def test_a_change_is_told_with_the_standing_and_lowers_instalments(service: AccountsService, clock: FixedClock) -> None:
    account_id = an_account(service, a_loan())
    change_rate(service, account_id, from_instalment=12, payment_cents=40_000)
    (told,) = [envelope.data for envelope in emitted(service.store, name="schedule_changed")]
    assert (told["reason"], told["from_instalment"], told["standing"]["amount_due_cents"]) == (
        "rate_change",
        12,
        40_000,
    )
    context = a_customer(accounts=(account_id,))
    rows = call(service.get_schedule, request={"account_id": account_id}, context=context)["data"]
    assert (rows[0]["payment_cents"], rows[0]["interest_cents"]) == (40_000, 9_000)
    clock.move_to(clock.now(), today=date(2026, 12, 5))
    deliver(service.on_payment_posted, payment_posted(service, account_id=account_id, amount_cents=40_000))
    assert check(service.store) == []


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"annual_rate_percent": "101"}, "0 to 100 percent"),
        ({"effective_on": date(2026, 11, 4)}, "before the account's opening"),
        ({"payment_cents": 40_000}, "first number"),
    ],
)
def test_a_change_that_cannot_be_is_refused_in_words(
    service: AccountsService, changed: dict[str, Any], why: str
) -> None:
    account_id = an_account(service, a_loan())
    with pytest.raises(ChangeNotPossible, match=why):
        change_rate(service, account_id, **changed)
    assert shown(service, account_id) == []


def test_a_lease_has_no_rate_and_a_rate_is_text(service: AccountsService) -> None:
    with pytest.raises(ChangeNotPossible, match="lease"):
        change_rate(service, an_account(service, a_lease()))
    with pytest.raises(InvalidRequest):
        change_rate(service, an_account(service, a_loan()), annual_rate_percent=6.0)
