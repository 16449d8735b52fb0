"""The calculators give the numbers that were worked by hand for each rule."""

import json
from typing import Any

import pytest

from deploy.calculators.catalogue import calculated
from tests.unit.calculators.page import worked_examples

EXAMPLES = {name: given for name, (given, _) in worked_examples().items()}


def answer(name: str, **changes: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(calculated(name, text=json.dumps({**EXAMPLES[name], **changes}).encode()))
    return found


@pytest.mark.parametrize(
    ("principal_cents", "rate", "from_on", "to_on", "day_count", "days", "per_diem", "interest_cents"),
    [
        (1_825_000, "6.49", "2025-03-01", "2025-04-01", "actual/365", 31, "3.2450", 10_060),
        (1_825_000, "6.49", "2025-03-01", "2025-04-01", "30/360", 30, "3.2901", 9_870),
        (1_825_000, "6.49", "2024-02-01", "2024-03-01", "actual/actual", 29, "3.2361", 9_385),
        (1_825_000, "6.49", "2023-12-31", "2024-01-01", "actual/actual", 1, "3.2361", 325),
        (1_825_000, "6.49", "2025-03-01", "2025-03-01", "actual/365", 0, "3.2450", 0),
        (1_234_567, "5.90", "2026-04-05", "2026-04-30", "actual/365", 25, "1.9956", 4_989),
        (1_234_567, "5.90", "2026-04-05", "2026-04-27", "actual/365", 22, "1.9956", 4_390),
        (2_460_000, "6.90", "2026-01-01", "2026-02-01", "actual/365", 31, "4.6504", 14_416),
        (2_460_000, "6.90", "2026-01-01", "2026-02-15", "actual/365", 45, "4.6504", 20_927),
        (1_540_000, "7.20", "2026-03-05", "2026-03-20", "actual/365", 15, "3.0378", 4_557),
        (1_540_000, "7.20", "2026-04-05", "2026-05-05", "actual/365", 30, "3.0378", 9_113),
        (1_540_000, "7.20", "2026-04-05", "2026-06-04", "actual/365", 60, "3.0378", 18_227),
        (2_100_000, "8.90", "2026-04-05", "2026-05-05", "actual/365", 30, "5.1205", 15_362),
        (2_100_000, "6.00", "2026-04-05", "2026-05-05", "actual/365", 30, "3.4521", 10_356),
    ],
)
def test_interest(
    principal_cents: int, rate: str, from_on: str, to_on: str, day_count: str, days: int, per_diem: str,
    interest_cents: int,
) -> None:  # fmt: skip
    found = answer(
        "interest", principal_cents=principal_cents, annual_rate_percent=rate, from_on=from_on, to_on=to_on,
        day_count=day_count,
    )  # fmt: skip
    assert found == {"days": days, "per_diem": per_diem, "interest_cents": interest_cents}


@pytest.mark.parametrize(
    ("state", "unpaid_cents", "as_of", "late_fee_cents", "chargeable_from"),
    [
        ("PA", 41_237, "2026-03-15", 0, "2026-03-16"),
        ("PA", 41_237, "2026-03-16", 824, "2026-03-16"),
        ("KS", 41_237, "2026-03-16", 2_061, "2026-03-16"),
        ("KS", 11_237, "2026-03-16", 561, "2026-03-16"),
        ("TX", 41_237, "2026-03-20", 0, "2026-03-21"),
        ("TX", 11_237, "2026-03-21", 2_061, "2026-03-21"),
        ("default", 11_237, "2026-03-16", 561, "2026-03-16"),
    ],
)
def test_late_fee(state: str, unpaid_cents: int, as_of: str, late_fee_cents: int, chargeable_from: str) -> None:
    found = answer("late-fee", state=state, unpaid_cents=unpaid_cents, as_of=as_of)
    assert (found["late_fee_cents"], found["chargeable_from"]) == (late_fee_cents, chargeable_from)


def test_lease_balance() -> None:
    lease = {
        "adjusted_capitalized_cost_cents": 3_150_000, "residual_cents": 1_890_000, "term_months": 36,
        "base_payment_cents": 44_979,
    }  # fmt: skip
    after_twenty = answer("lease-balance", **lease, payments_made=20)
    assert after_twenty["annual_yield_percent"] == "4.77556"
    assert after_twenty["rows"][0] == {
        "payment": 1, "rent_cents": 12_357, "depreciation_cents": 32_622, "balance_cents": 3_117_378,
    }  # fmt: skip
    assert after_twenty["balance_cents"] == 2_472_291
    assert answer("lease-balance", **lease, payments_made=0)["balance_cents"] == 3_150_000
    assert answer("lease-balance", **lease, payments_made=36)["balance_cents"] == 1_890_000


@pytest.mark.parametrize(("number", "valid"), [("021000021", True), ("021000022", False), ("02100002", False)])
def test_routing_number(number: str, valid: bool) -> None:
    assert answer("routing-number", routing_number=number) == {"valid": valid}


def test_extension_disclosure() -> None:
    monthly = [{"months": 1, "agreed_on": "2026-01-31"}] * 14
    assert answer("extension-disclosure", extensions=monthly) == {"disclosures_due": [7, 14]}


def test_semimonthly_payments_have_24_unit_periods() -> None:
    found = answer(
        "apr",
        advances=[{"on": "1978-02-23", "amount_cents": 500_000}],
        payments=[
            {"on": f"{1978 + half // 24}-{half % 24 // 2 + 1:02d}-{(1, 16)[half % 2]:02d}", "amount_cents": 21_917}
            for half in range(4, 28)
        ],
        unit_period={"per_year": 24},
    )
    assert found == {"apr_percent": "10.34", "unit_periods_per_year": 24}
