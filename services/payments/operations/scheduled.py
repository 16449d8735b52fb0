"""Payments that wait for their business day: cancelled before the cut-off, or sent when it opens, each once.

Due ones are claimed by a lease, so that many processes share them and those of one that dies go on. Accounts is asked
between the claim and the transaction in which a payment is sent or given up.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, or_, select, update

from chassis.bus.rpc import Asks
from chassis.clock import Clock
from chassis.context import CallContext, as_service
from chassis.errors import NotFound
from chassis.store import Database, Row, Transaction, run_contended
from services.payments.contract import events
from services.payments.contract.errors import PaymentNotCancellable
from services.payments.models import payments, payments_shown
from services.payments.operations.autopay.pausing import cancel_autopay
from services.payments.operations.standings import (
    Wish,
    learn_standing,
    locked_standing,
    note_standing,
    read_on_the_way,
)
from services.payments.operations.submitting import tell_submitted
from services.payments.rules.autopay_wording import ACCOUNT_FINISHED, REASONS
from services.payments.rules.limits import can_take, with_quote
from services.payments.rules.returns import written_on
from services.payments.rules.scheduling import SchedulePolicy, is_before_cut_off
from services.payments.rules.states import CANCELLED, SCHEDULED, SUBMITTING, step
from services.payments.rules.wording import (
    BY_CUSTOMER,
    CANCEL_REASONS,
    METHOD_REMOVED,
    MORE_THAN_IS_LEFT,
    NOTHING_LEFT_TO_PAY,
    as_told,
    message,
)

CLAIMED_AT_ONCE_MAX = 50
CLAIM_SECONDS = 30

_SHOWN = payments_shown.where(payments.c.id == bindparam("of_payment")).with_for_update(of=payments)
_DUE = (
    select(payments.c.id)
    .where(payments.c.status == SCHEDULED, payments.c.effective_on <= bindparam("on_day"))
    .where(or_(payments.c.claimed_until.is_(None), payments.c.claimed_until < bindparam("at")))
    .order_by(payments.c.effective_on, payments.c.id)
    .limit(CLAIMED_AT_ONCE_MAX)
    .with_for_update(skip_locked=True)
)
_CLAIM = (
    update(payments).where(payments.c.id.in_(_DUE)).values(claimed_until=bindparam("until")).returning(payments.c.id)
)
_WAITING = (
    select(payments.c.id)
    .where(payments.c.status == SCHEDULED, payments.c.account_id == bindparam("of_account"))
    .order_by(payments.c.id)
)

_OF_METHOD = (
    select(payments.c.id)
    .where(payments.c.status == SCHEDULED, payments.c.payment_method_id == bindparam("of_method"))
    .order_by(payments.c.id)
)


def cancel_payment(
    transaction: Transaction, *, now: datetime, today: date, caller: CallContext, policy: SchedulePolicy,
    payment_id: UUID,
) -> dict[str, Any]:  # fmt: skip
    """Give up a scheduled payment before its cut-off; asked again, it says the same.

    Raises NotFound, also for a payment of an account that is not the caller's, and PaymentNotCancellable.
    """
    payment = transaction.one(_SHOWN, {"of_payment": payment_id})
    if payment is None:
        raise NotFound()
    caller.require(str(payment["account_id"]))
    if payment["status"] == CANCELLED:
        return as_told(payment)
    if payment["status"] != SCHEDULED:
        raise PaymentNotCancellable(f"{message(payment)} It was sent already, so it cannot be cancelled.")
    if not is_before_cut_off(on=payment["effective_on"], today=today, now=now, policy=policy):
        raise PaymentNotCancellable(
            f"The cut-off for the payment of {written_on(payment['effective_on'])} has passed. Call us about it."
        )
    return as_told(_cancel(transaction, payment=payment, code=BY_CUSTOMER))


def note_paid_off(transaction: Transaction, *, sequence: int, data: Mapping[str, Any], now: datetime) -> None:
    """Nothing is left to pay on the account: what waits for its day is given up and told, and autopay ends."""
    note_standing(transaction, sequence=sequence, data=data)
    account_id = UUID(data["account_id"])
    cancel_autopay(transaction, account_id=account_id, code=ACCOUNT_FINISHED, reason=REASONS[ACCOUNT_FINISHED], now=now)
    for row in transaction.all(_WAITING, {"of_account": account_id}):
        payment = transaction.one(_SHOWN, {"of_payment": row["id"]})
        if payment is not None and payment["status"] == SCHEDULED:
            _cancel(transaction, payment=payment, code=NOTHING_LEFT_TO_PAY)


def cancel_for_method(transaction: Transaction, *, payment_method_id: UUID) -> None:
    """A method was removed: nothing that only waits for its day is charged to it."""
    for row in transaction.all(_OF_METHOD, {"of_method": payment_method_id}):
        payment = transaction.one(_SHOWN, {"of_payment": row["id"]})
        if payment is not None and payment["status"] == SCHEDULED:
            _cancel(transaction, payment=payment, code=METHOD_REMOVED)


def send_due_payments(store: Database, *, accounts: Asks, clock: Clock, on: date) -> int:
    """Send every scheduled payment whose day has come, each once; gives the number of those looked at.

    Raises NeighbourSilent or NeighbourAbsent where accounts would have to be asked; what is left is taken up again.
    """
    looked_at = 0
    while due := _claimed(store, now=clock.now(), on=on):
        for payment_id in due:
            _send(store, accounts=accounts, payment_id=payment_id, on=on)
            looked_at += 1
    return looked_at


def _claimed(store: Database, *, now: datetime, on: date) -> Sequence[UUID]:
    until = now + timedelta(seconds=CLAIM_SECONDS)
    with store.writing() as transaction:
        return [row["id"] for row in transaction.all(_CLAIM, {"on_day": on, "at": now, "until": until})]


def _send(store: Database, *, accounts: Asks, payment_id: UUID, on: date) -> None:
    with store.reading() as transaction:
        payment = transaction.one(payments_shown.where(payments.c.id == payment_id))
    if payment is None or payment["status"] != SCHEDULED:
        return
    wish = Wish(
        account_id=payment["account_id"], amount_cents=payment["amount_cents"], on=on, is_later=False,
        quoted_cents=None, minds_cover=False,
    )  # fmt: skip
    answers = learn_standing(store, accounts=accounts, caller=as_service(store.service), wish=wish)
    run_contended(lambda: _decide(store, payment_id=payment_id, wish=wish, answers=answers))


def _decide(store: Database, *, payment_id: UUID, wish: Wish, answers: Mapping[str, Any]) -> None:
    """Under the account's lock: whoever is second finds the payment decided."""
    with store.writing() as transaction:
        standing = locked_standing(transaction, account_id=wish.account_id, answers=answers)
        payment = transaction.one(_SHOWN, {"of_payment": payment_id})
        if payment is None or payment["status"] != SCHEDULED:
            return
        on_the_way = read_on_the_way(transaction, account_id=wish.account_id, near=wish.on)
        payable = with_quote(standing, quoted_cents=wish.quoted_cents)
        pending_cents = int(on_the_way["pending_cents"])
        if can_take(standing=payable, pending_cents=pending_cents, amount_cents=wish.amount_cents):
            _step(transaction, payment=payment, to=SUBMITTING)
            tell_submitted(transaction, payment=payment)
        else:
            is_over = standing["status"] != "open" or standing["payoff_ceiling_cents"] <= pending_cents
            _cancel(transaction, payment=payment, code=NOTHING_LEFT_TO_PAY if is_over else MORE_THAN_IS_LEFT)


def _cancel(transaction: Transaction, *, payment: Row, code: str) -> Row:
    cancelled = {**payment, **_step(transaction, payment=payment, to=CANCELLED, cancel_code=code)}
    transaction.emit(
        events.payment_cancelled,
        subject=str(payment["account_id"]),
        data={
            "payment_id": str(payment["id"]),
            "account_id": str(payment["account_id"]),
            "amount_cents": payment["amount_cents"],
            "effective_on": payment["effective_on"],
            "reason_code": code,
            "reason": CANCEL_REASONS[code],
        },
    )
    return cancelled


def _step(transaction: Transaction, *, payment: Row, to: str, **values: Any) -> dict[str, Any]:
    changed = {"status": step(payment["status"], to), **values}
    transaction.run(update(payments).where(payments.c.id == payment["id"]).values(changed))
    return changed
