"""Values of the examples of moving due dates; they tell the same story as the others."""

from typing import Any

from gateway.api.examples import ACCOUNT_ID, SCHEDULE

DUE_DATE_CHANGE: dict[str, Any] = {
    "account_id": ACCOUNT_ID,
    "kind": "due_date_change",
    "is_preview": True,
    "from_instalment": 12,
    "due_on_before": "2026-12-05",
    "due_on": "2026-12-20",
    "maturity_on_before": "2030-12-05",
    "maturity_on": "2030-12-20",
    "added_interest_cents": 4557,
    "interest_to_come_before_cents": 228190,
    "interest_to_come_cents": 232991,
    "explanation": {
        "from_instalment": 12, "due_on_before": "2026-12-05", "due_on": "2026-12-20",
        "maturity_on_before": "2030-12-05", "maturity_on": "2030-12-20", "principal_cents": 1540000,
        "annual_rate_percent": "7.20", "day_count": "actual/365", "per_diem": "3.0378", "days": 15,
        "added_interest_cents": 4557,
        "sentence": (
            "From instalment 12 on, due dates move: December 20, 2026 in place of December 5, 2026, which adds $45.57 "
            "of interest (15 days); the last is December 20, 2030."
        ),
    },
    "schedule": SCHEDULE["data"],
    "next_drafts": [
        {"instalment_number": 12, "due_on": "2026-12-20", "due_on_before": "2026-12-05", "amount_cents": 41235}
    ],
    "approval": None,
}  # fmt: skip

DEFERMENT: dict[str, Any] = {
    **DUE_DATE_CHANGE,
    "kind": "deferment",
    "due_on": "2027-01-05",
    "maturity_on": "2031-01-05",
    "added_interest_cents": 9417,
}

# Another party has to agree: nothing has moved yet.
APPROVAL: dict[str, Any] = {
    "id": "0193584d-5a10-7c6d-b5e4-8f7a6b5c4d3f", "kind": "due_date_change", "account_id": ACCOUNT_ID,
    "summary": DUE_DATE_CHANGE["explanation"]["sentence"], "parties": ["borrower", "co_borrower"],
    "agreed": ["borrower"], "awaits_you": False, "asked_at": "2026-11-23T15:30:00.000Z", "decide_by_on": "2026-12-03",
}  # fmt: skip
AWAITED_DUE_DATE_CHANGE: dict[str, Any] = {**DUE_DATE_CHANGE, "approval": APPROVAL}
AWAITED_DEFERMENT: dict[str, Any] = {**DEFERMENT, "is_preview": True, "approval": {**APPROVAL, "kind": "deferment"}}
