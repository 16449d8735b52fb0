"""A lessee makes an appointment, returns the vehicle, is billed item by item, pays, and the account is closed."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from chassis.clock import FixedClock
from deploy.ledger_check import check
from services.leases.contract.errors import (
    AppointmentOutOfRange,
    DisputeWindowOver,
    OptionAlreadyOpen,
    OptionStepNotPossible,
)
from tests.builders.accounts import ledger_of
from tests.builders.lease_house import INSTALMENT_CENTS, LeaseHouse, a_late_lease
from tests.builders.wiring import an_agent
from tests.fixtures.time import NOW
from tests.service.leases.test_buying_the_vehicle import bought, settle_money

A_DENT = {"item": "body_mark", "inches": "4.5", "count": 1}
CHARGES = {"excess_mileage": 40_000, "excess_wear": 15_000, "disposition_fee": 40_000, "tax_on_charges": 6_888}


def scheduled(house: LeaseHouse, account_id: str, *, key: str = "turn-in", **request: Any) -> dict[str, Any]:
    asked = {"dealer_name": "Plano Kia", "appointment_on": "2026-12-20", "wear": [A_DENT], **request}
    answer: dict[str, Any] = house.asks("schedule_turn_in", account_id, key=key, **asked)
    return answer


def returned(house: LeaseHouse, turn_in: dict[str, Any], *, miles: int = 38_000) -> dict[str, Any]:
    answer: dict[str, Any] = house.asks(
        "receive_vehicle", turn_in["account_id"], key="return", context=an_agent(), option_id=turn_in["id"],
        returned_on="2026-11-23", miles=miles,
    )  # fmt: skip
    return answer


def inspected(house: LeaseHouse, turn_in: dict[str, Any], *, has_next_vehicle: bool = False) -> dict[str, Any]:
    answer: dict[str, Any] = house.asks(
        "inspect_vehicle", turn_in["account_id"], key="inspection", context=an_agent(), option_id=turn_in["id"],
        findings=[A_DENT], has_next_vehicle=has_next_vehicle,
    )  # fmt: skip
    return answer


def seen(house: LeaseHouse, turn_in: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = house.asks("get_turn_in", turn_in["account_id"], option_id=turn_in["id"])
    return answer


def test_a_truck_beyond_16_000_pounds_goes_back_without_an_odometer_statement(house: LeaseHouse) -> None:
    truck = replace(a_late_lease().vehicle, gross_weight_rating_pounds=16_001)
    turn_in = scheduled(house, house.takes_over(a_late_lease(vehicle=truck)))
    assert turn_in["odometer_statement_required"] is False
    assert "odometer_statement" not in [step["code"] for step in turn_in["steps"]]
    assert not [paper for paper in turn_in["documents"] if "odometer" in paper]
    assert seen(house, turn_in) == turn_in


def test_the_way_from_the_appointment_to_the_closed_account(house: LeaseHouse) -> None:
    account_id = house.takes_over(a_late_lease())
    turn_in = scheduled(house, account_id)
    assert [step["code"] for step in turn_in["steps"]][:3] == ["self_check", "odometer_statement", "return"]
    assert turn_in["odometer_statement_required"] is True
    assert "The signed odometer statement" in turn_in["documents"]
    assert turn_in["wear"][0]["charge_cents"] == 15_000
    assert house.told("turn_in_scheduled")[0]["dealer_name"] == "Plano Kia"

    returned(house, turn_in)
    view = house.standing(account_id)
    assert (view["status"], view["next_due_on"], view["fees_due_cents"]) == ("open", None, INSTALMENT_CENTS)
    assert view["principal_balance_cents"] == 0
    assert ledger_of(house.accounts.store, account_id=account_id)["vehicles_held"] == 1_890_000

    bill = inspected(house, turn_in)["end_bill"]
    assert {line["code"]: line["amount_cents"] for line in bill["lines"]} == CHARGES
    owed_cents = INSTALMENT_CENTS + sum(CHARGES.values())
    assert house.standing(account_id)["fees_due_cents"] == owed_cents

    paid = house.pays(account_id, amount_cents=owed_cents)
    assert house.standing(account_id)["status"] == "paid_off"
    settle_money(house, account_id, paid.data["payment_id"])
    assert house.standing(account_id)["status"] == "closed"
    done = seen(house, turn_in)
    assert (done["status"], done["steps"][-1]["done_on"]) == ("completed", "2026-11-23")
    assert [event["outcome"] for event in house.told("option_closed")] == ["completed"]
    assert check(house.accounts.store) == []


def test_the_estimate_is_what_is_billed_where_the_inspection_finds_the_same(house: LeaseHouse) -> None:
    account_id = house.takes_over(a_late_lease())
    house.clock.move_to(NOW, today=date(2027, 1, 15))
    house.asks("record_odometer_reading", account_id, miles=38_000)
    turn_in = scheduled(house, account_id, appointment_on="2027-01-15")
    returned_turn_in = house.asks(
        "receive_vehicle", account_id, key="return", context=an_agent(), option_id=turn_in["id"],
        returned_on="2027-01-15", miles=38_000,
    )  # fmt: skip
    inspected(house, returned_turn_in)
    assert house.standing(account_id)["fees_due_cents"] == turn_in["estimate"]["total_cents"]


def test_another_vehicle_of_ours_waives_the_disposition_fee(house: LeaseHouse) -> None:
    account_id = house.takes_over(a_late_lease())
    turn_in = scheduled(house, account_id)
    returned(house, turn_in, miles=20_000)
    bill = inspected(house, turn_in, has_next_vehicle=True)["end_bill"]
    assert {line["code"]: line["amount_cents"] for line in bill["lines"]} == {
        "excess_wear": 15_000, "tax_on_charges": 1_088,
    }  # fmt: skip


def test_a_bill_may_be_objected_to_for_thirty_days(house: LeaseHouse, clock: FixedClock) -> None:
    account_id = house.takes_over(a_late_lease())
    turn_in = scheduled(house, account_id)

    def object_to_it() -> Any:
        key = f"dispute-{clock.today()}"
        request = {"option_id": turn_in["id"], "reason": "It was there."}
        return house.asks("dispute_end_bill", account_id, key=key, **request)

    with pytest.raises(OptionStepNotPossible):
        object_to_it()
    returned(house, turn_in)
    assert inspected(house, turn_in)["dispute_until_on"] == "2026-12-23"
    clock.move_to(NOW, today=date(2026, 12, 23))
    (dispute,) = object_to_it()["disputes"]
    assert (dispute["reason"], dispute["raised_on"], dispute["status"]) == ("It was there.", "2026-12-23", "open")
    clock.move_to(NOW, today=date(2026, 12, 24))
    with pytest.raises(DisputeWindowOver):
        object_to_it()


def test_an_appointment_is_by_the_last_day_and_can_be_given_up_until_the_return(house: LeaseHouse) -> None:
    account_id = house.takes_over(a_late_lease())
    with pytest.raises(AppointmentOutOfRange):
        scheduled(house, account_id, appointment_on="2027-01-16")
    turn_in = scheduled(house, account_id, key="second", appointment_on="2027-01-15")
    with pytest.raises(OptionAlreadyOpen):
        bought(house, account_id)
    assert house.asks("cancel_turn_in", account_id, option_id=turn_in["id"])["status"] == "cancelled"
    again = scheduled(house, account_id, key="third")
    returned(house, again)
    with pytest.raises(OptionStepNotPossible):
        house.asks("cancel_turn_in", account_id, option_id=again["id"])
    options = house.asks("get_lease_end", account_id)["options"]
    assert {reason["code"] for option in options for reason in option["reasons"]} == {"vehicle_returned"}


def test_a_vehicle_that_is_back_is_not_sold_by_an_older_promise(house: LeaseHouse) -> None:
    account_id = house.takes_over(a_late_lease())
    buyout = bought(house, account_id)
    house.asks("cancel_buyout", account_id, option_id=buyout["id"])
    turn_in = scheduled(house, account_id)
    returned(house, turn_in)
    house.pays(account_id, amount_cents=buyout["payoff_cents"], quote_id=buyout["quote_id"])
    view = house.standing(account_id)
    assert (view["status"], view["fees_due_cents"]) == ("open", 0)
    assert view["unapplied_cents"] == buyout["payoff_cents"] - INSTALMENT_CENTS
    assert seen(house, turn_in)["status"] == "returned"
    assert check(house.accounts.store) == []


def test_a_promise_kept_before_the_return_ends_the_appointment(house: LeaseHouse) -> None:
    account_id = house.takes_over(a_late_lease())
    buyout = bought(house, account_id)
    house.asks("cancel_buyout", account_id, option_id=buyout["id"])
    turn_in = scheduled(house, account_id)
    house.pays(account_id, amount_cents=buyout["payoff_cents"], quote_id=buyout["quote_id"])
    assert seen(house, turn_in)["status"] == "superseded"
    assert house.standing(account_id)["status"] == "paid_off"


def test_nothing_owed_closes_the_account_at_once(house: LeaseHouse) -> None:
    free = a_late_lease(lease=None)
    account_id = house.takes_over(free)
    house.pays(account_id, amount_cents=INSTALMENT_CENTS)
    turn_in = scheduled(house, account_id, wear=[])
    returned(house, turn_in)
    done = house.asks(
        "inspect_vehicle", account_id, key="inspection", context=an_agent(), option_id=turn_in["id"], findings=[],
        has_next_vehicle=False,
    )  # fmt: skip
    assert done["end_bill"]["total_cents"] == 0
    assert (house.standing(account_id)["status"], seen(house, turn_in)["status"]) == ("closed", "completed")
    assert check(house.accounts.store) == []
