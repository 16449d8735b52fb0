"""A lessee with military orders gives notice, brings the vehicle in time, and staff end the lease on that notice."""

from datetime import date
from typing import Any

import pytest

from chassis.errors import Forbidden, InvalidRequest, NotFound
from deploy.ledger_check import check
from services.leases.contract.errors import (
    OptionAlreadyOpen,
    OptionNotOpen,
    OptionStepNotPossible,
    ServicememberNoticeGiven,
    ServicememberNoticeStands,
    ServicememberOrdersDoNotFit,
)
from tests.builders.lease_house import INSTALMENT_CENTS, LeaseHouse, a_late_lease
from tests.builders.wiring import a_customer, an_agent
from tests.service.leases.test_buying_the_vehicle import bought
from tests.service.leases.test_ending_early import EIGHT_DAYS_CENTS, LATE, ORDERS, ended, flagged
from tests.service.leases.test_what_waits_for_a_person import kinds, waiting

TODAY = {**ORDERS, "noticed_on": "2026-11-23"}


def noticed(house: LeaseHouse, account_id: str, *, key: str = "notice", **changed: Any) -> dict[str, Any]:
    said = {
        "basis": "deployed", "orders_on": "2026-11-01", "evidence": "a message of today", "return_on": "2026-12-01",
        **changed,
    }  # fmt: skip
    answer: dict[str, Any] = house.asks("give_servicemember_notice", account_id, key=key, **said)
    return answer


def seen(house: LeaseHouse, account_id: str) -> dict[str, Any]:
    answer: dict[str, Any] = house.asks("get_servicemember_notice", account_id)
    return answer


def test_a_notice_counts_from_its_day_and_is_met_by_the_vehicle(house: LeaseHouse) -> None:
    account_id = house.takes_over(a_late_lease(opening=LATE))
    flagged(house, account_id)
    notice = noticed(house, account_id)
    assert (notice["status"], notice["noticed_on"], notice["return_by_on"]) == ("noticed", "2026-11-23", "2026-12-08")
    (item,) = waiting(house)
    assert (item["kind"], item["due_on"]) == ("notice_to_confirm", "2026-12-01")
    assert "a message of today" in item["words"]

    done = ended(house, account_id, value_cents=1_000_000, orders=TODAY)
    assert (done["id"], done["status"], waiting(house)) == (notice["id"], "billed", [])
    assert house.standing(account_id)["fees_due_cents"] == EIGHT_DAYS_CENTS
    house.pays(account_id, amount_cents=EIGHT_DAYS_CENTS)
    assert house.standing(account_id)["status"] == "paid_off"
    assert seen(house, account_id)["status"] in ("billed", "completed")
    assert check(house.accounts.store) == []


def test_staff_end_it_on_the_day_of_the_notice_that_was_given(house: LeaseHouse) -> None:
    account_id = house.takes_over(a_late_lease())
    flagged(house, account_id)
    noticed(house, account_id)
    with pytest.raises(ServicememberOrdersDoNotFit, match="came on 2026-11-23, not on 2026-11-10"):
        ended(house, account_id, value_cents=1_000_000, orders=ORDERS)
    assert seen(house, account_id)["status"] == "noticed"


def test_a_notice_is_not_used_up_by_an_end_with_the_full_charge(house: LeaseHouse) -> None:
    account_id = house.takes_over(a_late_lease(opening=LATE))
    notice = noticed(house, account_id)
    with pytest.raises(ServicememberNoticeStands, match="End the lease with those orders"):
        ended(house, account_id, value_cents=1_927_487)
    assert (seen(house, account_id)["status"], house.standing(account_id)["fees_due_cents"]) == ("noticed", 0)
    flagged(house, account_id)
    assert ended(house, account_id, value_cents=1_927_487, orders=TODAY, key="with orders")["id"] == notice["id"]
    assert house.standing(account_id)["fees_due_cents"] == EIGHT_DAYS_CENTS


def test_a_notice_that_was_taken_back_leaves_an_ordinary_early_end(house: LeaseHouse) -> None:
    account_id = house.takes_over(a_late_lease(opening=LATE))
    noticed(house, account_id)
    house.asks("withdraw_servicemember_notice", account_id)
    done = ended(house, account_id, value_cents=1_927_487)
    assert (done["is_servicemember"], seen(house, account_id)["status"]) == (False, "withdrawn")
    assert house.standing(account_id)["fees_due_cents"] == INSTALMENT_CENTS + 42_900


def test_a_notice_stands_in_the_way_of_other_ways_out_until_it_is_taken_back(house: LeaseHouse) -> None:
    account_id = house.takes_over(a_late_lease())
    noticed(house, account_id)
    with pytest.raises(OptionAlreadyOpen):
        bought(house, account_id)
    with pytest.raises(ServicememberNoticeGiven, match="withdraw it first"):
        noticed(house, account_id, key="again")
    for _ in range(2):
        assert house.asks("withdraw_servicemember_notice", account_id)["status"] == "withdrawn"
    assert kinds(house) == []
    bought(house, account_id)
    with pytest.raises(OptionAlreadyOpen):
        noticed(house, account_id, key="beside")


def test_a_notice_whose_vehicle_does_not_come_lapses(house: LeaseHouse) -> None:
    account_id = house.takes_over(a_late_lease())
    noticed(house, account_id)
    for on, status in ((date(2026, 12, 11), "noticed"), (date(2026, 12, 12), "lapsed")):
        house.clock.move_to(house.clock.now(), today=on)
        house.leases.every_minute_lapse_options()
        assert seen(house, account_id)["status"] == status
    with pytest.raises(OptionStepNotPossible):
        house.asks("withdraw_servicemember_notice", account_id)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"orders_on": "2024-01-14"}, "older than the lease"),
        ({"orders_on": "2026-11-24"}, "came before the orders"),
    ],
)
def test_a_notice_that_is_not_the_laws_is_refused_with_the_reason(
    house: LeaseHouse, changed: dict[str, str], sentence: str
) -> None:
    account_id = house.takes_over(a_late_lease())
    with pytest.raises(ServicememberOrdersDoNotFit, match=sentence):
        noticed(house, account_id, **changed)
    with pytest.raises(NotFound):
        seen(house, account_id)
    assert noticed(house, account_id, key="right", return_on="2026-12-08")


@pytest.mark.parametrize("return_on", ["2026-11-22", "2026-12-09"])
def test_a_day_of_return_that_is_not_the_laws_is_refused_with_the_days_that_are(
    house: LeaseHouse, return_on: str
) -> None:
    account_id = house.takes_over(a_late_lease())
    with pytest.raises(ServicememberOrdersDoNotFit, match="from 2026-11-23, which is today, to 2026-12-08") as refused:
        noticed(house, account_id, return_on=return_on)
    assert [(each.pointer, each.code) for each in refused.value.errors] == [("/return_on", "out_of_range")]
    for key, fitting in (("first", "2026-11-23"), ("last", "2026-12-08")):
        assert noticed(house, account_id, key=key, return_on=fitting)["return_on"] == fitting
        house.asks("withdraw_servicemember_notice", account_id)


def test_a_lease_that_has_ended_takes_no_notice(house: LeaseHouse) -> None:
    account_id = house.takes_over(a_late_lease())
    house.pays(account_id, amount_cents=INSTALMENT_CENTS, effective_on=date(2026, 11, 23))
    ended(house, account_id, value_cents=3_000_000)
    with pytest.raises(OptionNotOpen):
        noticed(house, account_id)


def test_only_a_lessee_gives_notice_and_says_what_for(house: LeaseHouse) -> None:
    account_id = house.takes_over(a_late_lease())
    for stranger, refusal in ((an_agent(), Forbidden), (a_customer(accounts=()), NotFound)):
        with pytest.raises(refusal):
            noticed(house, account_id, context=stranger)
    with pytest.raises(InvalidRequest):
        noticed(house, account_id, basis="bored")
