"""The states of a refund, the only steps between them, and which payments can be refunded."""

from collections.abc import Mapping
from typing import Any

from services.payments.contract.schemas import CHEQUE
from services.payments.rules.states import RETURNED, SETTLED

SURPLUS, WHOLE_PAYMENT = "surplus", "payment"
"""What accounts owes back after a payoff; or a payment that staff send back as a whole."""

REQUESTED, UNKNOWN, PAID, FAILED, CANCELLED = "requested", "unknown", "paid", "failed", "cancelled"

STEPS: Mapping[str, frozenset[str]] = {
    REQUESTED: frozenset({PAID, FAILED, UNKNOWN, CANCELLED}),
    UNKNOWN: frozenset({PAID, FAILED}),
    # A bank may send a refund back after it was on its way.
    PAID: frozenset({FAILED}),
    FAILED: frozenset(),
    # Called off while it was under way: it went out all the same.
    CANCELLED: frozenset({PAID}),
}
OPEN = frozenset({REQUESTED, UNKNOWN})

NOT_SETTLED = "The bank has not paid this payment yet. Refund it once it is settled."
GONE_BACK = "This payment has gone back already. There is nothing left to refund."
CAME_BY_MAIL = "This payment came as a cheque, which nothing can be paid back to. Send the customer a cheque."


def steps_to(status: str) -> list[str]:
    """The states from which a step leads to that one."""
    return sorted(before for before, after in STEPS.items() if status in after)


def why_not_refundable(payment: Mapping[str, Any]) -> str | None:
    """Why a payment cannot be sent back as a whole; None where it can. Only money that has come in goes out.

    One that was only taken out of the balance has not gone back: the bank paid it, and it is in nobody's balance.
    """
    if payment["status"] == RETURNED or payment["refunded_on"] is not None:
        return GONE_BACK
    if payment["method_type"] == CHEQUE:
        return CAME_BY_MAIL
    return None if payment["status"] == SETTLED else NOT_SETTLED


def owes_surplus(payment: Mapping[str, Any], *, presentment_number: int) -> bool:
    """Whether what was too much of that presentment may still be paid back by itself.

    Not once the bank took it back, nor once it is in no balance any more: then all of it is the customer's, or has been
    sent back.
    """
    is_out = payment["reversed_on"] is not None or payment["refunded_on"] is not None
    is_newest = payment["presentment_number"] == presentment_number
    return not has_gone_back(payment, presentment_number=presentment_number) and not (is_newest and is_out)


def has_gone_back(payment: Mapping[str, Any], *, presentment_number: int) -> bool:
    """Whether that presentment of the payment was returned, or a later one has taken its place since."""
    number: int = payment["presentment_number"]
    return number > presentment_number or (number == presentment_number and payment["status"] == RETURNED)
