"""Paying back: what accounts owes a customer, and whole payments that staff send back. The refund's id is the key."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Label, case, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or_keep

from chassis.clock import Clock
from chassis.context import CallContext
from chassis.errors import NotFound, OutcomeUnknown
from chassis.failpoints import failpoint
from chassis.ids import new_id
from chassis.store import Cause, Database, Row, Transaction
from services.payments.contract import events
from services.payments.contract.errors import PaymentNotRefundable
from services.payments.models import payments, payments_shown, refunds
from services.payments.operations.working import open_work_item
from services.payments.providers.interface import Processor, RefundOrder, RefundOutcome
from services.payments.rules.limits import may_still_arrive
from services.payments.rules.methods import told_type
from services.payments.rules.refunds import (
    CANCELLED,
    FAILED,
    OPEN,
    PAID,
    REQUESTED,
    SURPLUS,
    UNKNOWN,
    WHOLE_PAYMENT,
    owes_surplus,
    steps_to,
    why_not_refundable,
)
from services.payments.rules.states import RETURNED, SETTLED

ACCOUNTS = "service:accounts"
NO_WAY_BACK = "no_way_back"

# What a cheque is named by is no charge of the processor: it can pay nothing back to it.
_reference: Label[Any] = case((payments.c.cheque_number.is_(None), payments.c.processor_reference)).label(
    "charge_reference"
)
# A payment that goes back as a whole takes the fee of its card with it.
_with_fee: Label[Any] = case((refunds.c.kind == WHOLE_PAYMENT, payments.c.card_fee_cents), else_=0).label("fee_cents")
_WITH_CHARGE = select(refunds, _reference, _with_fee).join(payments, payments.c.id == refunds.c.payment_id)


def note_refund_due(transaction: Transaction, *, due: Mapping[str, Any], now: datetime, today: date) -> None:
    """Accounts owes money back (`accounts.refund_due`): paid once the payment it follows from has settled.

    Where that has come back meanwhile, is out of the balance or goes back as a whole, nothing more is owed of it.
    """
    # Locked: where the money comes in at this moment, one of the two must see the other.
    of_payment = payments_shown.where(payments.c.id == UUID(due["payment_id"]))
    payment = transaction.one(of_payment.with_for_update(of=payments))
    number = due["presentment_number"]
    is_owed = payment is None or (
        owes_surplus(payment, presentment_number=number) and not _goes_back_whole(transaction, payment=payment)
    )
    refund = {
        "id": UUID(due["refund_id"]), "kind": SURPLUS, "payment_id": UUID(due["payment_id"]),
        "presentment_number": number, "account_id": UUID(due["account_id"]), "amount_cents": due["amount_cents"],
        "status": REQUESTED if is_owed else CANCELLED, "requested_by": ACCOUNTS, "created_at": now,
    }  # fmt: skip
    if not transaction.run(insert_or_keep(refunds).on_conflict_do_nothing(constraint="pk_refunds"), refund):
        return
    if payment is None:
        _fail(transaction, refund=refund, code=NO_WAY_BACK, now=now, today=today)
    elif payment["status"] == SETTLED and is_owed:
        _request(transaction, refund=refund)


def refund_payment(
    transaction: Transaction, *, caller: CallContext, now: datetime, payment_id: UUID, reason: str
) -> dict[str, Any]:
    """Send a whole payment back to where it came from. Raises NotFound, PaymentNotRefundable."""
    payment = transaction.one(payments_shown.where(payments.c.id == payment_id).with_for_update(of=payments))
    if payment is None:
        raise NotFound()
    caller.require(str(payment["account_id"]))
    why_not = why_not_refundable(payment)
    if why_not is not None:
        raise PaymentNotRefundable(why_not, money_moved="no")
    if transaction.one(_standing_refunds(payment)) is not None:
        raise PaymentNotRefundable(money_moved="no")
    refund = {
        "id": new_id(at=now), "kind": WHOLE_PAYMENT, "payment_id": payment_id, "account_id": payment["account_id"],
        "presentment_number": payment["presentment_number"], "amount_cents": payment["amount_cents"],
        "status": REQUESTED, "requested_by": caller.subject, "reason": reason, "created_at": now,
    }  # fmt: skip
    transaction.run(insert(refunds).values(refund))
    _request(transaction, refund=refund)
    return refund


def release_refunds(transaction: Transaction, *, payment: Row) -> None:
    """The payment has settled: what was to be paid back of it goes out now."""
    waiting = _standing_refunds(payment).where(refunds.c.status == REQUESTED, refunds.c.kind == SURPLUS)
    for refund in transaction.all(waiting):
        _request(transaction, refund=refund)


def cancel_refunds(transaction: Transaction, *, payment: Row) -> None:
    """The payment came back: what was not paid back of it yet is owed no more."""
    transaction.run(
        update(refunds)
        .where(refunds.c.payment_id == payment["id"], refunds.c.status.in_(steps_to(CANCELLED)))
        .where(refunds.c.presentment_number == payment["presentment_number"])
        .values(status=CANCELLED)
    )


def cancel_surplus(transaction: Transaction, *, payment_id: UUID, presentment_number: int) -> None:
    """The payment is in no balance any more: what was too much of it is no refund by itself, if it has not gone out."""
    transaction.run(
        update(refunds)
        .where(refunds.c.payment_id == payment_id, refunds.c.status.in_(steps_to(CANCELLED)))
        .where(refunds.c.presentment_number == presentment_number, refunds.c.kind == SURPLUS)
        .values(status=CANCELLED)
    )


def pay_refund(store: Database, *, processor: Processor, clock: Clock, cause: Cause, refund_id: str) -> None:
    """Pay a refund that nobody has tried to pay; one whose outcome is unknown is asked about instead.

    Raises VendorDown with nothing changed, and OutcomeUnknown with the refund `unknown`.
    """
    refund = _of_id(store, refund_id)
    if refund["status"] == REQUESTED:
        _pay(store, processor=processor, clock=clock, cause=cause, refund=refund)
    else:
        settle_refund(store, processor=processor, clock=clock, cause=cause, refund_id=refund_id)


def settle_refund(store: Database, *, processor: Processor, clock: Clock, cause: Cause, refund_id: str) -> None:
    """Ask the processor what became of a refund that may have been paid; where it knows of none, pay it."""
    refund = _of_id(store, refund_id)
    if refund["status"] not in OPEN:
        return
    failpoint("vendor.before_question")
    found = processor.find_refund(_order(refund))
    failpoint("vendor.after_question")
    if found is not None:
        _record(store, clock=clock, cause=cause, refund=refund, outcome=found)
    elif refund["status"] == UNKNOWN and may_still_arrive(unknown_at=refund["unknown_at"], now=clock.now()):
        raise OutcomeUnknown("the request may still be on its way to the processor")
    else:
        _pay(store, processor=processor, clock=clock, cause=cause, refund=refund)


def note_refund_paid(transaction: Transaction, *, key: str, reference: str, today: date) -> None:
    """The processor says that a refund is on its way; no news where that is known."""
    refund = _locked(transaction, key)
    if refund is not None and refund["status"] in OPEN:
        _mark_paid(transaction, refund=refund, reference=reference, today=today)


def note_refund_failed(transaction: Transaction, *, key: str, code: str | None, now: datetime, today: date) -> None:
    """The processor says that a refund cannot be paid, or that the bank sent it back."""
    refund = _locked(transaction, key)
    if refund is not None:
        _fail(transaction, refund=refund, code=code or "refund_failed", now=now, today=today)


def _pay(store: Database, *, processor: Processor, clock: Clock, cause: Cause, refund: Row) -> None:
    if refund["charge_reference"] is None:
        outcome = RefundOutcome(reference=None, failure_code=NO_WAY_BACK)
        _record(store, clock=clock, cause=cause, refund=refund, outcome=outcome)
        return
    failpoint("vendor.before_call")
    try:
        outcome = processor.refund(_order(refund))
    except OutcomeUnknown:
        with store.writing(cause=cause) as transaction:
            _move(transaction, refund=refund, to=UNKNOWN, unknown_at=clock.now())
        raise
    failpoint("vendor.after_call")
    _record(store, clock=clock, cause=cause, refund=refund, outcome=outcome)


def _record(store: Database, *, clock: Clock, cause: Cause, refund: Row, outcome: RefundOutcome) -> None:
    with store.writing(cause=cause) as transaction:
        if outcome.failure_code is not None:
            _fail(transaction, refund=refund, code=outcome.failure_code, now=clock.now(), today=clock.today())
        else:
            assert outcome.reference is not None, "a refund that was paid has the processor's id"
            _mark_paid(transaction, refund=refund, reference=outcome.reference, today=clock.today())


def _mark_paid(transaction: Transaction, *, refund: Row, reference: str, today: date) -> None:
    if not _move(transaction, refund=refund, to=PAID, processor_reference=reference, paid_on=today):
        return
    goes_to = _goes_to(transaction, refund=refund)
    if refund["kind"] == SURPLUS:
        _tell(transaction, events.refund_paid, refund, paid_on=today, **goes_to)
        return
    went_back = update(payments).where(payments.c.id == refund["payment_id"], payments.c.status != RETURNED)
    transaction.run(went_back.values(refunded_on=today))
    _tell(
        transaction, events.payment_refunded, refund, refunded_on=today, reason=refund["reason"],
        presentment_number=refund["presentment_number"], **goes_to,
    )  # fmt: skip


def _goes_to(transaction: Transaction, *, refund: Row) -> dict[str, Any]:
    """Back to where the payment came from."""
    payment = transaction.one(payments_shown.where(payments.c.id == refund["payment_id"]))
    if payment is None:
        return {}
    return {"method_type": told_type(payment["method_type"]), "method_last4": payment["method_last4"]}


def _fail(transaction: Transaction, *, refund: Mapping[str, Any], code: str, now: datetime, today: date) -> None:
    was_paid = refund["status"] == PAID
    if not _move(transaction, refund=refund, to=FAILED, failure_code=code):
        return
    _tell(
        transaction, events.refund_failed, refund, failed_on=today, was_paid=was_paid, reason_code=code,
        kind=refund["kind"],
    )  # fmt: skip
    open_work_item(
        transaction, account_id=refund["account_id"], payment_id=refund["payment_id"], reason="refund_failed",
        source_key=f"refund:{refund['id']}", now=now,
        details={"amount_cents": refund["amount_cents"], "reason_code": code, "was_paid": was_paid},
    )  # fmt: skip


def _move(transaction: Transaction, *, refund: Mapping[str, Any], to: str, **values: Any) -> bool:
    may_step = refunds.c.status.in_(steps_to(to))
    moved = update(refunds).where(refunds.c.id == refund["id"], may_step)
    return bool(transaction.run(moved.values(status=to, **values)))


def _request(transaction: Transaction, *, refund: Mapping[str, Any]) -> None:
    transaction.emit(events.refund_requested, subject=str(refund["account_id"]), data={"refund_id": str(refund["id"])})


def _tell(transaction: Transaction, event: Any, refund: Mapping[str, Any], **more: Any) -> None:
    shown = {
        "refund_id": str(refund["id"]),
        "account_id": str(refund["account_id"]),
        "payment_id": str(refund["payment_id"]),
        "amount_cents": refund["amount_cents"],
    }
    transaction.emit(event, subject=str(refund["account_id"]), data={**shown, **more})


def _goes_back_whole(transaction: Transaction, *, payment: Row) -> bool:
    return transaction.one(_standing_refunds(payment).where(refunds.c.kind == WHOLE_PAYMENT)) is not None


def _standing_refunds(payment: Row) -> Any:
    return (
        select(refunds)
        .where(refunds.c.payment_id == payment["id"], refunds.c.status.not_in((FAILED, CANCELLED)))
        .where(refunds.c.presentment_number == payment["presentment_number"])
    )


def _order(refund: Row) -> RefundOrder:
    return RefundOrder(
        key=str(refund["id"]),
        amount_cents=refund["amount_cents"] + refund["fee_cents"],
        charge_reference=refund["charge_reference"],
    )


def _of_id(store: Database, refund_id: str) -> Row:
    with store.reading() as transaction:
        refund = transaction.one(_WITH_CHARGE.where(refunds.c.id == UUID(refund_id)))
    if refund is None:
        raise LookupError("a requested refund is not in the database that told of it")
    return refund


def _locked(transaction: Transaction, key: str) -> Row | None:
    try:
        identifier = UUID(key)
    except ValueError:
        return None
    return transaction.one(select(refunds).where(refunds.c.id == identifier).with_for_update())
