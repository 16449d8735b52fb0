"""A bank sends money back: what its code means is done in the transaction that tells of it."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select, update

from chassis.money import format_dollars
from chassis.store import Database, Row, Transaction
from services.payments.contract import events
from services.payments.contract.schemas import BANK_ACCOUNT
from services.payments.models import account_standings, payment_methods, payment_returns, payments, payments_shown
from services.payments.operations.autopay.pausing import cancel_autopay, pause_autopay
from services.payments.operations.refunding import cancel_refunds
from services.payments.operations.settling import charged, presentment_told
from services.payments.operations.standings import read_on_the_way, used_cents
from services.payments.operations.working import open_work_item
from services.payments.rules.autopay_wording import PAYMENT_RETURNED, returned_reason
from services.payments.rules.limits import can_take
from services.payments.rules.methods import told_type
from services.payments.rules.presenting import FIRST_PRESENTMENT, Presentment
from services.payments.rules.returns import Decision, decide_return
from services.payments.rules.states import RETURNED, SUBMITTING

PRESENTED_AT_ONCE_MAX = 100

_OF_ONE_PRESENTMENT = (
    "processor_reference", "unknown_at", "applied_at", "settled_on", "returned_on", "return_code", "present_again_on",
    "reversed_on", "disputed_on",
)  # fmt: skip


def note_returned(
    transaction: Transaction, *, presentment: Presentment, code: str, returned_on: date, now: datetime
) -> bool:  # fmt: skip
    """The bank took the money back; tells `payment_returned`. False where that is no news.

    In the same transaction: whether and when it is presented again, the method disabled, refunds of it called off, a
    person asked.
    """
    payment = charged(transaction, presentment=presentment, now=now)
    if payment is None:
        return False
    decision = decide_return(
        code=code, presentment_number=presentment.number, returned_on=returned_on,
        first_presented_on=_first_presented_on(transaction, payment=payment),
        is_bank_account=payment["method_type"] == BANK_ACCOUNT,
    )  # fmt: skip
    what = {"return_code": code, "returned_on": returned_on, "present_again_on": decision.present_again_on}
    transaction.run(
        insert(payment_returns).values(
            payment_id=payment["id"], presentment_number=presentment.number, settled_on=payment["settled_on"],
            processor_reference=payment["processor_reference"], effective_on=payment["effective_on"],
            recorded_at=now, **what,
        )
    )  # fmt: skip
    transaction.run(update(payments).where(payments.c.id == payment["id"]).values(status=RETURNED, **what))
    _tell(transaction, payment=payment, decision=decision, code=code, returned_on=returned_on)
    cancel_refunds(transaction, payment=payment)
    if decision.consequence.disables_method:
        _disable_method(transaction, payment=payment, decision=decision, now=now)
    _stop_autopay(transaction, payment=payment, decision=decision, now=now)
    if decision.consequence.asks_person or payment["refunded_on"] is not None:
        _ask_person(transaction, payment=payment, presentment=presentment, code=code, now=now)
    return True


def present_again(store: Database, *, today: date) -> int:
    """Submit anew what is due to be presented once more; gives how many.

    Not where the account can no longer take the money, or the method was removed or disabled: then the return stays.
    """
    due = (
        payments_shown.add_columns(payment_methods.c.removed_at, payment_methods.c.disabled_at)
        .where(payments.c.present_again_on <= today)
        .order_by(payments.c.present_again_on, payments.c.id)
        .limit(PRESENTED_AT_ONCE_MAX)
        .with_for_update(of=payments, skip_locked=True)
    )
    with store.writing() as transaction:
        waiting = transaction.all(due)
        for payment in waiting:
            if _may_be_presented(transaction, payment=payment):
                _submit_again(transaction, payment=payment, today=today)
            else:
                stays = update(payments).where(payments.c.id == payment["id"])
                transaction.run(stays.values(present_again_on=None))
    return len(waiting)


def _first_presented_on(transaction: Transaction, *, payment: Row) -> date:
    if payment["presentment_number"] == FIRST_PRESENTMENT:
        on: date = payment["effective_on"]
        return on
    first = select(payment_returns.c.effective_on).where(
        payment_returns.c.payment_id == payment["id"], payment_returns.c.presentment_number == FIRST_PRESENTMENT
    )
    found: date = transaction.value(first)
    return found


def _tell(transaction: Transaction, *, payment: Row, decision: Decision, code: str, returned_on: date) -> None:
    again_on = decision.present_again_on
    transaction.emit(
        events.payment_returned,
        subject=str(payment["account_id"]),
        data={
            **presentment_told(payment),
            "effective_on": payment["effective_on"],
            "settled_on": payment["settled_on"],
            "returned_on": returned_on,
            "return_code": code,
            "reason": decision.consequence.reason,
            "next_step": decision.next_step,
            "will_be_presented_again": again_on is not None,
            "present_again_on": again_on,
            "method_type": told_type(payment["method_type"]),
            "method_last4": payment["method_last4"],
        },
    )


def _stop_autopay(transaction: Transaction, *, payment: Row, decision: Decision, now: datetime) -> None:
    """What came back would come back again: nothing more is drawn until the customer says so."""
    account_id, why = payment["account_id"], decision.consequence
    reason = returned_reason(reason=why.reason, next_step=decision.next_step)
    if why.autopay == "pauses":
        pause_autopay(transaction, account_id=account_id, code=PAYMENT_RETURNED, reason=reason, now=now)
    elif why.autopay == "ends":
        cancel_autopay(transaction, account_id=account_id, code=PAYMENT_RETURNED, reason=reason, now=now)


def _disable_method(transaction: Transaction, *, payment: Row, decision: Decision, now: datetime) -> None:
    why = decision.consequence
    sentence = f"A payment from it came back: {why.reason}. {why.advice}"
    of_payment = (payment_methods.c.id == payment["payment_method_id"], payment_methods.c.disabled_at.is_(None))
    transaction.run(update(payment_methods).where(*of_payment).values(disabled_at=now, disabled_because=sentence))


def _ask_person(
    transaction: Transaction, *, payment: Row, presentment: Presentment, code: str, now: datetime
) -> None:  # fmt: skip
    reason = "payment_returned" if payment["refunded_on"] is None else "returned_after_refund"
    open_work_item(
        transaction, account_id=payment["account_id"], payment_id=payment["id"], reason=reason, now=now,
        source_key=f"return:{presentment.key}",
        details={"amount": format_dollars(payment["amount_cents"]), "return_code": code},
    )  # fmt: skip


def _may_be_presented(transaction: Transaction, *, payment: Row) -> bool:
    account_id = payment["account_id"]
    if payment["removed_at"] is not None or payment["disabled_at"] is not None:
        return False
    locked = select(account_standings).where(account_standings.c.account_id == account_id).with_for_update()
    standing = transaction.one(locked)
    on_the_way = read_on_the_way(transaction, account_id=account_id, near=payment["present_again_on"])
    pending = used_cents(on_the_way, is_later=False)
    return standing is not None and can_take(
        standing=standing, pending_cents=pending, amount_cents=payment["amount_cents"]
    )


def _submit_again(transaction: Transaction, *, payment: Row, today: date) -> None:
    """The next presentment of the payment, effective today: other money, under another key."""
    fresh: dict[str, Any] = dict.fromkeys(_OF_ONE_PRESENTMENT)
    number = payment["presentment_number"] + 1
    changed = update(payments).where(payments.c.id == payment["id"])
    transaction.run(changed.values(status=SUBMITTING, presentment_number=number, effective_on=today, **fresh))
    transaction.emit(
        events.payment_submitted,
        subject=str(payment["account_id"]),
        data={
            "payment_id": str(payment["id"]),
            "account_id": str(payment["account_id"]),
            "amount_cents": payment["amount_cents"],
            "method_type": payment["method_type"],
        },
    )
