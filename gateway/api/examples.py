"""Values that the examples of the documentation share, so that they tell one story."""

from typing import Any

ACCOUNT_ID = "0193583f-6a00-7c3e-9d41-5f0a7c1b2d3e"
PAYMENT_ID = "0193584a-1c80-7f12-8a6b-3e4d5c6b7a89"
METHOD_ID = "01935849-0b40-7a45-b3c2-1d2e3f4a5b6c"
USER_ID = "01935840-2e10-7b21-a4d3-6c7b8a9f0e1d"
SESSION_ID = "0193584b-77f0-7d10-9c8e-2b3a4f5e6d7c"
EVENT_ID = "0193584c-5d20-7e8f-b1a0-9f8e7d6c5b4a"
MESSAGE_ID = "0193584c-61a0-7c3d-92b4-1e2f3a4b5c6d"
WEBHOOK_ID = "01935847-2c40-7b5e-8d31-4f6a7b8c9d0e"
DELIVERY_ID = "0193584c-6a10-7f4b-a5c6-7d8e9f0a1b2c"

QUOTE_ID = "0193584d-2a10-7b6c-a5d4-9e8f7a6b5c4d"

LAST4 = "6789"

SESSION_TOKENS: dict[str, Any] = {
    "access_token": "eyJhbGciOiJFZDI1NTE5IiwidHlwIjoiYXQrand0In0.e30.c2ln",
    "token_type": "Bearer",
    "expires_in": 300,
    "refresh_token": "Q3JhbmtzaGFmdC1pbnZvaWNlLXdpbnRlcg",
}

SECOND_FACTOR_ASKED: dict[str, Any] = {
    "mfa_required": True,
    "challenge_id": "bWVhZG93LWxhbnRlcm4tc2V2ZW50ZWVu",
    "methods": ["totp", "recovery_code"],
}

PASSKEY_ID = "01935853-1d20-7c5b-9e8f-3a4b5c6d7e8f"

FACTOR_ID = "01935852-7c10-7e4a-b8d1-2f3a4b5c6d7e"

MAILING_ADDRESS: dict[str, Any] = {
    "line_1": "1501 North Plano Rd.",
    "line_2": "Suite 100",
    "city": "Richardson",
    "state": "TX",
    "postal_code": "75081",
}

ME: dict[str, Any] = {
    "id": USER_ID,
    "user_id": "jane@example.com",
    "email": "jane@example.com",
    "email_verified": True,
    "first_name": "Jane",
    "last_name": "Driver",
    "phone_masked": "••• ••• 2368",
    "pending_email": None,
    "pending_phone_masked": None,
    "mailing_address": MAILING_ADDRESS,
    "language": "en",
    "accounts": [{"id": ACCOUNT_ID, "role": "borrower", "account_last4": "3456"}],
}

PAYMENT: dict[str, Any] = {
    "id": PAYMENT_ID,
    "account_id": ACCOUNT_ID,
    "status": "submitting",
    "amount_cents": 41235,
    "card_fee_cents": 0,
    "effective_on": "2026-11-23",
    "dated_later_because": None,
    "applied_at": None,
    "method": {"type": "bank_account", "last4": LAST4},
    "created_at": "2026-11-23T15:30:00.000Z",
    "message": "We are sending your payment of $412.35 to your bank.",
    "decline": None,
    "settled_on": None,
    "returned": None,
    "refunded_on": None,
}

PAYMENT_OPTIONS: dict[str, Any] = {
    "account_id": ACCOUNT_ID,
    "cards_accepted": True,
    "card_fee_cents": 0,
    "effective_on": "2026-11-24",
    "dated_later_because": "after_cut_off",
    "first_scheduled_on": "2026-11-25",
    "last_scheduled_on": "2027-05-21",
}

PAYMENT_REFUND: dict[str, Any] = {
    "id": "0193584d-3b20-7c6d-b5e4-8f7a6b5c4d3e",
    "payment_id": PAYMENT_ID,
    "account_id": ACCOUNT_ID,
    "amount_cents": 41235,
    "status": "requested",
    "created_at": "2026-11-25T16:04:00.000Z",
}

PAYMENT_WORK_ITEM: dict[str, Any] = {
    "id": "0193584d-4c30-7d7e-a6f5-9a8b7c6d5e4f",
    "account_id": ACCOUNT_ID,
    "payment_id": PAYMENT_ID,
    "reason": "payment_disputed",
    "details": {"amount_cents": 41235, "reason_code": "fraudulent"},
    "opened_at": "2026-11-25T16:04:00.000Z",
}

PAYMENT_METHOD: dict[str, Any] = {
    "id": METHOD_ID,
    "type": "bank_account",
    "last4": LAST4,
    "account_type": "checking",
    "holder_name": "Jane Driver",
    "brand": None,
    "exp_month": None,
    "exp_year": None,
    "created_at": "2026-11-20T17:02:11.000Z",
    "disabled_because": None,
    "debits_from_on": None,
}

AUTOPAY: dict[str, Any] = {
    "account_id": ACCOUNT_ID,
    "status": "active",
    "message": "Autopay is on. The next draft is on December 3, 2026.",
    "payment_method": {"id": METHOD_ID, "type": "bank_account", "last4": LAST4},
    "day_offset": -2,
    "fixed_amount_cents": None,
    "extra_principal_cents": 2500,
    "maximum_cents": 60000,
    "paused": None,
    "drafts": [
        {
            "instalment_number": 12, "due_on": "2026-12-05", "draft_on": "2026-12-03", "amount_cents": 43735,
            "status": "planned", "stop_through_on": "2026-11-30",
        },
    ],
    "consent": {"version": "autopay-2026-11", "given_at": "2026-11-20T17:05:40.000Z"},
    "consent_offer": {
        "version": "autopay-2026-11",
        "text": "I authorize my lender to draw each instalment of this account from the payment method that I chose.",
    },
}  # fmt: skip

CONSENT_TO_METHOD = {
    "version": "payment-method-2026-11",
    "text": "I am the owner of this bank account or card, or may use it. I agree that it is stored and charged.",
}

AS_OF = {"sequence": 18, "business_on": "2026-11-23"}

ACCOUNT: dict[str, Any] = {
    "id": ACCOUNT_ID,
    "account_number": "5500123456",
    "product": "loan",
    "status": "open",
    "vehicle": {
        "vin": "5XYK6CDF8RG000017",
        "year": 2024,
        "make": "Kia",
        "model": "Sportage",
        "gross_weight_rating_pounds": 4586,
    },
    "principal_balance_cents": 1874512,
    "accrued_interest_cents": 4327,
    "fees_due_cents": 0,
    "past_due_cents": 0,
    "amount_due_cents": 41235,
    "payoff_ceiling_cents": 1878839,
    "unapplied_cents": 0,
    "next_due_on": "2026-12-05",
    "days_past_due": 0,
    "grace_days": 10,
    "last_day_without_late_fee_on": "2026-12-15",
    "last_payment": {"amount_cents": 41235, "effective_on": "2026-11-04"},
    "paperless": False,
    "maturity_on": "2030-12-05",
    "as_of": AS_OF,
    "autopay_enabled": False,
    "pending_payments": [
        {"id": PAYMENT_ID, "amount_cents": 41235, "effective_on": "2026-11-23", "status": "submitting"}
    ],
    "amount_due_after_pending_cents": 0,
}

TRANSACTION: dict[str, Any] = {
    "id": EVENT_ID,
    "kind": "payment",
    "payment_id": PAYMENT_ID,
    "method_type": "bank_account",
    "method_last4": LAST4,
    "fee_id": None,
    "effective_on": "2026-11-04",
    "recorded_at": "2026-11-04T16:20:05.000Z",
    "amount_cents": 41235,
    "allocation": {
        "interest_cents": 10412, "principal_cents": 30823, "tax_cents": 0, "fees_cents": 0, "unapplied_cents": 0,
    },
    "instalments": [11],
    "revision": 1,
    "explanation": {
        "days": 31, "annual_rate_percent": "6.49",
        "sentence": "Of the $412.35 received for November 4, 2026, $104.12 paid interest, $308.23 went to principal.",
    },
}  # fmt: skip

SCHEDULE: dict[str, Any] = {
    "account_id": ACCOUNT_ID,
    "product": "loan",
    "maturity_on": "2030-12-05",
    "data": [
        {
            "number": 12, "due_on": "2026-12-05", "payment_cents": 41235, "paid_cents": 0, "interest_cents": 10138,
            "principal_cents": 31097, "tax_cents": 0, "balance_cents": 1843415, "is_past_due": False,
        }
    ],
    "as_of": AS_OF,
}  # fmt: skip

PAYOFF_PREVIEW: dict[str, Any] = {
    "account_id": ACCOUNT_ID,
    "kind": "payoff",
    "payoff_cents": 1241056,
    "per_diem": "1.9956",
    "as_of_on": "2026-04-20",
    "good_through": "2026-04-30",
    "breakdown": {
        "principal_cents": 1234567, "interest_cents": 4989, "fees_cents": 1500, "other_cents": 0, "credit_cents": 0,
    },
    "explanation": {
        "sentence": (
            "$12,410.56 closes the account if it is effective by April 30, 2026. "
            "Each day after that adds $1.9956 while nothing else changes."
        ),
        "parts": [
            {
                "code": "principal", "amount_cents": 1234567,
                "sentence": "Principal not yet repaid: $12,345.67.",
            },
            {
                "code": "interest", "amount_cents": 4989,
                "sentence": (
                    "Interest on $12,345.67 at 5.90% a year from April 5, 2026 to April 30, 2026: "
                    "25 days of a 365-day year: $49.89."
                ),
            },
            {"code": "fees", "amount_cents": 1500, "sentence": "Fees charged and not yet paid: $15.00."},
        ],
        "interest": {
            "principal_cents": 1234567, "annual_rate_percent": "5.90", "day_count": "actual/365",
            "interest_from_on": "2026-04-05", "interest_to_on": "2026-04-30", "days": 25,
            "day_spans": [{"days": 25, "year_days": 365}], "interest_carried_cents": 0,
        },
        "notes": [
            "Payments that are still on their way are not counted.",
            "The account closes, and its title is released, once the money has settled.",
            "Should the bank return a payment that is counted here, the account opens again even if this was paid.",
        ],
    },
    "includes_pending_payments": False,
    "mail_to": {
        "regular": ["Kia Finance America", "P.O. Box 650805", "Dallas, TX 75265-0805"],
        "overnight": [
            "Kia Finance America", "Box 650805", "1501 North Plano Rd., Suite 100", "Richardson, TX 75081",
        ],
    },
}  # fmt: skip

PAYOFF_QUOTE: dict[str, Any] = {
    **PAYOFF_PREVIEW,
    "id": QUOTE_ID,
    "status": "live",
    "withdrawn_reason": None,
    "received_cents": 0,
    "issued_at": "2026-04-20T14:02:11.000Z",
}

PAYMENT_ADDRESSES: dict[str, Any] = {
    "data": [
        {"product": "loan", "purpose": "payoff", "speed": speed, "lines": PAYOFF_PREVIEW["mail_to"][speed]}
        for speed in ("regular", "overnight")
    ],
    "note": "Write your account number on the check.",
}


OPTION_ID = "0193584d-5e30-7c2d-a3b4-6e7f8a9b0c1d"


WEBHOOK: dict[str, Any] = {
    "id": WEBHOOK_ID,
    "url": "https://partner.example/hooks/captive",
    "events": ["payment_applied", "payment_posted"],
    "description": "Dealer portal",
    "state": "active",
    "disabled_reason": None,
    "disabled_at": None,
    "failures_in_row": 0,
    "failing_since": None,
    "paused_until": None,
    "previous_secret_until": None,
    "created_at": "2026-11-20T17:02:11.000Z",
}

# No key of anybody's: the bytes 0 to 31.
WEBHOOK_SECRET = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="  # noqa: S105

WEBHOOK_DELIVERY: dict[str, Any] = {
    "id": DELIVERY_ID,
    "event_id": EVENT_ID,
    "type": "captive.payments.payment_posted.v1",
    "state": "waiting",
    "tries": 0,
    "next_try_at": "2026-11-23T15:30:00.000Z",
    "last_tried_at": None,
    "last_status": None,
    "last_error": None,
    "created_at": "2026-11-23T15:30:00.000Z",
    "settled_at": None,
}


def page_of(row: dict[str, Any], *, next_cursor: str | None = None) -> dict[str, Any]:
    """A list with one row."""
    return {"data": [row], "next_cursor": next_cursor}
