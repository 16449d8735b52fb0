"""Charging a submitted payment once, whatever dies in between: payment and presentment are the key at the processor.

A request that was answered is recorded with the event that tells of it. One that was not leaves the payment `unknown`,
and the processor is asked before anything else is done. No transaction is open while the processor is spoken to.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, update

from chassis.clock import Clock
from chassis.errors import OutcomeUnknown
from chassis.failpoints import failpoint
from chassis.keys import FieldCipher
from chassis.store import Cause, Database, Row, Transaction
from services.payments.contract import events
from services.payments.contract.schemas import BANK_ACCOUNT
from services.payments.models import payment_methods, payments, payments_shown
from services.payments.operations.autopay.pausing import note_declined
from services.payments.operations.days import book_posting
from services.payments.providers.interface import (
    BankAccountSource,
    CardSource,
    Charge,
    ChargeOutcome,
    Processor,
    Source,
    SourceRefused,
)
from services.payments.rules.limits import may_still_arrive
from services.payments.rules.presenting import FIRST_PRESENTMENT, charge_key
from services.payments.rules.returns import RETRY_DESCRIPTION
from services.payments.rules.states import DECLINED, OPEN, POSTED, SUBMITTING, UNKNOWN, states_before
from services.payments.rules.wording import DECLINE_REASONS, NOT_CHARGED, decline_code

_with_source = payments_shown.add_columns(
    payment_methods.c.processor_token,
    payment_methods.c.routing_number,
    payment_methods.c.account_number_encrypted,
    payment_methods.c.account_type,
    payment_methods.c.holder_name,
)
_SHOWN = _with_source.where(payments.c.id == bindparam("of_payment"))
REFUSED = ChargeOutcome(reference=None, is_approved=False, decline_code="method_refused")
NOTHING_CHARGED = ChargeOutcome(reference=None, is_approved=False, decline_code=NOT_CHARGED)


def charge_payment(
    store: Database, *, processor: Processor, cipher: FieldCipher, clock: Clock, cause: Cause, payment_id: str
) -> None:
    """Charge a payment that nobody has tried to charge; one whose outcome is unknown is asked about instead.

    Raises VendorDown with nothing changed, and OutcomeUnknown with the payment `unknown`.
    """
    payment = _shown(store, payment_id)
    if payment["status"] == SUBMITTING:
        _charge(store, processor=processor, cipher=cipher, clock=clock, cause=cause, payment=payment)
    else:
        settle_charge(store, processor=processor, cipher=cipher, clock=clock, cause=cause, payment_id=payment_id)


def settle_charge(
    store: Database, *, processor: Processor, cipher: FieldCipher, clock: Clock, cause: Cause, payment_id: str
) -> None:
    """Ask the processor what became of a payment that may have been charged, and bring it to its true state.

    Found: recorded. Not found and still `submitting`: the process died before its request, so it is charged now, under
    the same key. Not found and `unknown`: nothing was charged, and no money moved. A payment that is decided stays so.
    """
    payment = _shown(store, payment_id)
    if payment["status"] not in OPEN:
        return
    charge = _charge_of(payment, cipher=cipher)
    failpoint("vendor.before_question")
    found = processor.find(charge)
    failpoint("vendor.after_question")
    if found is not None:
        _record(store, cause=cause, payment=payment, outcome=found)
    elif payment["status"] == SUBMITTING:
        _charge(store, processor=processor, cipher=cipher, clock=clock, cause=cause, payment=payment)
    elif may_still_arrive(unknown_at=payment["unknown_at"], now=clock.now()):
        raise OutcomeUnknown("the request may still be on its way to the processor")
    else:
        outcome = processor.abandon(charge) or NOTHING_CHARGED
        _record(store, cause=cause, payment=payment, outcome=outcome)


def record_outcome(transaction: Transaction, *, payment: Mapping[str, Any], outcome: ChargeOutcome) -> bool:
    """The new state and the event that tells it. False, with nothing done, where another was first.

    `payment` is a row of `models.payments_shown`.
    """
    if outcome.is_approved:
        moved = _move(transaction, payment=payment, to=POSTED, processor_reference=outcome.reference)
        if moved:
            _tell_posted(transaction, payment=payment)
        return moved
    code = decline_code(outcome.decline_code)
    reference = outcome.reference or payment["processor_reference"]
    moved = _move(transaction, payment=payment, to=DECLINED, decline_code=code, processor_reference=reference)
    if moved:
        _tell_declined(transaction, payment=payment, code=code)
    return moved


def _charge(
    store: Database, *, processor: Processor, cipher: FieldCipher, clock: Clock, cause: Cause, payment: Row
) -> None:
    try:
        charge = _prepared(store, processor=processor, cause=cause, payment=payment, cipher=cipher)
    except SourceRefused:
        _record(store, cause=cause, payment=payment, outcome=REFUSED)
        return
    failpoint("vendor.before_call")
    try:
        outcome = processor.charge(charge)
    except OutcomeUnknown:
        with store.writing(cause=cause) as transaction:
            _move(transaction, payment=payment, to=UNKNOWN, unknown_at=clock.now())
        raise
    failpoint("vendor.after_call")
    _record(store, cause=cause, payment=payment, outcome=outcome)


def _prepared(
    store: Database, *, processor: Processor, cause: Cause, payment: Row, cipher: FieldCipher
) -> Charge:  # fmt: skip
    """The charge with the reference by which it can be asked about, which is on record before anything is charged."""
    charge = _charge_of(payment, cipher=cipher)
    if charge.reference is not None:
        return charge
    reference = processor.prepare(charge)
    if reference is None:
        return charge
    with store.writing(cause=cause) as transaction:
        is_open = payments.c.status.in_(sorted(OPEN))
        noted = update(payments).where(payments.c.id == payment["id"], is_open)
        transaction.run(noted.values(processor_reference=reference))
    return replace(charge, reference=reference)


def _record(store: Database, *, cause: Cause, payment: Row, outcome: ChargeOutcome) -> None:
    with store.writing(cause=cause) as transaction:
        if record_outcome(transaction, payment=payment, outcome=outcome) and not outcome.is_approved:
            code = decline_code(outcome.decline_code)
            note_declined(transaction, payment=payment, code=code, today=store.clock.today(), now=store.clock.now())


def _move(transaction: Transaction, *, payment: Mapping[str, Any], to: str, **values: Any) -> bool:
    """Take the step where the payment may still take it. False where it was decided, or made unknown, meanwhile."""
    is_open = payments.c.status.in_(states_before(to))
    is_this_one = payments.c.presentment_number == payment["presentment_number"]
    moved = update(payments).where(payments.c.id == payment["id"], is_this_one, is_open)
    return bool(transaction.run(moved.values(status=to, **values)))


def _tell_posted(transaction: Transaction, *, payment: Mapping[str, Any]) -> None:
    told = ("presentment_number", "amount_cents", "effective_on", "extra", "method_type", "method_last4")
    booked_on = book_posting(transaction, payment=payment)
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


def _shown(store: Database, payment_id: str) -> Row:
    with store.reading() as transaction:
        payment = transaction.one(_SHOWN, {"of_payment": UUID(payment_id)})
    if payment is None:
        raise LookupError("a submitted payment is not in the database that told of it")
    return payment


def charged_cents(payment: Mapping[str, Any]) -> int:
    """What the processor is asked for: the amount that the account is credited with, and the fee of a card."""
    return int(payment["amount_cents"]) + int(payment["card_fee_cents"])


def _charge_of(payment: Row, *, cipher: FieldCipher) -> Charge:
    number = payment["presentment_number"]
    return Charge(
        key=charge_key(payment_id=payment["id"], presentment_number=number),
        amount_cents=charged_cents(payment),
        source=_source(payment, cipher=cipher),
        reference=payment["processor_reference"],
        description=None if number == FIRST_PRESENTMENT else RETRY_DESCRIPTION,
        recurs=payment["draft_id"] is not None,
    )


def _source(payment: Row, *, cipher: FieldCipher) -> Source:
    """Also of a method that was removed since: the payment was submitted before."""
    if payment["method_type"] != BANK_ACCOUNT:
        return CardSource(token=payment["processor_token"])
    number = cipher.decrypt(payment["account_number_encrypted"], bound_to=str(payment["payment_method_id"]))
    return BankAccountSource(
        routing_number=payment["routing_number"], account_number=number, account_type=payment["account_type"],
        holder_name=payment["holder_name"],
    )  # fmt: skip
