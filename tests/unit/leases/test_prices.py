"""What each way out of a lease costs, line by line."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.leases.rules.prices import (
    Figures,
    buyout_price,
    end_charge_tax_cents,
    extension_price,
    purchase_lines,
    turn_in_price,
)
from services.leases.rules.state_policies import POLICIES, state_policy

CALIFORNIA = POLICIES["CA"]


def figures(**changed: Any) -> Figures:
    known = {
        "on": date(2027, 1, 15), "lease_balance_cents": 1_890_000, "instalments_due_cents": 0,
        "instalments_to_come_cents": 0, "instalments_to_come": 0, "instalment_cents": 48_240, "fees_due_cents": 0,
        "credit_cents": 0, "unused_cents": 0, "maturity_on": date(2027, 1, 15),
    }  # fmt: skip
    return Figures(**{**known, **changed})


def added(balance_cents: int = 1_890_000) -> Any:
    return purchase_lines(lease_balance_cents=balance_cents, is_at_end=True, option_fee_cents=30_000, policy=CALIFORNIA)


def test_the_worked_purchase_is_20_677_dollars() -> None:
    price = buyout_price(figures=figures(), added=added())
    assert {line.code: line.amount_cents for line in price.lines} == {
        "vehicle_price": 1_890_000, "purchase_option_fee": 30_000, "official_fees": 8_500, "sales_tax": 139_200,
    }  # fmt: skip
    assert price.total_cents == 2_067_700


def test_what_is_owed_comes_on_top_and_credit_is_taken_off() -> None:
    owing = figures(instalments_due_cents=48_240, fees_due_cents=2_500, credit_cents=10_000)
    assert buyout_price(figures=owing, added=added()).total_cents == 2_067_700 + 48_240 + 2_500 - 10_000


def test_the_worked_turn_in_is_1_586_dollars_where_charges_are_not_taxed() -> None:
    price = turn_in_price(
        figures=figures(), excess_cents=83_600, wear_cents=35_000, disposition_fee_cents=40_000, policy=POLICIES["TX"]
    )
    assert price.total_cents == 158_600


def test_where_charges_are_taxed_the_tax_is_a_line() -> None:
    price = turn_in_price(
        figures=figures(), excess_cents=83_600, wear_cents=35_000, disposition_fee_cents=40_000, policy=CALIFORNIA
    )
    assert price.total_cents == 158_600 + 11_499
    assert end_charge_tax_cents(charges_cents=158_600, policy=None) == 0


def test_an_extension_costs_its_instalments_and_what_is_still_to_come() -> None:
    price = extension_price(figures=figures(instalments_to_come_cents=48_240, instalments_to_come=1), months=3)
    assert price.total_cents == 4 * 48_240


@given(st.integers(0, 10**7), st.integers(0, 10**5), st.integers(0, 10**6), st.integers(0, 10**8))
def test_credit_never_makes_a_price_negative(balance: int, due: int, fees: int, credit: int) -> None:
    owing = figures(lease_balance_cents=balance, instalments_due_cents=due, fees_due_cents=fees, credit_cents=credit)
    lines = purchase_lines(lease_balance_cents=balance, is_at_end=False, option_fee_cents=0, policy=CALIFORNIA)
    price = buyout_price(figures=owing, added=lines)
    owed = balance + due + fees + sum(line.amount_cents for line in lines[1:] if balance) + (0 if balance else 8_500)
    assert price.total_cents == max(0, owed - credit)


def test_every_state_has_a_row_that_says_it_is_a_sample() -> None:
    assert len(POLICIES) == 51
    for policy in POLICIES.values():
        assert policy.source.startswith("sample policy")
        assert Decimal(0) <= policy.tax_percent < 10
    assert state_policy(state=None) is None


@pytest.mark.parametrize("option_fee_cents", [0, 30_000])
def test_the_base_of_the_tax_is_the_states(option_fee_cents: int) -> None:
    lines = purchase_lines(
        lease_balance_cents=1_000_000, is_at_end=True, option_fee_cents=option_fee_cents, policy=POLICIES["IL"]
    )
    assert {line.code: line.amount_cents for line in lines}["sales_tax"] == 62_500
