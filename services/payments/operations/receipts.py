"""Cheques that wait: a person finds the account, or sends the cheque back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update

from chassis.bus.rpc import Asks
from chassis.context import CallContext, as_service
from chassis.errors import NotFound, Refusal
from chassis.keys import FieldCipher
from chassis.store import Database, Row, Transaction
from services.payments.contract.errors import ReceiptNotWaiting
from services.payments.contract.receipts import BOOKED, SENT_BACK, WAITING
from services.payments.models import account_standings, lockbox_receipts, payments, receipt_as_told, receipts_shown
from services.payments.operations.cheques import cheque_payment, tell_cheques_posted
from services.payments.operations.standings import ASK_SECONDS


def learn_account(store: Database, *, accounts: Asks, caller: CallContext, account_id: UUID) -> Mapping[str, Any]:
    """Make sure that there is such an account, in any status. Raises NotFound, NeighbourSilent, NeighbourAbsent."""
    with store.reading() as transaction:
        known = transaction.one(
            select(account_standings.c.account_id).where(account_standings.c.account_id == account_id)
        )
    if known is None:
        context = as_service(store.service, request_id=caller.request_id)
        request = {"account_id": str(account_id)}
        try:
            accounts.ask("get_standing", request=request, context=context, timeout_seconds=ASK_SECONDS)
        except Refusal as refusal:
            refusal.money_moved = "no"
            raise
    return {}


def resolve_receipt(
    transaction: Transaction, *, caller: CallContext, now: datetime, cipher: FieldCipher, receipt_id: UUID,
    account_id: UUID, note: str | None,
) -> dict[str, Any]:  # fmt: skip
    """Book a waiting cheque on an account, effective when it was received. Raises NotFound, ReceiptNotWaiting."""
    receipt = _waiting(transaction, receipt_id=receipt_id)
    payment = cheque_payment(receipt=receipt, account_id=account_id, now=now)
    transaction.run(insert(payments), payment)
    tell_cheques_posted(transaction, payments=[payment])
    decided = {"status": BOOKED, "payment_id": payment["id"], "note": note}
    return _decide(transaction, receipt=receipt, decided=decided, caller=caller, now=now, cipher=cipher)


def send_receipt_back(
    transaction: Transaction, *, caller: CallContext, now: datetime, cipher: FieldCipher, receipt_id: UUID, note: str
) -> dict[str, Any]:
    """The cheque goes back to who sent it. Raises NotFound, ReceiptNotWaiting."""
    receipt = _waiting(transaction, receipt_id=receipt_id)
    decided = {"status": SENT_BACK, "note": note}
    return _decide(transaction, receipt=receipt, decided=decided, caller=caller, now=now, cipher=cipher)


def _waiting(transaction: Transaction, *, receipt_id: UUID) -> Row:
    locked = receipts_shown.where(lockbox_receipts.c.id == receipt_id).with_for_update(of=lockbox_receipts)
    receipt = transaction.one(locked)
    if receipt is None:
        raise NotFound(money_moved="no")
    if receipt["status"] != WAITING:
        raise ReceiptNotWaiting(money_moved="no")
    return receipt


def _decide(
    transaction: Transaction, *, receipt: Row, decided: Mapping[str, Any], caller: CallContext, now: datetime,
    cipher: FieldCipher,
) -> dict[str, Any]:  # fmt: skip
    values = {**decided, "decided_by": caller.subject, "decided_at": now}
    transaction.run(update(lockbox_receipts).where(lockbox_receipts.c.id == receipt["id"]).values(values))
    return receipt_as_told(cipher, {**receipt, **values})
