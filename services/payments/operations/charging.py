"""Charging submitted payments once, whatever dies in between: payment and presentment are the key at the processor.

Those that wait are charged beside one another, and what is answered together is recorded together, with the events
that tell of it. A request that was not answered leaves its payment `unknown`, and the processor is asked before
anything else is done. No transaction is open while the processor is spoken to.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, bindparam, func, update

from chassis import beside, logs
from chassis.clock import Clock
from chassis.doors import ErrandCall
from chassis.doors.containing import TookTooLong
from chassis.errors import OutcomeUnknown, StoreDown
from chassis.failpoints import failpoint
from chassis.keys import FieldCipher
from chassis.store import Cause, Database, Row, Transaction, run_contended
from services.payments.contract.schemas import BANK_ACCOUNT
from services.payments.models import payment_methods, payments, payments_shown
from services.payments.operations.autopay.pausing import note_declined
from services.payments.operations.recording import Approved, move, record_approvals, record_outcome
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
from services.payments.rules.states import OPEN, SUBMITTING, UNKNOWN
from services.payments.rules.wording import NOT_CHARGED, decline_code

# What is answered within so long of one another is recorded together.
RECORDED_TOGETHER_SECONDS = 0.02

_with_source = payments_shown.add_columns(
    payment_methods.c.processor_token,
    payment_methods.c.routing_number,
    payment_methods.c.account_number_encrypted,
    payment_methods.c.account_type,
    payment_methods.c.holder_name,
)
_SHOWN = _with_source.where(payments.c.id == func.any(bindparam("of_payments", type_=ARRAY(Uuid))))
REFUSED = ChargeOutcome(reference=None, is_approved=False, decline_code="method_refused")
NOTHING_CHARGED = ChargeOutcome(reference=None, is_approved=False, decline_code=NOT_CHARGED)

log = logs.logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Till:
    """Where payments are charged: our store, the processor, and what both are spoken to with."""

    store: Database
    processor: Processor
    cipher: FieldCipher
    clock: Clock


@dataclass(frozen=True, kw_only=True)
class Order:
    """A payment to charge, a row of `models.payments_shown` with its source, and on whose account."""

    call: ErrandCall
    payment: Row


Answered = tuple[Order, ChargeOutcome | Exception | None]


def charge_payments(till: Till, *, calls: Sequence[ErrandCall]) -> Mapping[str, Exception]:
    """Charge payments that nobody has tried to charge; one whose outcome is unknown is asked about instead.

    Gives what the others met, by the key of their errand: VendorDown with nothing changed, OutcomeUnknown with the
    payment `unknown`.
    """
    known = [(call, call.data["payment_id"]) for call in calls]
    found = _shown(till.store, [payment_id for _, payment_id in known])
    met: dict[str, Exception] = {call.key: _absent(payment_id) for call, payment_id in known if payment_id not in found}
    orders = [Order(call=call, payment=found[payment_id]) for call, payment_id in known if payment_id in found]
    for answered in beside.answers(partial(_meet, till), orders, gather_seconds=RECORDED_TOGETHER_SECONDS):
        met |= _recorded(till, answered=answered)
        # Of one that was not answered this is to be known before all: it is asked about, not charged again.
        met |= {order.call.key: answer for order, answer in answered if isinstance(answer, Exception)}
    return met


def settle_charge(till: Till, *, cause: Cause, payment_id: str) -> None:
    """Ask the processor what became of a payment that may have been charged, and bring it to its true state.

    Found: recorded. Not found and still `submitting`: the process died before its request, so it is charged now, under
    the same key. Not found and `unknown`: nothing was charged, and no money moved. A payment that is decided stays so.
    """
    payment = _shown(till.store, [payment_id]).get(payment_id)
    if payment is None:
        raise _absent(payment_id)
    if payment["status"] not in OPEN:
        return
    charge = _charge_of(payment, cipher=till.cipher)
    failpoint("vendor.before_question")
    found = till.processor.find(charge)
    failpoint("vendor.after_question")
    if found is not None:
        _record(till, cause=cause, payment=payment, outcome=found)
    elif payment["status"] == SUBMITTING:
        _charge(till, cause=cause, payment=payment)
    elif may_still_arrive(unknown_at=payment["unknown_at"], now=till.clock.now()):
        raise OutcomeUnknown("the request may still be on its way to the processor")
    else:
        outcome = till.processor.abandon(charge) or NOTHING_CHARGED
        _record(till, cause=cause, payment=payment, outcome=outcome)


def _meet(till: Till, order: Order) -> ChargeOutcome | None:
    """What the processor answers; None where it was asked about an earlier try, and that is on record."""
    if order.payment["status"] == SUBMITTING:
        return _outcome(till, payment=order.payment)
    settle_charge(till, cause=order.call.cause, payment_id=str(order.payment["id"]))
    return None


def _charge(till: Till, *, cause: Cause, payment: Row) -> None:
    try:
        outcome = _outcome(till, payment=payment)
    except OutcomeUnknown:
        with till.store.writing(cause=cause) as transaction:
            move(transaction, payment=payment, to=UNKNOWN, unknown_at=till.clock.now())
        raise
    _record(till, cause=cause, payment=payment, outcome=outcome)


def _outcome(till: Till, *, payment: Row) -> ChargeOutcome:
    """Ask for the money. Raises VendorDown where nothing was charged, and OutcomeUnknown."""
    try:
        charge = _prepared(till, payment=payment)
    except SourceRefused:
        return REFUSED
    failpoint("vendor.before_call")
    outcome = till.processor.charge(charge)
    failpoint("vendor.after_call")
    return outcome


def _prepared(till: Till, *, payment: Row) -> Charge:
    """The charge with the reference by which it can be asked about, which is on record before anything is charged."""
    charge = _charge_of(payment, cipher=till.cipher)
    if charge.reference is not None:
        return charge
    reference = till.processor.prepare(charge)
    if reference is None:
        return charge
    with till.store.writing() as transaction:
        is_open = payments.c.status.in_(sorted(OPEN))
        noted = update(payments).where(payments.c.id == payment["id"], is_open)
        transaction.run(noted.values(processor_reference=reference))
    return replace(charge, reference=reference)


def _recorded(till: Till, *, answered: Sequence[Answered]) -> dict[str, Exception]:
    """Put what was answered on record; gives what those met that cannot be recorded, by the key of their errand.

    None keeps another from it, nor those that are still with the processor. Raises StoreDown and TookTooLong.
    """
    try:
        run_contended(partial(_record_together, till, answered=answered))
    except (StoreDown, TookTooLong):
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told of whom it concerns
        if len(answered) == 1:
            return {answered[0][0].call.key: error}
        log.warning("answers are recorded one by one", number=len(answered), error=type(error).__name__)
        found: dict[str, Exception] = {}
        for one in answered:
            found |= _recorded(till, answered=[one])
        return found
    return {}


def _record_together(till: Till, *, answered: Sequence[Answered]) -> None:
    """What became of each: posted, declined, or nobody knows. Of what was not charged nothing is written."""
    approved: list[Approved] = []
    with till.store.writing() as transaction:
        for order, answer in sorted(answered, key=lambda pair: str(pair[0].payment["id"])):
            within = transaction.within(order.call.cause)
            if isinstance(answer, OutcomeUnknown):
                move(within, payment=order.payment, to=UNKNOWN, unknown_at=till.clock.now())
            elif isinstance(answer, ChargeOutcome) and answer.is_approved:
                approved.append(Approved(within, order.payment, answer.reference))
            elif isinstance(answer, ChargeOutcome):
                _record_decline(within, clock=till.clock, payment=order.payment, outcome=answer)
        if approved:
            record_approvals(approved)


def _record(till: Till, *, cause: Cause, payment: Row, outcome: ChargeOutcome) -> None:
    with till.store.writing(cause=cause) as transaction:
        if outcome.is_approved:
            record_outcome(transaction, payment=payment, outcome=outcome)
        else:
            _record_decline(transaction, clock=till.clock, payment=payment, outcome=outcome)


def _record_decline(transaction: Transaction, *, clock: Clock, payment: Row, outcome: ChargeOutcome) -> None:
    if record_outcome(transaction, payment=payment, outcome=outcome):
        code = decline_code(outcome.decline_code)
        note_declined(transaction, payment=payment, code=code, today=clock.today(), now=clock.now())


def _shown(store: Database, payment_ids: Sequence[str]) -> dict[str, Row]:
    with store.reading() as transaction:
        found = transaction.all(_SHOWN, {"of_payments": [UUID(payment_id) for payment_id in payment_ids]})
    return {str(payment["id"]): payment for payment in found}


def _absent(payment_id: str) -> Exception:
    return LookupError(f"the submitted payment {payment_id} is not in the database that told of it")


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
