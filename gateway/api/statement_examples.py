"""A statement and a preference as the documentation shows them, of the account that all examples tell of."""

from typing import Any

from gateway.api import examples

STATEMENT_ID = "0193584e-4b30-7d8e-9f01-2a3b4c5d6e7f"

ISSUED: dict[str, Any] = {
    "id": STATEMENT_ID,
    "account_id": examples.ACCOUNT_ID,
    "kind": "monthly",
    "revision": 1,
    "statement_on": "2026-11-14",
    "period_from_on": "2026-10-15",
    "period_to_on": "2026-11-14",
    "delivery": "electronic",
    "amount_due_cents": 41235,
    "due_on": "2026-12-05",
    "issued_at": "2026-11-14T06:00:04.000Z",
}

VEHICLE = {name: examples.ACCOUNT["vehicle"][name] for name in ("vin", "year", "make", "model")}

_PAYMENT: dict[str, Any] = {
    "transaction_id": examples.EVENT_ID,
    "kind": "payment",
    "effective_on": "2026-11-04",
    "payment_id": examples.PAYMENT_ID,
    "method_type": "bank_account",
    "method_last4": examples.LAST4,
    "amount_cents": 41235,
    "allocation": examples.TRANSACTION["allocation"],
    "instalments": [11],
    "moved": {
        "principal_cents": -30823, "interest_cents": 0, "fees_cents": 0, "credit_cents": 0, "total_cents": -30823,
    },
    "corrects": False,
    "explanation": examples.TRANSACTION["explanation"],
}  # fmt: skip

STATEMENT: dict[str, Any] = {
    **ISSUED,
    "monthly": {
        "lender": {"name": "Kia Finance America", "phone": "1-855-885-7600"},
        "contract": {
            "account_last4": "3456", "product": "loan", "vehicle": VEHICLE,
            "annual_rate_percent": "6.49", "day_count": "actual/365", "maturity_on": "2030-12-05",
        },
        "opening": {
            "principal_cents": 1905335, "interest_cents": 0, "fees_cents": 0, "credit_cents": 0, "total_cents": 1905335,
        },
        "transactions": [_PAYMENT],
        "adjustments": [],
        "closing": {
            "principal_cents": 1874512, "interest_cents": 0, "fees_cents": 0, "credit_cents": 0, "total_cents": 1874512,
        },
        "bill": {
            "instalment_number": 12, "due_on": "2026-12-05", "instalment_cents": 41235, "past_due_cents": 0,
            "fees_due_cents": 0, "credit_cents": 0, "amount_due_cents": 41235,
        },
        "paid_ahead_instalments": 0,
        "paid_in_years": [
            {
                "year": 2026, "since_on": "2026-01-01", "interest_cents": 112390, "principal_cents": 341195,
                "fees_cents": 0,
            }
        ],
        "payoff": {"payoff_cents": 1877845, "per_diem": "3.3331", "as_of_on": "2026-11-14"},
        "mail_to": examples.PAYOFF_PREVIEW["mail_to"],
    },
    "year_end_interest": None,
}  # fmt: skip

PAPERLESS: dict[str, Any] = {
    "account_id": examples.ACCOUNT_ID,
    "enabled": True,
    "needs_consent": False,
    "last_act": {
        "act": "given", "consent_version": "2026-11-01", "reason": None, "recorded_at": "2026-11-02T17:20:41.000Z",
    },
    "disclosure": {
        "version": "2026-11-01",
        "text": "You have the right to statements on paper. Unless you agree, they come by mail.",
    },
}  # fmt: skip
