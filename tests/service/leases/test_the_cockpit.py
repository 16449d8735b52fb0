"""A customer near the end sees return, buy and extend side by side, in dollars and with their own miles."""

from datetime import date
from typing import Any

import pytest

from chassis.clock import FixedClock
from services.leases.contract.errors import OdometerRunsBack, ReadingDateOutOfRange
from services.leases.operations import last_lease, rebuild_leases
from tests.builders.accounts import an_opening
from tests.builders.lease_house import BALANCE_AFTER_34_CENTS, ENDS_ON, LeaseHouse, a_late_lease
from tests.builders.wiring import an_agent


def cockpit(house: LeaseHouse, account_id: str) -> dict[str, Any]:
    answer: dict[str, Any] = house.asks("get_lease_end", account_id)
    return answer


def price(house: LeaseHouse, account_id: str, option: str) -> dict[str, int]:
    (found,) = [each for each in cockpit(house, account_id)["options"] if each["option"] == option]
    return {line["code"]: line["amount_cents"] for line in found["price"]["lines"]}


def test_the_options_stand_side_by_side(house: LeaseHouse) -> None:
    account_id = house.takes_over(a_late_lease())
    assert price(house, account_id, "buyout") == {
        "vehicle_price": 1_927_487, "purchase_option_fee": 30_000, "official_fees": 8_500, "sales_tax": 141_918,
    }  # fmt: skip
    assert price(house, account_id, "turn_in") == {
        "instalments_to_come": 48_240, "disposition_fee": 40_000, "tax_on_charges": 2_900,
    }  # fmt: skip
    assert price(house, account_id, "extension") == {"extension_instalments": 48_240, "instalments_to_come": 48_240}
    answer = cockpit(house, account_id)
    assert (answer["days_left"], answer["dates"][-1]["on"]) == (53, "2027-01-15")
    assert [policy["source"][:13] for policy in answer["policies"]] == ["sample policy"] * 4


def test_an_unpaid_instalment_is_in_the_price_and_its_payment_out_of_it(house: LeaseHouse) -> None:
    opening = an_opening(principal_cents=BALANCE_AFTER_34_CENTS, next_instalment_number=35, payments_made=34)
    account_id = house.takes_over(a_late_lease(opening=opening))
    before = price(house, account_id, "buyout")
    assert (before["vehicle_price"], before["instalments_due"]) == (1_927_487, 48_240)
    house.pays(account_id, amount_cents=48_240)
    after = price(house, account_id, "buyout")
    assert after == {code: cents for code, cents in before.items() if code != "instalments_due"}


def test_a_reading_carries_the_miles_to_the_end(house: LeaseHouse) -> None:
    account_id = house.takes_over(a_late_lease())
    assert cockpit(house, account_id)["mileage"]["projected_miles"] is None
    reading = house.asks("record_odometer_reading", account_id, miles=38_000)
    assert (reading["read_on"], reading["source"], reading["is_plausible"]) == ("2026-11-23", "customer", True)
    mileage = cockpit(house, account_id)["mileage"]
    # 1,043 days for 38,000 miles: 36.433 a day for 53 days more.
    assert (mileage["miles_per_day"], mileage["projected_miles"]) == ("36.4", 39_931)
    assert (mileage["excess_miles"], mileage["excess_cents"]) == (3_931, 78_620)
    assert price(house, account_id, "turn_in")["excess_mileage"] == 78_620
    assert [row["miles"] for row in house.asks("list_odometer_readings", account_id)["data"]] == [38_000]


def test_an_odometer_that_runs_back_is_refused_and_a_wild_one_flagged(house: LeaseHouse) -> None:
    account_id = house.takes_over(a_late_lease())
    house.asks("record_odometer_reading", account_id, miles=30_000, read_on="2026-11-20")
    for wrong in ({"miles": 29_999}, {"miles": 30_001, "read_on": "2026-11-19"}):
        with pytest.raises(OdometerRunsBack):
            house.asks("record_odometer_reading", account_id, **wrong)
    for day in ("2026-11-24", "2024-01-14"):
        with pytest.raises(ReadingDateOutOfRange):
            house.asks("record_odometer_reading", account_id, miles=30_000, read_on=day)
    wild = house.asks("record_odometer_reading", account_id, miles=34_000, context=an_agent())
    assert (wild["is_plausible"], wild["source"]) == (False, "staff")


def test_the_calendar_has_the_end(house: LeaseHouse) -> None:
    account_id = house.takes_over(a_late_lease())
    text = house.asks("get_lease_calendar", account_id)["text"]
    assert f"DTSTART;VALUE=DATE:{ENDS_ON:%Y%m%d}" in text


def test_a_projection_built_again_is_the_same_and_a_wrong_one_is_put_right(
    house: LeaseHouse, clock: FixedClock
) -> None:
    opening = an_opening(principal_cents=BALANCE_AFTER_34_CENTS, next_instalment_number=35, payments_made=34)
    account_id = house.takes_over(a_late_lease(opening=opening))
    house.pays(account_id, amount_cents=48_240)
    before = cockpit(house, account_id)["options"]

    def rebuilt() -> Any:
        with house.leases.store.writing() as transaction:
            return rebuild_leases(transaction, limit=10, after=None, now=clock.now(), today=date(2026, 11, 23))

    assert (rebuilt().leases, rebuilt().differing) == (1, ())
    with house.leases.store.housekeeping() as connection:
        connection.exec_driver_sql("UPDATE lease_standings SET past_due_cents = 999, sequence = 0")
        connection.exec_driver_sql("UPDATE lease_payments SET is_applied = false")
    assert rebuilt().differing == (account_id,)
    assert (cockpit(house, account_id)["options"], rebuilt().differing) == (before, ())
    with house.leases.store.reading() as transaction:
        assert str(last_lease(transaction, limit=10, after=None)) == account_id
