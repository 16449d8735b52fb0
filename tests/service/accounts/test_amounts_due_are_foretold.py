"""What an account will owe on a date, money on its way counted in once, however far it got, and nothing stored."""

from datetime import date
from typing import Any

import pytest

from chassis.context import CallContext, as_service
from chassis.errors import Forbidden, InvalidRequest, NotFound
from services.accounts.models import account_events, account_states, allocations
from services.accounts.service import AccountsService
from tests.builders.accounts import (
    LEASE_TERMS,
    LOAN_TERMS,
    a_closed_loan,
    a_lease,
    a_loan,
    an_account,
    an_opening,
    payment_posted,
    rows_of,
)
from tests.builders.wiring import a_customer, an_agent, call, deliver

PAYMENTS = as_service("payments")
INSTALMENT = LOAN_TERMS.payment_cents
A_PAYMENT = "01900000-0000-7000-8000-00000000d001"


def counted(amount_cents: int = INSTALMENT, *, on: str = "2026-11-23", **changed: Any) -> dict[str, Any]:
    return {
        "payment_id": A_PAYMENT, "presentment_number": 1, "amount_cents": amount_cents, "effective_on": on,
        "extra": None, **changed,
    }  # fmt: skip


def foretell(
    service: AccountsService, account_id: str, *counting: dict[str, Any], on: str = "2026-12-04",
    by: CallContext = PAYMENTS,
) -> Any:  # fmt: skip
    request = {"account_id": account_id, "on": on, "counting": list(counting)}
    return call(service.get_amount_due, request=request, context=by)


def test_the_next_instalments_are_named_with_what_they_ask_for(service: AccountsService) -> None:
    account_id = an_account(service, a_loan())
    told = foretell(service, account_id)
    assert (told["product"], told["standing"]["amount_due_cents"]) == ("loan", INSTALMENT)
    assert [(row["number"], row["due_on"], row["amount_cents"]) for row in told["instalments"]] == [
        (12, "2026-12-05", INSTALMENT), (13, "2027-01-05", INSTALMENT), (14, "2027-02-05", INSTALMENT),
        (15, "2027-03-05", INSTALMENT),
    ]  # fmt: skip


def test_money_on_its_way_is_counted_as_if_it_had_arrived(service: AccountsService) -> None:
    account_id = an_account(service, a_loan())
    told = foretell(service, account_id, counted())
    assert (told["standing"]["amount_due_cents"], told["standing"]["next_instalment_number"]) == (0, 13)
    partly = foretell(service, account_id, counted(20_000))
    assert partly["standing"]["amount_due_cents"] == INSTALMENT - 20_000
    assert partly["instalments"][0]["amount_cents"] == INSTALMENT - 20_000


def test_money_that_has_arrived_meanwhile_is_counted_once(service: AccountsService) -> None:
    account_id = an_account(service, a_loan())
    foretold = foretell(service, account_id, counted())
    deliver(service.on_payment_posted, payment_posted(service, account_id=account_id, payment_id=A_PAYMENT))
    after = foretell(service, account_id, counted())
    assert after["standing"] == foretold["standing"]
    assert after["instalments"] == foretold["instalments"]


def test_what_is_foretold_is_what_the_ledger_then_says(service: AccountsService) -> None:
    """Also for money that belongs before what is there already."""
    account_id = an_account(service, a_loan())
    deliver(service.on_payment_posted, payment_posted(service, account_id=account_id, amount_cents=5_000))
    backdated = counted(on="2026-11-10", extra="principal")
    foretold = foretell(service, account_id, backdated)
    arriving = payment_posted(
        service, account_id=account_id, payment_id=A_PAYMENT, effective_on=date(2026, 11, 10), extra="principal"
    )
    deliver(service.on_payment_posted, arriving)
    assert foretell(service, account_id)["standing"] == foretold["standing"]


def test_money_that_was_undone_counts_no_more(service: AccountsService) -> None:
    account_id = an_account(service, a_loan())
    before = foretell(service, account_id)["standing"]
    deliver(service.on_payment_posted, payment_posted(service, account_id=account_id, payment_id=A_PAYMENT))
    undoing = {"account_id": account_id, "payment_id": A_PAYMENT, "reason": "Not theirs"}
    call(service.reverse_payment, request=undoing, context=an_agent(), key="undo")
    assert foretell(service, account_id, counted())["standing"] == before


def test_money_that_pays_the_loan_off_leaves_nothing_due(service: AccountsService) -> None:
    account_id = an_account(service, a_loan())
    ceiling = foretell(service, account_id, on="2026-11-23")["standing"]["payoff_ceiling_cents"]
    told = foretell(service, account_id, counted(ceiling))
    assert (told["standing"]["status"], told["instalments"]) == ("paid_off", [])


def test_the_odd_last_instalment_is_what_clears_the_loan(service: AccountsService) -> None:
    opening = an_opening(
        principal_cents=41_000, next_instalment_number=59, payments_made=58, interest_paid_through_on=date(2026, 11, 5)
    )
    terms = type(LOAN_TERMS)(
        annual_rate_percent=LOAN_TERMS.annual_rate_percent, day_count=LOAN_TERMS.day_count, payment_cents=30_000,
        payment_count=60, first_due_on=date(2022, 2, 5), due_day=5, grace_days=10,
    )  # fmt: skip
    account_id = an_account(service, a_loan(source_ref="demo/loans/odd", opening=opening, terms=terms))
    rows = foretell(service, account_id)["instalments"]
    assert [(row["number"], row["due_on"]) for row in rows] == [(59, "2026-12-05"), (60, "2027-01-05")]
    # 30 days at 6.49 % on $410.00 are $2.19; $112.19 stay, and 31 days on them cost $0.62.
    assert [row["amount_cents"] for row in rows] == [30_000, 11_281]


def test_a_lease_tells_its_instalments_with_tax(service: AccountsService) -> None:
    account_id = an_account(service, a_lease())
    rows = foretell(service, account_id)["instalments"]
    assert [(row["number"], row["amount_cents"]) for row in rows] == [
        (number, LEASE_TERMS.payment_cents) for number in (11, 12, 13, 14)
    ]


def test_an_account_that_is_closed_owes_nothing(service: AccountsService) -> None:
    told = foretell(service, an_account(service, a_closed_loan()))
    assert (told["standing"]["amount_due_cents"], told["instalments"]) == (0, [])


def test_nothing_is_stored(service: AccountsService) -> None:
    account_id = an_account(service, a_loan())
    before = [rows_of(service.store, table) for table in (account_events, account_states, allocations)]
    foretell(service, account_id, counted())
    assert [rows_of(service.store, table) for table in (account_events, account_states, allocations)] == before


@pytest.mark.parametrize("caller", [a_customer(), an_agent()])
def test_only_services_ask(service: AccountsService, caller: CallContext) -> None:
    with pytest.raises(Forbidden):
        foretell(service, an_account(service, a_loan()), by=caller)


def test_an_account_that_never_was_is_not_found_and_a_payment_is_named_once(service: AccountsService) -> None:
    with pytest.raises(NotFound):
        foretell(service, "01900000-0000-7000-8000-000000000404")
    with pytest.raises(InvalidRequest):
        foretell(service, an_account(service, a_loan()), counted(), counted(amount_cents=1))
