"""What notifications is told about, each builder named for the noun and called with the difference."""

from datetime import date
from typing import Any

ADA = "01900000-0000-7000-8000-0000000000a1"
GRACE = "01900000-0000-7000-8000-0000000000a2"
ACCOUNT = "01900000-0000-7000-8000-00000000acc1"
PAYMENT = "01900000-0000-7000-8000-0000000000f1"
ADAS_EMAIL = "ada@example.com"
ADAS_PHONE = "+12145550142"
SECRET_LINK = "https://portal.example/verify?token=s3cr3t-t0ken&again=1"


def a_contact(**differences: Any) -> dict[str, Any]:
    """Ada, who holds one account and wants texts."""
    return {
        "version": 1,
        "user_id": ADA,
        "email": ADAS_EMAIL,
        "phone": ADAS_PHONE,
        "first_name": "Ada",
        "sms_consent": True,
        "time_zone": "America/Chicago",
        "accounts": [{"id": ACCOUNT, "last4": "4821"}],
        **differences,
    }


def a_second_holder(**differences: Any) -> dict[str, Any]:
    """Grace, who holds the same account."""
    return a_contact(
        user_id=GRACE, email="grace@example.com", phone="+12145550143", first_name="Grace", **differences
    )  # fmt: skip


def a_posted_payment(**differences: Any) -> dict[str, Any]:
    return {
        "payment_id": PAYMENT,
        "account_id": ACCOUNT,
        "presentment_number": 1,
        "amount_cents": 41_237,
        "effective_on": date(2026, 11, 23),
        "extra": None,
        "method_type": "card",
        "method_last4": "4242",
        **differences,
    }


def a_declined_payment(**differences: Any) -> dict[str, Any]:
    return {
        "payment_id": PAYMENT,
        "account_id": ACCOUNT,
        "amount_cents": 41_237,
        "reason_code": "insufficient_funds",
        "reason": "The card has not enough money on it.",
        **differences,
    }


def a_secure_mail(**differences: Any) -> dict[str, Any]:
    return {
        "template": "verify_email",
        "to_email": ADAS_EMAIL,
        "first_name": "Ada",
        "link": SECRET_LINK,
        **differences,
    }
