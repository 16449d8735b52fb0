"""What a customer agrees to, word for word and by version: a text that was agreed to is never changed."""

from collections.abc import Mapping
from typing import Any

from chassis.money import format_dollars
from services.payments.contract.errors import ConsentNotCurrent

AUTOPAY, PAYMENT_METHOD = "autopay-2026-11", "payment-method-2026-11"

TEXTS: Mapping[str, str] = {
    AUTOPAY: (
        "I authorize my lender to draw each instalment of this account from the payment method that I chose, on the "
        "day that I chose before its due date or on the business day before it. The amount may vary: it is what is "
        "due, or the fixed amount that I chose, with the extra principal that I chose. I am told the amount and the "
        "date of each draft at least ten days before, and no draft is higher than what I was told or my maximum. I can "
        "skip a draft or stop all of them, online or by telephone, until three business days before the draft. Autopay "
        "is my choice: it is not required for my contract. I may keep a copy of this text, which is also sent to me."
    ),
    PAYMENT_METHOD: (
        "I am the owner of this bank account or card, or may use it. I agree that it is stored and charged with the "
        "payments that I order, each on the date and for the amount that I confirm. I can remove it at any time."
    ),
}


def offer(version: str) -> dict[str, str]:
    """The text to show, with the version to send back."""
    return {"version": version, "text": TEXTS[version]}


def require_current(*, given: str, current: str) -> None:
    """Raises ConsentNotCurrent."""
    if given != current:
        raise ConsentNotCurrent()


def autopay_text(*, choices: Mapping[str, Any], method: Mapping[str, Any]) -> str:
    """The copy of an autopay consent: the text that was shown, and what was chosen under it."""
    drawn = "what is due" if choices["fixed_amount_cents"] is None else format_dollars(choices["fixed_amount_cents"])
    extra = f", plus {format_dollars(choices['extra_principal_cents'])} extra principal"
    maximum = f", at most {format_dollars(choices['maximum_cents'])}" if choices["maximum_cents"] else ""
    days = -choices["day_offset"]
    when = "on the due date" if days == 0 else f"{days} day{'s' if days > 1 else ''} before the due date"
    noun = "bank account" if method["type"] == "bank_account" else "card"
    chosen = (
        f"I chose: {drawn}{extra if choices['extra_principal_cents'] else ''}{maximum}, {when}, "
        f"from my {noun} ending in {method['last4']}."
    )
    return f"{TEXTS[AUTOPAY]} {chosen}"
