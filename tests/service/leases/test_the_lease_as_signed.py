"""A lease is shown with every figure that Regulation M had disclosed when it was signed (12 CFR 1013.4)."""

import pytest

from tests.builders.lease_house import LeaseHouse, a_late_lease


def test_every_figure_of_the_worked_lease_is_shown(house: LeaseHouse) -> None:
    account_id = house.takes_over(a_late_lease())
    lease = house.asks("get_lease", account_id)
    costs = ("gross_capitalized_cost_cents", "capitalized_cost_reduction_cents", "adjusted_capitalized_cost_cents")
    assert [lease[name] for name in costs] == [3_300_000, 150_000, 3_150_000]
    assert lease["payment"] == {
        "base_payment_cents": 44_979, "tax_cents": 3_261, "payment_cents": 48_240, "depreciation_cents": 35_000,
        "rent_charge_cents": 9_979,
    }  # fmt: skip
    assert lease["totals"] == {
        "depreciation_cents": 1_260_000, "rent_charge_cents": 359_244, "base_payments_cents": 1_619_244,
        "tax_cents": 117_396, "payments_cents": 1_736_640,
    }  # fmt: skip
    assert (lease["residual_cents"], lease["purchase_option_fee_cents"]) == (1_890_000, 30_000)
    assert (lease["purchase_option_cents"], lease["disposition_fee_cents"]) == (1_920_000, 40_000)
    assert lease["mileage"] == {"allowance_miles": 36_000, "excess_mile_cents": 20}
    assert lease["dates"] == {"first_due_on": "2024-01-15", "ends_on": "2027-01-15"}


def test_what_a_pool_did_not_say_stays_unsaid(house: LeaseHouse) -> None:
    lease = house.asks("get_lease", house.takes_over(a_late_lease(lease=None)))
    assert (lease["gross_capitalized_cost_cents"], lease["capitalized_cost_reduction_cents"]) == (None, None)
    assert (lease["purchase_option_cents"], lease["totals"]["rent_charge_cents"]) == (1_890_000, 359_244)


@pytest.mark.parametrize("wrong", ["gross_capitalized_cost_cents = 1", "capitalized_cost_reduction_cents = NULL"])
def test_costs_that_do_not_add_up_cannot_be_stored(house: LeaseHouse, wrong: str) -> None:
    house.takes_over(a_late_lease())
    with pytest.raises(Exception, match="ck_leases_costs"), house.leases.store.housekeeping() as connection:
        connection.exec_driver_sql(f"UPDATE leases SET {wrong}")
