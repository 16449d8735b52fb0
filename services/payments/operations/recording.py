"""What the processor has answered goes on record, each payment in its true state, with the event that tells of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text, update

from chassis.store import Transaction
from services.payments.contract import events
from services.payments.models import payments
from services.payments.operations.days import book_postings
from services.payments.providers.interface import ChargeOutcome
from services.payments.rules.states import DECLINED, POSTED, states_before
from services.payments.rules.wording import DECLINE_REASONS, decline_code

_POST = text("""
    UPDATE payments SET status = :posted, processor_reference = given.reference
    FROM unnest(CAST(:ids AS uuid[]), CAST(:numbers AS integer[]), CAST(:charged AS text[]))
        AS given(id, number, reference)
    WHERE payments.id = given.id AND payments.presentment_number = given.number
        AND payments.status = ANY(CAST(:before AS text[]))
    RETURNING payments.id
""").columns(payments.c.id)


@dataclass(frozen=True)
class Approved:
    """A payment that the processor has charged, a row of `models.payments_shown`, and on whose account it is told."""

    transaction: Transaction
    payment: Mapping[str, Any]
    reference: str | None


def record_outcome(transaction: Transaction, *, payment: Mapping[str, Any], outcome: ChargeOutcome) -> bool:
    """The new state and the event that tells it. False, with nothing done, where another was first.

    `payment` is a row of `models.payments_shown`.
    """
    if outcome.is_approved:
        return bool(record_approvals([Approved(transaction, payment, outcome.reference)]))
    code = decline_code(outcome.decline_code)
    reference = outcome.reference or payment["processor_reference"]
    moved = move(transaction, payment=payment, to=DECLINED, decline_code=code, processor_reference=reference)
    if moved:
        _tell_declined(transaction, payment=payment, code=code)
    return moved


def record_approvals(approved: Sequence[Approved]) -> set[UUID]:
    """The same for approved payments that share a transaction; gives those that were posted by it."""
    transaction = approved[0].transaction
    posted = {
        row["id"]
        for row in transaction.all(
            _POST,
            {
                "posted": POSTED, "before": states_before(POSTED), "ids": [str(one.payment["id"]) for one in approved],
                "numbers": [one.payment["presentment_number"] for one in approved],
                "charged": [one.reference for one in approved],
            },
        )
    }  # fmt: skip
    told = [one for one in approved if one.payment["id"] in posted]
    if told:
        booked_on = book_postings(transaction, payments=[one.payment for one in told])
        for one in told:
            _tell_posted(one.transaction, payment=one.payment, booked_on=booked_on)
    return posted


def move(transaction: Transaction, *, payment: Mapping[str, Any], to: str, **values: Any) -> bool:
    """Take the step where the payment may still take it. False where it was decided, or made unknown, meanwhile."""
    is_open = payments.c.status.in_(states_before(to))
    is_this_one = payments.c.presentment_number == payment["presentment_number"]
    moved = update(payments).where(payments.c.id == payment["id"], is_this_one, is_open)
    return bool(transaction.run(moved.values(status=to, **values)))


def _tell_posted(transaction: Transaction, *, payment: Mapping[str, Any], booked_on: date | None) -> None:
    told = ("presentment_number", "amount_cents", "effective_on", "extra", "method_type", "method_last4")
    transaction.emit(
        events.payment_posted,
        subject=str(payment["account_id"]),
        data={
            "payment_id": str(payment["id"]),
            "account_id": str(payment["account_id"]),
            **{name: payment[name] for name in told},
            "paid_by": payment["method_type"],
            **({} if payment["quote_id"] is None else {"quote_id": str(payment["quote_id"])}),
            **({} if booked_on is None else {"booked_on": booked_on}),
            **({"card_fee_cents": payment["card_fee_cents"]} if payment["card_fee_cents"] else {}),
        },
    )


def _tell_declined(transaction: Transaction, *, payment: Mapping[str, Any], code: str) -> None:
    transaction.emit(
        events.payment_declined,
        subject=str(payment["account_id"]),
        data={
            "payment_id": str(payment["id"]),
            "account_id": str(payment["account_id"]),
            "amount_cents": payment["amount_cents"],
            "reason_code": code,
            "reason": DECLINE_REASONS[code],
        },
    )
