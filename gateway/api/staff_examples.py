"""Values of the examples of what staff see and do; they tell the same story as the customers'."""

from typing import Any

from gateway.api.examples import ACCOUNT, ACCOUNT_ID, EVENT_ID, MESSAGE_ID, PAYMENT_ID, USER_ID

STANDING: dict[str, Any] = {
    "status": "open",
    "amount_due_cents": 41235,
    "past_due_cents": 0,
    "next_due_on": "2026-12-05",
    "next_instalment_number": 12,
    "days_past_due": 0,
    "payoff_ceiling_cents": 1878839,
    "payments_made": 11,
}

CHANGED_ACCOUNT: dict[str, Any] = {"account_id": ACCOUNT_ID, "standing": STANDING}

PARTY = {"role": "borrower", "first_name": "Jane", "last_name": "Driver"}

ACCOUNT_HOLDER = {"user_id": USER_ID, "first_name": "Jane", "last_name": "Driver", "role": "borrower"}

FOUND_ACCOUNT: dict[str, Any] = {
    **{name: ACCOUNT[name] for name in ("id", "account_number", "product", "status", "vehicle")},
    "state": "TX",
    "parties": [PARTY],
}

ACCOUNT_FLAG: dict[str, Any] = {
    "id": EVENT_ID,
    "kind": "bankruptcy",
    "from_on": "2026-11-10",
    "through_on": None,
    "note": "Notice of the court, case 26-31415",
    "stops_fees": ["late_fee", "other_fee", "returned_payment_fee"],
    "set_by": USER_ID,
    "set_at": "2026-11-12T15:30:00.000Z",
    "cleared_on": None,
    "cleared_by": None,
    "clearing_note": None,
    "cleared_at": None,
}

FLAGGED_ACCOUNT: dict[str, Any] = {**CHANGED_ACCOUNT, "flag": ACCOUNT_FLAG}

ACCOUNT_FILE: dict[str, Any] = {
    "account": ACCOUNT,
    "source_ref": "issuer/2024-A/1017",
    "issuer": "Kia Finance America",
    "state": "TX",
    "opened_on": "2025-12-05",
    "closed_on": None,
    "is_accelerated": False,
    "charged_off_cents": 0,
    "recovered_cents": 0,
    "annual_rate_percent": "6.49",
    "parties": [PARTY],
    "flags": [ACCOUNT_FLAG],
    "title": None,
}

WORK_ITEM: dict[str, Any] = {
    "id": MESSAGE_ID,
    "account_id": ACCOUNT_ID,
    "account_number": "5500123456",
    "reason": "credit_after_last_instalment",
    "details": {"payment_id": PAYMENT_ID, "amount_cents": 41235, "unapplied_cents": 1200},
    "opened_at": "2026-11-23T15:30:02.000Z",
    "closed_at": None,
    "closed_by": None,
    "closing_note": None,
}

FURNISHING_FACTS: dict[str, Any] = {
    "month_end_on": "2026-10-31",
    "version": 1,
    "status_code": "11",
    "days_past_due": 0,
    "first_delinquent_on": None,
    "is_deferred": False,
    "current_balance_cents": 1888812,
    "amount_past_due_cents": 0,
    "charged_off_cents": 0,
    "flags": [],
    "compliance_condition_code": None,
    "rests_on_number": 17,
    "reason": None,
    "recorded_by": "service:accounts",
    "recorded_at": "2026-11-01T06:00:00.000Z",
}

TITLE_RELEASE: dict[str, Any] = {
    "account_id": ACCOUNT_ID,
    "account_number": "5500123456",
    "state": "TX",
    "good_funds_on": "2026-11-20",
    "due_on": "2026-11-30",
    "source": "Sample policy after Tex. Transp. Code § 501.115, text not checked",
    "is_overdue": False,
    "released_on": None,
    "released_by": None,
    "reference": None,
}
