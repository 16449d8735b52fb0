"""A lease goes on from month to month: agreed to once, begun anew each month, ended by notice or with the vehicle."""

from datetime import date, timedelta
from typing import Any

import pytest

from chassis.errors import InvalidRequest
from deploy.ledger_check import check
from deploy.portfolio.months import add_months
from services.leases.contract.errors import NotFound, RenewsAlready
from tests.builders.accounts import A_BORROWER, A_CO_BORROWER
from tests.builders.days import run_through
from tests.builders.lease_house import ENDS_ON, INSTALMENT_CENTS, LeaseHouse, a_late_lease
from tests.builders.wiring import an_agent
from tests.service.leases.test_extending_the_lease import accepted
from tests.service.leases.test_turning_the_vehicle_in import returned, scheduled

LAST_DUE_ON = date(2026, 12, 15)
RENEWAL_DAYS = timedelta(days=14)

FIGURES = ("months", "instalment_cents", "total_cents", "starts_on", "ends_on")


def agreed(house: LeaseHouse, account_id: str, *, roles: tuple[str, ...] = ("borrower",)) -> dict[str, Any]:
    """One month more, and from month to month after it, accepted by every lessee."""
    extension = house.asks("request_extension", account_id, key=f"renew-{account_id}", months=1, renews=True)
    for role in roles:
        accepted(house, extension, role=role)
    found: dict[str, Any] = house.asks("get_extension", account_id, option_id=extension["id"])
    return found


def a_renewing_lease(house: LeaseHouse) -> str:
    account_id = house.takes_over(a_late_lease())
    agreed(house, account_id)
    return account_id


def renewal_of(house: LeaseHouse, account_id: str) -> dict[str, Any]:
    found: dict[str, Any] = house.asks("get_renewal", account_id)
    return found


def pays_on(house: LeaseHouse, account_id: str, on: date) -> None:
    house.clock.move_to(house.clock.now(), today=on)
    house.pays(account_id, amount_cents=INSTALMENT_CENTS, effective_on=on)


def test_each_month_is_begun_two_weeks_before_it_starts_and_is_billed(house: LeaseHouse) -> None:
    account_id = a_renewing_lease(house)
    assert renewal_of(house, account_id)["renews_on"] == "2027-02-01"
    house.pays(account_id, amount_cents=2 * INSTALMENT_CENTS, effective_on=date(2026, 11, 23))
    house.clock.move_to(house.clock.now(), today=date(2027, 1, 30))
    run_through(house.accounts, house.clock, date(2027, 1, 31))
    house.settle()
    assert house.standing(account_id)["maturity_on"] == "2027-02-15"
    run_through(house.accounts, house.clock, date(2027, 2, 1))
    house.settle()
    assert house.standing(account_id)["maturity_on"] == "2027-03-15"
    assert (renewal_of(house, account_id)["months"], renewal_of(house, account_id)["renews_on"]) == (2, "2027-03-01")
    run_through(house.accounts, house.clock, date(2027, 2, 2))
    bill = house.told("bill_issued")[-1]
    assert (bill["due_on"], bill["instalment_cents"]) == ("2027-02-15", INSTALMENT_CENTS)
    assert check(house.accounts.store) == []


def test_new_disclosures_come_with_months_7_14_and_21(house: LeaseHouse) -> None:
    account_id = a_renewing_lease(house)
    pays_on(house, account_id, LAST_DUE_ON)
    for month in range(2, 23):
        starts_on = add_months(on=ENDS_ON, months=month - 1)
        pays_on(house, account_id, add_months(on=starts_on, months=-1))
        house.ends_day(starts_on - RENEWAL_DAYS)
        assert house.standing(account_id)["maturity_on"] == add_months(on=starts_on, months=1).isoformat()
    assert [told["month_number"] for told in house.told("extension_disclosed")] == [7, 14, 21]
    figures = {name: house.told("extension_disclosed")[0][name] for name in FIGURES}
    assert figures == {
        "months": 1, "instalment_cents": 48_240, "total_cents": 48_240, "starts_on": "2027-07-15",
        "ends_on": "2027-08-15",
    }  # fmt: skip
    assert renewal_of(house, account_id)["months"] == 22
    seventh = house.asks("get_extension", account_id, option_id=house.told("extension_disclosed")[0]["option_id"])
    words = {each["code"]: each["words"] for each in seventh["terms"]["disclosures"]}
    assert words["payment_schedule"] == "1 payment of $482.40, the first due on 2027-07-15; it ends 2027-08-15."
    assert words["total_of_payments"] == "You will have paid $482.40 for these months."
    assert "$449.79 is rent charge" in words["payment_calculation"]
    assert words["purchase_option"].startswith("At the end you may buy the vehicle for $18,900.00 and the option's fee")
    assert check(house.accounts.store) == []


def test_months_that_pass_have_ended_and_the_last_one_runs(house: LeaseHouse) -> None:
    account_id = a_renewing_lease(house)
    pays_on(house, account_id, LAST_DUE_ON)
    pays_on(house, account_id, ENDS_ON)
    house.ends_day(date(2027, 2, 1))
    house.ends_day(date(2027, 2, 15))
    assert house.told("extension_ended") == []
    house.ends_day(date(2027, 2, 16))
    (ended,) = house.told("extension_ended")
    assert house.asks("get_extension", account_id, option_id=ended["option_id"])["status"] == "ended"
    assert renewal_of(house, account_id)["status"] == "running"


def test_notice_ends_it_with_the_month_that_was_begun(house: LeaseHouse) -> None:
    account_id = house.takes_over(a_late_lease(parties=(A_BORROWER, A_CO_BORROWER)))
    agreed(house, account_id, roles=("borrower", "co_borrower"))
    pays_on(house, account_id, LAST_DUE_ON)
    pays_on(house, account_id, ENDS_ON)
    house.ends_day(date(2027, 2, 1))
    notice = house.asks("end_renewal", account_id)
    assert (notice["status"], notice["ended_because"], notice["lease_ends_on"]) == ("ended", "notice", "2027-03-15")
    assert house.asks("end_renewal", account_id) == notice, "a second notice says the same"
    house.ends_day(date(2027, 3, 1))
    house.ends_day(date(2027, 3, 16))
    assert house.standing(account_id)["maturity_on"] == "2027-03-15"
    assert [told["because"] for told in house.told("renewal_ended")] == ["notice"]


def test_the_vehicles_return_ends_it(house: LeaseHouse) -> None:
    account_id = a_renewing_lease(house)
    turn_in = scheduled(house, account_id)
    house.ends_day(date(2026, 11, 23))
    returned(house, turn_in)
    assert renewal_of(house, account_id)["ended_because"] == "vehicle_returned"
    assert len(house.told("extension_ended")) == 1
    house.ends_day(date(2027, 2, 1))
    assert renewal_of(house, account_id)["months"] == 1


def test_what_is_past_due_holds_it_up_until_it_is_paid_or_the_last_day_has_passed(house: LeaseHouse) -> None:
    paid, unpaid = a_renewing_lease(house), house.takes_over(a_late_lease(source_ref="demo/leases/2"))
    agreed(house, unpaid)
    pays_on(house, paid, LAST_DUE_ON)
    house.clock.move_to(house.clock.now(), today=date(2027, 1, 30))
    run_through(house.accounts, house.clock, date(2027, 2, 1))
    house.settle()
    assert {house.standing(each)["maturity_on"] for each in (paid, unpaid)} == {"2027-02-15"}
    house.pays(paid, amount_cents=INSTALMENT_CENTS)
    for day in range(2, 17):
        run_through(house.accounts, house.clock, date(2027, 2, day))
        house.settle()
    assert [house.standing(each)["maturity_on"] for each in (paid, unpaid)] == ["2027-03-15", "2027-02-15"]
    assert renewal_of(house, unpaid)["ended_because"] == "not_renewed"
    assert "declined" not in {told["decision"] for told in house.told("extension_decided")}, "nothing was tried in vain"


def test_a_day_told_twice_or_late_begins_one_month(house: LeaseHouse) -> None:
    account_id = a_renewing_lease(house)
    pays_on(house, account_id, LAST_DUE_ON)
    pays_on(house, account_id, ENDS_ON)
    for day in (date(2027, 2, 2), date(2027, 2, 1), date(2027, 2, 2), date(2027, 2, 3)):
        house.ends_day(day)
    assert house.standing(account_id)["maturity_on"] == "2027-03-15"
    assert renewal_of(house, account_id)["months"] == 2


def test_a_lease_that_renews_itself_is_not_extended_besides_and_has_one_month_at_a_time(house: LeaseHouse) -> None:
    account_id = house.takes_over(a_late_lease())
    with pytest.raises(NotFound):
        house.asks("end_renewal", account_id)
    with pytest.raises(InvalidRequest):
        house.asks("request_extension", account_id, key="six", months=6, renews=True)
    agreed(house, account_id)
    with pytest.raises(RenewsAlready):
        house.asks("request_extension", account_id, key="again", months=2)
    assert house.asks("get_lease_end", account_id)["renewal"]["status"] == "running"


def test_a_month_past_six_begins_with_a_persons_word(house: LeaseHouse) -> None:
    account_id = house.takes_over(a_late_lease())
    accepted(house, house.asks("request_extension", account_id, key="six", months=6))
    house.clock.move_to(house.clock.now(), today=date(2027, 4, 1))
    for _ in range(2):
        house.pays(account_id, amount_cents=INSTALMENT_CENTS * 2, effective_on=date(2027, 3, 15))
    seventh = house.asks("request_extension", account_id, key="seventh", months=1, renews=True)
    assert (seventh["status"], seventh["terms"]["new_disclosure"]) == ("requested", True)
    decision = {"option_id": seventh["id"], "decision": "offer", "reason": "The next one is on order."}
    house.asks("decide_extension", account_id, key="decide", context=an_agent(), **decision)
    accepted(house, seventh)
    assert renewal_of(house, account_id)["status"] == "running"
    assert [told["month_number"] for told in house.told("extension_disclosed")] == [7]
