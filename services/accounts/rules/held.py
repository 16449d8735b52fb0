"""Money on record that moves no balance: payments that were undone, and those that wait for a person's decision."""

from collections.abc import Mapping
from typing import Any

from services.accounts.rules.events import Payment, Reversal
from services.accounts.rules.state import Allocation


def undone_payment(payment: Payment, *, undoing: Reversal) -> Allocation:
    """A payment as had it never been, still there to be read."""
    return Allocation(
        kind="payment_reversed",
        source_key=payment.source_key,
        effective_on=payment.effective_on,
        explanation={
            "reversed_amount_cents": payment.amount_cents,
            "reversed_on": undoing.effective_on.isoformat(),
            "reason": undoing.reason,
            "return_code": undoing.return_code,
        },
    )


def held_payment(payment: Payment, *, explanation: Mapping[str, Any]) -> Allocation:
    """Money that the engine may not touch: credit of the customer's, outside the account's state."""
    return Allocation(
        kind="payment_held",
        source_key=payment.source_key,
        effective_on=payment.effective_on,
        amount_cents=payment.amount_cents,
        unapplied_cents=payment.amount_cents,
        explanation=explanation,
    )
