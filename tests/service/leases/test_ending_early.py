"""What ending early costs is told with the way to it, billed as told, and nothing for a servicemember."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text, update

from chassis.errors import InvalidRequest
from chassis.events import Envelope
from deploy.ledger_check import check
from services.accounts.models import work_items
from services.accounts.operations import note_return
from services.accounts.operations.changing import change
from services.accounts.operations.closing import REFUND
from services.accounts.operations.locking import lock_account
from services.accounts.rules.events import Refund
from services.leases.contract.errors import OptionNotOpen, ServicememberNotOnRecord, ServicememberOrdersDoNotFit
from tests.builders.accounts import an_opening, ledger_of, rows_of
from tests.builders.lease_house import BALANCE_AFTER_34_CENTS, INSTALMENT_CENTS, LeaseHouse, a_late_lease
from tests.builders.wiring import an_agent, call

LATE = an_opening(principal_cents=BALANCE_AFTER_34_CENTS, next_instalment_number=35, payments_made=34)


# From 15 November to 15 December are 30 days; the vehicle came back on the 23rd.
EIGHT_DAYS_CENTS = 12_864
ORDERS = {
    "basis": "deployed", "orders_on": "2026-11-01", "noticed_on": "2026-11-10", "evidence": "file 26-118, page 3",
}  # fmt: skip


def ended(
    house: LeaseHouse, account_id: str, *, value_cents: int, orders: dict[str, str] | None = None, key: str = "early"
) -> dict[str, Any]:
    answer: dict[str, Any] = house.asks(
        "end_early", account_id, key=key, context=an_agent(), returned_on="2026-11-23", miles=30_000,
        realized_value_cents=value_cents, value_source="auction", is_servicemember=orders is not None, orders=orders,
    )  # fmt: skip
    return answer


def flagged(house: LeaseHouse, account_id: str, *, kind: str = "servicemember") -> None:
    request = {"account_id": account_id, "kind": kind, "from_on": "2026-11-01", "note": "orders of 1 November"}
    call(house.accounts.set_account_flag, request=request, context=an_agent(), key=f"flag-{kind}")


def comes_back(house: LeaseHouse, paid: Envelope) -> None:
    returned = {**paid.data, "return_code": "R01", "reason": "insufficient funds"}
    with house.accounts.store.writing() as transaction:
        note_return(transaction, returned=returned, now=house.clock.now(), today=house.clock.today())
    house.settle()


def waiting_cents(house: LeaseHouse, account_id: str) -> list[tuple[str | None, int]]:
    """By the open work items: the payment by whose way money goes back, if any, and how much."""
    items = call(house.accounts.list_work_items, request={"account_id": account_id}, context=an_agent())["data"]
    return [(item["details"]["payment_id"], item["details"]["amount_cents"]) for item in items]


def set_aside_as_an_earlier_release_did(house: LeaseHouse, account_id: str, paid: Envelope) -> None:
    """All that is left of the credit goes back by the way of one payment, however much that brought."""
    now, today = house.clock.now(), house.clock.today()
    (item,) = rows_of(house.accounts.store, work_items)
    payment_id, refund_id = paid.data["payment_id"], item["source_key"].rpartition(":")[2]
    by_payment = item["details"] | {"payment_id": payment_id, "refund_id": refund_id}
    with house.accounts.store.writing() as transaction:
        account = lock_account(transaction, account_id=UUID(account_id))
        transaction.run(update(work_items).where(work_items.c.id == item["id"]).values(details=by_payment))
        # Its database did not refuse it yet.
        transaction.run(text("ALTER TABLE account_events DISABLE TRIGGER account_events_refund"))
        refund = Refund(
            source_key=item["source_key"], effective_on=today, payment_key=f"payment:{payment_id}:1",
            amount_cents=account.state.unapplied_cents,
        )  # fmt: skip
        assert change(transaction, account=account, event=refund, kind=REFUND, now=now, today=today)
        transaction.run(text("SET CONSTRAINTS ALL IMMEDIATE"))
        transaction.run(text("ALTER TABLE account_events ENABLE TRIGGER account_events_refund"))


@pytest.mark.parametrize("value_cents", [1_800_000, 1_927_487, 1_990_000, 2_500_000])
def test_what_is_told_is_what_is_billed(house: LeaseHouse, value_cents: int) -> None:
    account_id = house.takes_over(a_late_lease(opening=LATE))
    quote = house.asks("get_early_termination_quote", account_id, realized_value_cents=value_cents)
    assert quote["adjusted_lease_balance_cents"] == 1_927_487
    assert quote["owed_before_value_cents"] == 1_927_487 + INSTALMENT_CENTS + 40_000 + 2_900
    assert quote["charge_cents"] == max(0, quote["owed_before_value_cents"] - value_cents)
    assert "$19,274.87" in quote["method"][2]
    ended(house, account_id, value_cents=value_cents)
    view = house.standing(account_id)
    assert (view["fees_due_cents"], view["principal_balance_cents"]) == (quote["charge_cents"], 0)
    assert view["status"] == ("open" if quote["charge_cents"] else "closed")
    assert check(house.accounts.store) == []


def test_a_servicemember_owes_what_was_due_and_no_charge(house: LeaseHouse) -> None:
    account_id = house.takes_over(a_late_lease(opening=LATE))
    flagged(house, account_id)
    quote = house.asks("get_early_termination_quote", account_id)
    assert (quote["charge_cents"], quote["servicemember_cents"]) == (None, EIGHT_DAYS_CENTS)
    assert quote["is_servicemember_on_record"] is True
    done = ended(house, account_id, value_cents=1_000_000, orders=ORDERS)
    assert (done["charges"]["total_cents"], done["orders"]) == (0, ORDERS)
    assert "before 2026-11-23 alone" in done["charges"]["notes"][0]
    assert house.standing(account_id)["fees_due_cents"] == EIGHT_DAYS_CENTS
    house.pays(account_id, amount_cents=EIGHT_DAYS_CENTS)
    assert house.standing(account_id)["status"] == "paid_off"
    assert check(house.accounts.store) == []


def test_what_a_servicemember_paid_for_days_after_the_end_is_sent_back(house: LeaseHouse) -> None:
    account_id = house.takes_over(a_late_lease(opening=LATE))
    flagged(house, account_id)
    house.pays(account_id, amount_cents=INSTALMENT_CENTS)
    quote = house.asks("get_early_termination_quote", account_id)
    ended(house, account_id, value_cents=1_000_000, orders=ORDERS)
    (refund,) = house.told("refund_due")
    back_cents = INSTALMENT_CENTS - EIGHT_DAYS_CENTS
    assert (quote["servicemember_cents"], quote["servicemember_refund_cents"]) == (0, back_cents)
    assert refund["amount_cents"] == back_cents
    assert (house.standing(account_id)["status"], house.standing(account_id)["unapplied_cents"]) == ("closed", 0)
    # Tax that was collected for those days is not the state's any more; the rest was income.
    books = ledger_of(house.accounts.store, account_id=account_id)
    assert (books["lease_end_result"], books["sales_tax_payable"]) == (back_cents - 2_391, -(3_261 - 2_391))
    assert check(house.accounts.store) == []


def test_an_instalment_that_a_servicemember_paid_ahead_is_sent_back_whole(house: LeaseHouse) -> None:
    account_id = house.takes_over(a_late_lease(opening=LATE))
    flagged(house, account_id)
    house.pays(account_id, amount_cents=2 * INSTALMENT_CENTS)
    ended(house, account_id, value_cents=1_000_000, orders=ORDERS)
    (refund,) = house.told("refund_due")
    assert refund["amount_cents"] == 2 * INSTALMENT_CENTS - EIGHT_DAYS_CENTS
    assert check(house.accounts.store) == []


def test_rent_runs_until_the_notice_where_that_comes_after_the_vehicle(house: LeaseHouse) -> None:
    account_id = house.takes_over(a_late_lease(opening=LATE))
    flagged(house, account_id)
    house.clock.move_to(house.clock.now(), today=date(2026, 11, 30))
    ended(house, account_id, value_cents=1_000_000, orders={**ORDERS, "noticed_on": "2026-11-30"})
    assert house.standing(account_id)["fees_due_cents"] == 24_120, "15 of the 30 days from 15 November"
    assert check(house.accounts.store) == []


def test_where_nothing_was_ever_paid_here_a_person_sends_the_rest_back(house: LeaseHouse) -> None:
    account_id = house.takes_over(a_late_lease())
    flagged(house, account_id)
    ended(house, account_id, value_cents=1_000_000, orders=ORDERS)
    assert (house.standing(account_id)["status"], house.told("refund_due")) == ("closed", [])
    items = call(house.accounts.list_work_items, request={"account_id": account_id}, context=an_agent())["data"]
    assert [(item["reason"], item["details"]["amount_cents"]) for item in items] == [
        ("refund_due", INSTALMENT_CENTS - EIGHT_DAYS_CENTS)
    ]


def test_the_rest_goes_back_the_way_of_the_last_payment_that_brought_as_much(house: LeaseHouse) -> None:
    account_id = house.takes_over(a_late_lease(opening=LATE))
    flagged(house, account_id)
    large = house.pays(account_id, amount_cents=2 * INSTALMENT_CENTS)
    small = house.pays(account_id, amount_cents=5_000)
    ended(house, account_id, value_cents=1_000_000, orders=ORDERS)
    (refund,) = house.told("refund_due")
    back_cents = 2 * INSTALMENT_CENTS + 5_000 - EIGHT_DAYS_CENTS
    assert (refund["payment_id"], refund["amount_cents"]) == (large.data["payment_id"], back_cents)
    comes_back(house, small)
    assert [told["amount_cents"] for told in house.told("refund_due")] == [back_cents]
    assert waiting_cents(house, account_id) == [(large.data["payment_id"], back_cents)]
    assert check(house.accounts.store) == []


def test_where_no_payment_brought_as_much_a_person_sends_what_is_left(house: LeaseHouse) -> None:
    account_id = house.takes_over(a_late_lease(opening=LATE))
    flagged(house, account_id)
    paid, _ = (house.pays(account_id, amount_cents=INSTALMENT_CENTS) for _ in range(2))
    ended(house, account_id, value_cents=1_000_000, orders=ORDERS)
    assert (house.standing(account_id)["status"], house.told("refund_due")) == ("closed", [])
    assert waiting_cents(house, account_id) == [(None, 2 * INSTALMENT_CENTS - EIGHT_DAYS_CENTS)]
    comes_back(house, paid)
    assert waiting_cents(house, account_id) == [(None, INSTALMENT_CENTS - EIGHT_DAYS_CENTS)]
    assert check(house.accounts.store) == []


def test_what_outlasts_a_refund_that_fell_waits_for_a_person(house: LeaseHouse) -> None:
    account_id = house.takes_over(a_late_lease(opening=LATE))
    flagged(house, account_id)
    _, paid = (house.pays(account_id, amount_cents=INSTALMENT_CENTS) for _ in range(2))
    ended(house, account_id, value_cents=1_000_000, orders=ORDERS)
    set_aside_as_an_earlier_release_did(house, account_id, paid)
    comes_back(house, paid)
    assert house.standing(account_id)["status"] == "closed"
    assert waiting_cents(house, account_id) == [(None, INSTALMENT_CENTS - EIGHT_DAYS_CENTS)]
    assert check(house.accounts.store) == []


def test_an_early_end_that_is_no_servicemembers_owes_the_instalment_whole(house: LeaseHouse) -> None:
    account_id = house.takes_over(a_late_lease(opening=LATE))
    ended(house, account_id, value_cents=1_964_826)
    assert house.standing(account_id)["fees_due_cents"] == INSTALMENT_CENTS + 42_900 - (1_964_826 - 1_927_487)


@pytest.mark.parametrize("kind", [None, "dispute"])
def test_without_the_accounts_own_flag_nobody_is_a_servicemember(house: LeaseHouse, kind: str | None) -> None:
    account_id = house.takes_over(a_late_lease())
    if kind:
        flagged(house, account_id, kind=kind)
    with pytest.raises(ServicememberNotOnRecord):
        ended(house, account_id, value_cents=1_000_000, orders=ORDERS)
    assert house.asks("get_early_termination_quote", account_id)["is_servicemember_on_record"] is False
    assert house.told("vehicle_returned") == []


def test_a_flag_that_was_cleared_counts_no_more(house: LeaseHouse) -> None:
    account_id = house.takes_over(a_late_lease())
    flagged(house, account_id)
    request = {"account_id": account_id, "kind": "servicemember", "note": "discharged"}
    call(house.accounts.clear_account_flag, request=request, context=an_agent(), key="clear")
    with pytest.raises(ServicememberNotOnRecord):
        ended(house, account_id, value_cents=1_000_000, orders=ORDERS)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"orders_on": "2024-01-14"}, "older than the lease"),
        ({"noticed_on": "2026-10-31"}, "came before the orders"),
        ({"noticed_on": "2026-11-24"}, "has not come yet"),
        ({"noticed_on": "2026-11-07"}, "more than 15 days after the notice"),
    ],
)
def test_orders_and_dates_must_be_the_laws(house: LeaseHouse, changed: dict[str, str], sentence: str) -> None:
    account_id = house.takes_over(a_late_lease())
    flagged(house, account_id)
    with pytest.raises(ServicememberOrdersDoNotFit, match=sentence):
        ended(house, account_id, value_cents=1_000_000, orders={**ORDERS, **changed})
    assert ended(house, account_id, value_cents=1_000_000, key="right", orders={**ORDERS, "noticed_on": "2026-11-08"})


@pytest.mark.parametrize(("is_servicemember", "orders"), [(True, None), (False, ORDERS)])
def test_who_says_servicemember_has_orders(house: LeaseHouse, is_servicemember: bool, orders: Any) -> None:
    account_id = house.takes_over(a_late_lease())
    with pytest.raises(InvalidRequest):
        house.asks(
            "end_early", account_id, key="early", context=an_agent(), returned_on="2026-11-23", miles=30_000,
            realized_value_cents=1, value_source="auction", is_servicemember=is_servicemember, orders=orders,
        )  # fmt: skip


def test_a_lease_that_has_ended_is_not_ended_early(house: LeaseHouse) -> None:
    account_id = house.takes_over(a_late_lease())
    house.pays(account_id, amount_cents=INSTALMENT_CENTS, effective_on=date(2026, 11, 23))
    ended(house, account_id, value_cents=3_000_000)
    assert house.standing(account_id)["status"] == "closed"
    with pytest.raises(OptionNotOpen):
        house.asks(
            "end_early", account_id, key="again", context=an_agent(), returned_on="2026-11-23", miles=30_000,
            realized_value_cents=1, value_source="auction", is_servicemember=False,
        )  # fmt: skip


def test_paying_the_bill_of_an_early_end_is_no_purchase_by_an_older_promise(house: LeaseHouse) -> None:
    account_id = house.takes_over(a_late_lease())
    buyout = house.asks("start_buyout", account_id, key="buy")
    house.asks("cancel_buyout", account_id, option_id=buyout["id"])
    ended(house, account_id, value_cents=1_800_000)
    house.pays(account_id, amount_cents=house.standing(account_id)["payoff_ceiling_cents"])
    assert house.standing(account_id)["status"] == "paid_off"
    assert house.asks("get_buyout", account_id, option_id=buyout["id"])["status"] == "cancelled"
    assert house.told("buyout_completed") == []
    assert check(house.accounts.store) == []


def test_a_bill_that_is_paid_again_after_its_payment_came_back_is_no_purchase_either(house: LeaseHouse) -> None:
    account_id = house.takes_over(a_late_lease())
    buyout = house.asks("start_buyout", account_id, key="buy")
    house.asks("cancel_buyout", account_id, option_id=buyout["id"])
    ended(house, account_id, value_cents=1_800_000)
    paid = house.pays(account_id, amount_cents=house.standing(account_id)["payoff_ceiling_cents"])
    comes_back(house, paid)
    assert house.standing(account_id)["status"] == "open"
    house.pays(account_id, amount_cents=house.standing(account_id)["payoff_ceiling_cents"])
    assert house.standing(account_id)["status"] == "paid_off"
    assert house.asks("get_buyout", account_id, option_id=buyout["id"])["status"] == "cancelled"
