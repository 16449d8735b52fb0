"""A bank account that a bank said no to for good: nothing is paid with it any more, and its owner is told."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import update

from chassis.store import Transaction
from services.payments.contract import events
from services.payments.models import payment_methods
from services.payments.operations.autopay.pausing import pause_for_method
from services.payments.operations.scheduled import cancel_for_method
from services.payments.rules.returns import Consequence


def disable_method(
    transaction: Transaction, *, method: Mapping[str, Any], consequence: Consequence, return_code: str, now: datetime
) -> None:  # fmt: skip
    """The bank refused a prenote: no money was to move. What waits for its day is given up, autopay stands still.

    `method` is a locked row of payment_methods.
    """
    sentence = f"Its bank was asked about it and said no: {consequence.reason}. {consequence.advice}"
    of_method = update(payment_methods).where(payment_methods.c.id == method["id"])
    transaction.run(of_method.values(disabled_at=now, disabled_because=sentence))
    cancel_for_method(transaction, payment_method_id=method["id"])
    pause_for_method(transaction, payment_method_id=method["id"], now=now)
    transaction.emit(
        events.payment_method_disabled,
        subject=str(method["id"]),
        data={
            "payment_method_id": str(method["id"]),
            "user_id": method["user_id"],
            "last4": method["last4"],
            "return_code": return_code,
            "reason": sentence,
        },
    )
