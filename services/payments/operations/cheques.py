"""A mailed cheque as a payment: the money is there when we hear of it, so it is posted at once and never refused."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.ids import new_id
from chassis.store import Transaction
from services.payments.contract import events
from services.payments.contract.schemas import CHEQUE
from services.payments.operations.days import book_postings
from services.payments.rules.methods import told_type
from services.payments.rules.presenting import FIRST_PRESENTMENT
from services.payments.rules.states import POSTED

PAYER = "lockbox"


def cheque_payment(*, receipt: Mapping[str, Any], account_id: UUID, now: datetime) -> dict[str, Any]:
    """The row of a payment that is posted, effective on the day on which the cheque was received."""
    return {
        "id": new_id(at=now),
        "account_id": account_id,
        "payer_id": PAYER,
        "payment_method_id": None,
        "amount_cents": receipt["amount_cents"],
        "effective_on": receipt["received_on"],
        "status": POSTED,
        "presentment_number": FIRST_PRESENTMENT,
        "processor_reference": reference_of(source_key=receipt["source_key"]),
        "created_at": now,
        "card_fee_cents": 0,
        "cheque_number": receipt["cheque_number"],
        "drawn_on_last4": receipt["drawn_on_last4"],
    }


def reference_of(*, source_key: str) -> str:
    """How a booked cheque is named to the bank, in place of a processor's reference."""
    return f"{PAYER}:{source_key}"


def tell_cheques_posted(transaction: Transaction, *, payments: Sequence[Mapping[str, Any]]) -> None:
    """Book the money on the day that is open, and hand it to the ledger."""
    if not payments:
        return
    booked_on = book_postings(transaction, payments=payments)
    for payment in payments:
        transaction.emit(
            events.payment_posted,
            subject=str(payment["account_id"]),
            data={
                "payment_id": str(payment["id"]),
                "account_id": str(payment["account_id"]),
                "presentment_number": payment["presentment_number"],
                "amount_cents": payment["amount_cents"],
                "effective_on": payment["effective_on"],
                "extra": None,
                "method_type": told_type(CHEQUE),
                "method_last4": payment["drawn_on_last4"] or payment["cheque_number"][-4:],
                "booked_on": booked_on,
                "cheque_number": payment["cheque_number"],
                "paid_by": events.CHECK,
            },
        )
