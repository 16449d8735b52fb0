"""Leases as tests need them."""

from datetime import date
from typing import Any
from uuid import UUID

from services.leases.operations import TakenOver

LEASE_ID = "01900000-0000-7000-8000-00000000001e"


def a_lease_to_take_over(
    *, account_id: str = LEASE_ID, ends_on: date = date(2027, 1, 15), past_due_cents: int = 0, status: str = "open"
) -> TakenOver:
    """36 months, 449.79 a month plus 32.61 tax, near its end."""
    lease: dict[str, Any] = {
        "account_id": UUID(account_id),
        "term_months": 36,
        "first_due_on": date(2024, 1, 15),
        "ends_on": ends_on,
        "adjusted_capitalized_cost_cents": 3150000,
        "residual_cents": 1890000,
        "base_payment_cents": 44979,
        "tax_cents": 3261,
        "mileage_allowance_miles": 36000,
        "excess_mile_cents": 20,
        "purchase_option_fee_cents": 30000,
        "disposition_fee_cents": 40000,
        "vehicle": {"vin": None, "year": 2024, "make": "Kia", "model": "Sportage"},
    }
    return TakenOver(lease=lease, status=status, past_due_cents=past_due_cents)
