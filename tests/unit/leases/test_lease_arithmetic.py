"""What a lease costs, while it runs and when it ends, follows the worked numbers of Regulation M and the states."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.leases.rules.base_payment import LeasePayment, lease_payment
from services.leases.rules.disclosures import extension_disclosures_due, odometer_disclosure_is_required
from services.leases.rules.ending import (
    Buyout,
    ExcessMileage,
    buyout,
    early_termination_charge_cents,
    excess_mileage,
)


def a_lease_payment(*, reduction_cents: int = 150_000, tax_percent: str = "7.25") -> LeasePayment:
    return lease_payment(
        gross_capitalized_cost_cents=3_300_000,
        capitalized_cost_reduction_cents=reduction_cents,
        residual_cents=1_890_000,
        term_months=36,
        money_factor=Decimal("0.00198"),
        tax_percent=Decimal(tax_percent),
    )


def test_the_reference_lease_pays_482_40_a_month() -> None:
    assert a_lease_payment() == LeasePayment(
        adjusted_capitalized_cost_cents=3_150_000,
        depreciation_cents=35_000,
        rent_charge_cents=9_979,
        base_payment_cents=44_979,
        tax_cents=3_261,
        payment_cents=48_240,
        total_rent_charge_cents=359_244,
    )


def test_money_down_lowers_depreciation_and_rent() -> None:
    less = a_lease_payment(reduction_cents=510_000, tax_percent="0")
    assert (less.depreciation_cents, less.rent_charge_cents, less.payment_cents) == (25_000, 9_266, 34_266)


@given(
    cost=st.integers(100_000, 9_000_000),
    residual_share=st.integers(0, 100),
    months=st.integers(1, 84),
    factor=st.decimals("0", "0.0099", places=5),
)
def test_payments_are_depreciation_and_rent_and_nothing_else(
    cost: int, residual_share: int, months: int, factor: Decimal
) -> None:
    residual = cost * residual_share // 100
    found = lease_payment(
        gross_capitalized_cost_cents=cost,
        capitalized_cost_reduction_cents=0,
        residual_cents=residual,
        term_months=months,
        money_factor=factor,
        tax_percent=Decimal("8.875"),
    )
    assert found.base_payment_cents * months == cost - residual + found.total_rent_charge_cents
    assert abs(found.base_payment_cents - found.depreciation_cents - found.rent_charge_cents) <= 1
    assert found.payment_cents == found.base_payment_cents + found.tax_cents


def test_ending_the_reference_lease_after_twenty_payments_costs_5067_70() -> None:
    charge = early_termination_charge_cents(
        lease_balance_cents=2_472_291,
        past_due_cents=44_979,
        fees_cents=39_500,
        taxes_cents=0,
        realized_value_cents=2_050_000,
    )
    assert charge == 506_770


def test_a_vehicle_worth_more_than_is_owed_leaves_no_charge() -> None:
    charge = early_termination_charge_cents(
        lease_balance_cents=2_000_000, past_due_cents=1, fees_cents=2, taxes_cents=3, realized_value_cents=2_000_007
    )
    assert charge == 0


def test_buying_the_reference_lease_at_its_end_costs_20677_00() -> None:
    price = buyout(
        price_cents=1_890_000,
        purchase_option_fee_cents=30_000,
        official_fees_cents=8_500,
        tax_percent=Decimal("7.25"),
        tax_includes_fees=True,
    )
    assert price == Buyout(taxable_cents=1_920_000, tax_cents=139_200, total_cents=2_067_700)


def test_a_state_that_taxes_the_price_alone_leaves_the_option_fee_untaxed() -> None:
    price = buyout(
        price_cents=1_890_000,
        purchase_option_fee_cents=30_000,
        official_fees_cents=8_500,
        tax_percent=Decimal("7.25"),
        tax_includes_fees=False,
    )
    assert price == Buyout(taxable_cents=1_890_000, tax_cents=137_025, total_cents=2_065_525)


@pytest.mark.parametrize(
    ("end_miles", "excess", "charge_cents"), [(40_180, 4_180, 83_600), (36_000, 0, 0), (36_001, 1, 20), (9, 0, 0)]
)
def test_only_miles_beyond_the_allowance_are_charged(end_miles: int, excess: int, charge_cents: int) -> None:
    found = excess_mileage(start_miles=0, end_miles=end_miles, allowance_miles=36_000, cents_per_mile=20)
    assert found == ExcessMileage(excess_miles=excess, charge_cents=charge_cents)


@pytest.mark.parametrize(
    ("model_year", "transferred_on", "required"),
    [
        (2010, date(2019, 12, 31), True),
        (2010, date(2020, 1, 1), False),
        (2011, date(2021, 1, 1), True),
        (2011, date(2030, 12, 31), True),
        (2011, date(2031, 1, 1), False),
        (2027, date(2026, 9, 1), True),
    ],
)
def test_older_vehicles_need_no_odometer_statement(model_year: int, transferred_on: date, required: bool) -> None:
    needed = odometer_disclosure_is_required(
        model_year=model_year, transferred_on=transferred_on, gross_weight_rating_pounds=None
    )
    assert needed is required


@pytest.mark.parametrize(
    ("months", "due"),
    [
        ([1] * 21, (7, 14, 21)),
        ([1] * 6, ()),
        ([6], ()),
        ([7], (1,)),
        ([12, 6, 1], (1, 19)),
        ([3, 3, 2], (7,)),
        ([4, 3], (5,)),
        ([5, 2, 6, 1], (6, 14)),
        ([], ()),
    ],
)
def test_new_disclosures_come_with_the_extension_that_passes_six_months(
    months: list[int], due: tuple[int, ...]
) -> None:
    assert extension_disclosures_due(extension_months=months) == due
