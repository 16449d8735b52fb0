"""Each number that the rules of a lease were worked out to by hand, by what it is (Regulation M, 49 CFR 580)."""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.accounts.rules.lease_yield import annual_yield_percent, monthly_yield, yield_rows
from services.leases.rules.base_payment import lease_payment, term_totals
from services.leases.rules.calendar import MILESTONES, milestone_reached
from services.leases.rules.disclosures import extension_disclosures_due
from services.leases.rules.early_end import RETURN_DAYS, misfit_of_orders
from services.leases.rules.ending import buyout, early_termination_charge_cents
from services.leases.rules.extension import extension_terms
from services.leases.rules.odometer import notice_of, statement_is_required
from services.leases.rules.prices import PriceLine
from services.leases.rules.state_policies import POLICIES
from services.leases.rules.turn_in import end_bill_lines
from services.leases.rules.wear import LIMITS, Finding, assess_wear

MONEY_FACTOR = Decimal("0.00198")
SIGNED = {"residual_cents": 1_890_000, "term_months": 36}
PAYMENT = lease_payment(
    gross_capitalized_cost_cents=3_150_000, capitalized_cost_reduction_cents=0, money_factor=MONEY_FACTOR,
    tax_percent=Decimal("7.25"), **SIGNED,
)  # fmt: skip
RATE = monthly_yield(balance_cents=3_150_000, residual_cents=1_890_000, payment_cents=44_979, payment_count=36)
ROWS = yield_rows(balance_cents=3_150_000, residual_cents=1_890_000, payment_cents=44_979, payment_count=36)
AT_THE_END = buyout(
    price_cents=1_890_000, purchase_option_fee_cents=30_000, official_fees_cents=8_500, tax_percent=Decimal("7.25"),
    tax_includes_fees=True,
)  # fmt: skip
LEASE = {
    "mileage_allowance_miles": 36_000, "excess_mile_cents": 20, "disposition_fee_cents": 40_000, "vehicle": {},
    "base_payment_cents": 44_979, "tax_cents": 3_261, "purchase_option_fee_cents": 30_000, **SIGNED,
}  # fmt: skip
END_BILL = end_bill_lines(
    lease=LEASE, start_miles=0, end_miles=40_180, term_days=1_096, used_days=1_096, wear_cents=35_000, is_loyal=False,
    policy=POLICIES["TX"],
)  # fmt: skip


def rounded(value: Decimal, places: str) -> Decimal:
    return value.quantize(Decimal(places), rounding=ROUND_HALF_UP)


def amount(lines: tuple[PriceLine, ...], code: str) -> int:
    return sum(line.amount_cents for line in lines if line.code == code)


@pytest.mark.parametrize(
    ("found", "worked"),
    [
        pytest.param(PAYMENT.depreciation_cents, 35_000, id="2.13 depreciation a month"),
        pytest.param(PAYMENT.rent_charge_cents, 9_979, id="2.13 rent charge a month"),
        pytest.param(PAYMENT.base_payment_cents, 44_979, id="2.13 base payment"),
        pytest.param(PAYMENT.tax_cents, 3_261, id="2.13 tax"),
        pytest.param(PAYMENT.payment_cents, 48_240, id="2.13 total payment"),
        pytest.param(PAYMENT.total_rent_charge_cents, 359_244, id="2.13 total rent charge"),
        pytest.param(rounded(annual_yield_percent(monthly=RATE), "0.0001"), Decimal("4.7756"), id="2.13 yield"),
        pytest.param(MONEY_FACTOR * 2400, Decimal("4.752"), id="2.13 what is no yield"),
        pytest.param(rounded(RATE * 100, "0.00000001"), Decimal("0.39796333"), id="2.14 monthly rate"),
        pytest.param(ROWS[0].rent_cents, 12_357, id="2.14 first month's rent"),
        pytest.param(ROWS[0].balance_cents, 3_117_378, id="2.14 balance after one"),
        pytest.param(ROWS[19].balance_cents, 2_472_291, id="2.14 balance after twenty"),
        pytest.param(ROWS[35].balance_cents, 1_890_000, id="2.14 balance after all"),
        pytest.param(
            early_termination_charge_cents(
                lease_balance_cents=ROWS[19].balance_cents,
                past_due_cents=44_979,
                fees_cents=39_500,
                taxes_cents=0,
                realized_value_cents=2_050_000,
            ),
            506_770,
            id="2.14 charge of an early end",
        ),
        pytest.param(AT_THE_END.taxable_cents, 1_920_000, id="2.15 price and option fee"),
        pytest.param(AT_THE_END.tax_cents, 139_200, id="2.15 sales tax"),
        pytest.param(AT_THE_END.total_cents, 2_067_700, id="2.15 all of it"),
        pytest.param(extension_disclosures_due(extension_months=[1] * 14), (7, 14), id="2.16 month to month"),
        pytest.param(extension_disclosures_due(extension_months=[7]), (1,), id="2.16 a fixed one beyond six"),
        pytest.param(extension_disclosures_due(extension_months=[6]), (), id="2.16 a fixed one of six"),
        pytest.param(extension_disclosures_due(extension_months=[4, 3]), (5,), id="2.16 of mixed lengths"),
        pytest.param(amount(END_BILL, "excess_mileage"), 83_600, id="2.17 4,180 miles beyond"),
        pytest.param(amount(END_BILL, "excess_wear"), 35_000, id="2.17 wear"),
        pytest.param(amount(END_BILL, "disposition_fee"), 40_000, id="2.17 disposition"),
        pytest.param(sum(line.amount_cents for line in END_BILL), 158_600, id="2.17 the end bill"),
        pytest.param(tuple(MILESTONES), (120, 90, 60, 30, 7), id="2.19 milestones"),
        pytest.param(RETURN_DAYS, 15, id="2.12 days to return after notice"),
    ],
)
def test_the_number_is_the_one_worked_out(found: Any, worked: Any) -> None:
    assert found == worked


@pytest.mark.parametrize("payments", range(37))
def test_a_balance_is_what_the_remaining_payments_and_the_residual_are_worth(payments: int) -> None:
    left = 36 - payments
    worth = sum(44_979 / (1 + RATE) ** number for number in range(left)) + 1_890_000 / (1 + RATE) ** left
    balance = ROWS[payments - 1].balance_cents if payments else 3_150_000
    assert abs(worth - balance) <= Decimal("0.5")


def test_months_from_the_31st_keep_the_day_that_they_know() -> None:
    lease, starts_on, before = {**LEASE, "first_due_on": date(2023, 1, 31)}, date(2026, 1, 31), list[int]()
    ends, disclosed = [], []
    for month in range(1, 15):
        terms = extension_terms(
            lease=lease, months=1, before=before, starts_on=starts_on, instalment_cents=48_240, renews=True
        )  # fmt: skip
        ends.append(terms.ends_on)
        if terms.new_disclosure:
            disclosed.append((month, starts_on))
        before, starts_on = [*before, 1], terms.ends_on
    assert ends[:4] == [date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 31)]
    assert disclosed == [(7, date(2026, 7, 31)), (14, date(2027, 2, 28))]


@pytest.mark.parametrize(
    ("item", "inches", "is_normal"),
    [
        ("body_mark", "3.9", True), ("body_mark", "4", False), ("glass_crack", "1.9", True),
        ("glass_crack", "2", False), ("chip", "0.4", True), ("chip", "0.5", False),
        ("tire_tread", "0.126", True), ("tire_tread", "0.125", False),
    ],
)  # fmt: skip
def test_the_limits_of_normal_wear(item: str, inches: str, is_normal: bool) -> None:
    (assessed,) = assess_wear([Finding(item=item, inches=Decimal(inches), count=1)])
    assert assessed.is_normal is is_normal
    assert set(LIMITS) == {"body_mark", "glass_crack", "chip", "tire_tread"}


@pytest.mark.parametrize(
    ("year", "on", "required"),
    [
        (2010, date(2019, 12, 31), True), (2010, date(2020, 1, 1), False), (2011, date(2030, 12, 31), True),
        (2011, date(2031, 1, 1), False), (None, date(2026, 11, 23), None),
    ],
)  # fmt: skip
def test_who_is_exempt_from_the_odometer_statement(year: int | None, on: date, required: bool | None) -> None:
    assert statement_is_required(vehicle={"year": year}, transferred_on=on) is required


@pytest.mark.parametrize(
    ("pounds", "year", "required"),
    [
        (16_000, 2024, True), (16_001, 2024, False), (1, 2024, True), (None, 2024, True), (16_001, None, False),
        (16_000, None, None), (None, None, None), (16_001, 2005, False), (16_000, 2005, False),
    ],
)  # fmt: skip
def test_a_vehicle_rated_above_16_000_pounds_is_exempt_and_one_of_unknown_weight_is_not(
    pounds: int | None, year: int | None, required: bool | None
) -> None:
    vehicle = {"year": year, "gross_weight_rating_pounds": pounds}
    assert statement_is_required(vehicle=vehicle, transferred_on=date(2026, 11, 23)) is required
    assert ("exempt" in notice_of(required)) is (required is False)


@pytest.mark.parametrize("days", MILESTONES)
def test_a_milestone_comes_on_its_day_and_not_before(days: int) -> None:
    ends_on = date(2027, 1, 15)
    assert milestone_reached(ends_on=ends_on, today=ends_on - timedelta(days=days)) == days
    assert milestone_reached(ends_on=ends_on, today=ends_on - timedelta(days=days + 1)) != days


@given(days=st.integers(0, 40))
def test_a_servicemember_has_fifteen_days(days: int) -> None:
    noticed_on = date(2026, 11, 10)
    misfit = misfit_of_orders(
        signed_on=date(2024, 1, 15), orders_on=date(2026, 11, 1), noticed_on=noticed_on,
        returned_on=noticed_on + timedelta(days=days), today=noticed_on,
    )  # fmt: skip
    assert (misfit is None) is (days <= 15)


@given(st.integers(100_000, 9_000_000), st.integers(0, 100), st.integers(1, 84), st.integers(0, 50_000))
def test_totals_are_what_is_paid(cost: int, share: int, months: int, tax: int) -> None:
    residual, base = cost * share // 100, -(-cost // months)
    totals = term_totals(
        adjusted_capitalized_cost_cents=cost, residual_cents=residual, base_payment_cents=base, tax_cents=tax,
        term_months=months,
    )  # fmt: skip
    assert totals["depreciation_cents"] + totals["rent_charge_cents"] == totals["base_payments_cents"] == base * months
    assert totals["payments_cents"] == (base + tax) * months
