"""A lease has one end: where its payments are deferred or its due dates move, the vehicle is due back later too."""

from datetime import date
from typing import Any

import pytest

from services.leases.operations import rebuild_leases
from tests.builders.lease_house import LeaseHouse, a_late_lease
from tests.builders.wiring import a_customer, call


def moved(house: LeaseHouse, account_id: str, **asked: int) -> dict[str, Any]:
    method = house.accounts.defer_payments if "months" in asked else house.accounts.change_due_date
    caller = a_customer(accounts=(account_id,))
    answer: dict[str, Any] = call(
        method, request={"account_id": account_id, **asked}, context=caller, key=f"move {asked}"
    )  # fmt: skip
    house.settle()
    return answer


def ends_of(house: LeaseHouse, account_id: str) -> set[str]:
    """Every end that any answer names."""
    cockpit = house.asks("get_lease_end", account_id)
    (last,) = [each["on"] for each in cockpit["dates"] if each["code"] == "lease_ends"]
    lease = house.asks("get_lease", account_id)["dates"]["ends_on"]
    return {house.standing(account_id)["maturity_on"], cockpit["ends_on"], last, lease}


@pytest.mark.parametrize(
    ("asked", "ends_on"), [({"months": 1}, "2027-02-15"), ({"due_day": 20}, "2027-01-20")], ids=["deferred", "changed"]
)
def test_the_vehicle_is_due_back_when_accounts_says_that_the_lease_ends(
    house: LeaseHouse, asked: dict[str, int], ends_on: str
) -> None:
    account_id = house.takes_over(a_late_lease())
    assert ends_of(house, account_id) == {"2027-01-15"}
    assert moved(house, account_id, **asked)["maturity_on"] == ends_on
    assert ends_of(house, account_id) == {ends_on}


def test_two_moves_of_a_day_end_it_once(house: LeaseHouse) -> None:
    account_id = house.takes_over(a_late_lease())
    moved(house, account_id, months=1)
    moved(house, account_id, due_day=20)
    assert ends_of(house, account_id) == {"2027-02-20"}
    with house.leases.store.writing() as transaction:
        rebuilt = rebuild_leases(
            transaction, limit=10, after=None, now=house.clock.now(), today=house.clock.today()
        )  # fmt: skip
    assert rebuilt.differing == ()


def test_the_milestones_go_by_the_new_end(house: LeaseHouse) -> None:
    account_id = house.takes_over(a_late_lease())
    moved(house, account_id, months=1)
    (told,) = house.told("lease_end_approaching")
    assert (told["ends_on"], told["milestone_days"], told["days_left"]) == ("2027-02-15", 90, 84)
    house.ends_day(date(2027, 1, 16))
    assert [each["milestone_days"] for each in house.told("lease_end_approaching")] == [90, 30]
