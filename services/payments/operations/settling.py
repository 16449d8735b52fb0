"""Money that was charged comes in, or is disputed: what the processor, or a bank's file, says of a presentment."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import update

from chassis.store import Row, Transaction
from services.payments.contract import events
from services.payments.models import payments, payments_shown
from services.payments.operations.charging import charged_cents
from services.payments.operations.recording import record_outcome
from services.payments.operations.refunding import release_refunds
from services.payments.operations.working import close_by_itself, open_work_item
from services.payments.providers.interface import ChargeOutcome
from services.payments.rules.methods import told_type
from services.payments.rules.presenting import Presentment
from services.payments.rules.states import CHARGED, DECLINED, OPEN, POSTED, SETTLED


def note_settled(
    transaction: Transaction, *, presentment: Presentment, settled_on: date, now: datetime
) -> bool:  # fmt: skip
    """The money has come in; tells `payment_settled`. False where that is no news: settled or returned before."""
    payment = charged(transaction, presentment=presentment, now=now)
    if payment is None:
        _doubt_decline(transaction, presentment=presentment, now=now)
        return False
    if payment["status"] != POSTED:
        return False
    changed = update(payments).where(payments.c.id == payment["id"])
    transaction.run(changed.values(status=SETTLED, settled_on=settled_on))
    transaction.emit(
        events.payment_settled,
        subject=str(payment["account_id"]),
        data={**presentment_told(payment), "settled_on": settled_on},
    )
    release_refunds(transaction, payment=payment)
    return True


def note_disputed(
    transaction: Transaction, *, presentment: Presentment, code: str | None, disputed_on: date, now: datetime
) -> bool:  # fmt: skip
    """The card's holder disputes the charge: a person answers, and nothing else changes until it is decided."""
    payment = charged(transaction, presentment=presentment, now=now)
    if payment is None or payment["disputed_on"] is not None:
        return False
    reason_code = code or "general"
    transaction.run(update(payments).where(payments.c.id == payment["id"]).values(disputed_on=disputed_on))
    transaction.emit(
        events.payment_disputed,
        subject=str(payment["account_id"]),
        data={
            **presentment_told(payment),
            "disputed_on": disputed_on,
            "reason_code": reason_code,
            "method_type": told_type(payment["method_type"]),
            "method_last4": payment["method_last4"],
        },
    )
    open_work_item(
        transaction, account_id=payment["account_id"], payment_id=payment["id"],
        source_key=f"dispute:{presentment.key}", reason="payment_disputed", now=now,
        details={"amount_cents": payment["amount_cents"], "reason_code": reason_code},
    )  # fmt: skip
    return True


def note_dispute_won(transaction: Transaction, *, presentment: Presentment, now: datetime) -> None:
    """The card's bank decided for us: nobody has to look any more."""
    close_by_itself(transaction, source_key=f"dispute:{presentment.key}", now=now)


def charged(transaction: Transaction, *, presentment: Presentment, now: datetime) -> Row | None:
    """The payment, locked, where its money has been taken and not gone back; None where that is not so, or no news.

    Whoever speaks of the money knows that it was charged: a payment whose outcome was unknown is posted now. What we
    know with another amount is for a person.
    """
    payment = _locked(transaction, presentment)
    if payment is None or payment["presentment_number"] != presentment.number:
        return None
    if charged_cents(payment) != presentment.amount_cents:
        _ask_person(transaction, payment=payment, presentment=presentment, reason="amount_differs", now=now)
        return None
    if payment["status"] in OPEN:
        outcome = ChargeOutcome(reference=presentment.reference, is_approved=True)
        record_outcome(transaction, payment=payment, outcome=outcome)
        return _locked(transaction, presentment)
    return payment if payment["status"] in CHARGED else None


def presentment_told(payment: Row) -> dict[str, Any]:
    """What every event about a presentment says."""
    return {
        "payment_id": str(payment["id"]),
        "account_id": str(payment["account_id"]),
        "presentment_number": payment["presentment_number"],
        "amount_cents": payment["amount_cents"],
    }


def _doubt_decline(transaction: Transaction, *, presentment: Presentment, now: datetime) -> None:
    """Money has come in for a payment that the customer was told is declined: a person has to look."""
    payment = _locked(transaction, presentment)
    if payment is not None and payment["status"] == DECLINED and charged_cents(payment) == presentment.amount_cents:
        _ask_person(transaction, payment=payment, presentment=presentment, reason="charged_after_decline", now=now)


def _locked(transaction: Transaction, presentment: Presentment) -> Row | None:
    found = payments_shown.where(payments.c.id == presentment.payment_id)
    return transaction.one(found.with_for_update(of=payments))


def _ask_person(
    transaction: Transaction, *, payment: Row, presentment: Presentment, reason: str, now: datetime
) -> None:  # fmt: skip
    open_work_item(
        transaction, account_id=payment["account_id"], payment_id=payment["id"], reason=reason, now=now,
        source_key=f"{reason}:{presentment.key}",
        details={"amount_cents": presentment.amount_cents, "reference": presentment.reference},
    )  # fmt: skip
