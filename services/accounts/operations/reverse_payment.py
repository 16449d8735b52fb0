"""A payment is undone, because its bank returned it or staff found it wrong: the account is as had it never been."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import update

from chassis.context import CallContext
from chassis.errors import Impossible
from chassis.store import Row, Transaction
from services.accounts.contract.errors import PaymentAlreadyReversed, PaymentNotApplied
from services.accounts.models import work_items
from services.accounts.operations.allocating import Folded
from services.accounts.operations.changing import change, changed
from services.accounts.operations.closing import review_credit
from services.accounts.operations.fees import charge_returned_payment
from services.accounts.operations.locking import LockedAccount, account_id_of, lock_account, lock_for
from services.accounts.operations.recording import find_recorded
from services.accounts.operations.telling import tell_consequences, tell_reversed
from services.accounts.rules.events import Reversal
from services.accounts.rules.state import Allocation


def reverse_payment(
    transaction: Transaction,
    *,
    account_id: str,
    payment_id: str,
    presentment_number: int,
    reason: str,
    caller: CallContext,
    now: datetime,
    today: date,
) -> dict[str, Any]:
    """Undo a payment that is in the ledger; tells `payment_reversed` and what follows from it.

    Raises NotFound, PaymentNotApplied, PaymentAlreadyReversed.
    """
    account = lock_for(transaction, caller=caller, account_id=account_id)
    payment_key = f"payment:{payment_id}:{presentment_number}"
    paid = find_recorded(transaction, source_key=payment_key)
    if paid is None or paid["account_id"] != account.id:
        raise PaymentNotApplied()
    event = Reversal(
        source_key=f"reversal:{payment_id}:{presentment_number}",
        effective_on=today,
        payment_key=payment_key,
        reason=reason,
    )
    after = _undo(transaction, account=account, event=event, kind="payment_reversed", paid=paid, now=now, today=today)
    if after is None:
        raise PaymentAlreadyReversed()
    return changed(after, today=today)


def note_return(transaction: Transaction, *, returned: Mapping[str, Any], now: datetime, today: date) -> None:
    """Undo a payment that its bank returned, once, and charge what the contract says a return costs.

    `returned` names `payment_id, account_id, presentment_number, amount_cents, return_code` and a `reason`. A return
    that comes before its payment waits for it. Raises Impossible for an unknown account or another amount.
    """
    account, paid = _lock_with_payment(transaction, undone=returned)
    presentment = f"{returned['payment_id']}:{returned['presentment_number']}"
    event = Reversal(
        source_key=f"return:{presentment}",
        effective_on=today,
        payment_key=f"payment:{presentment}",
        reason=returned["reason"],
        return_code=returned["return_code"],
    )
    _undo(transaction, account=account, event=event, kind="payment_returned", paid=paid, now=now, today=today)


def undo_refunded(transaction: Transaction, *, refunded: Mapping[str, Any], now: datetime, today: date) -> None:
    """Undo a payment that was sent back as a whole, once; one that is not in the ledger yet waits for it.

    `refunded` names `payment_id, account_id, presentment_number, amount_cents` and a `reason`. Raises Impossible like
    `note_return`.
    """
    account, paid = _lock_with_payment(transaction, undone=refunded)
    presentment = f"{refunded['payment_id']}:{refunded['presentment_number']}"
    event = Reversal(
        source_key=f"refund:{presentment}",
        effective_on=today,
        payment_key=f"payment:{presentment}",
        reason=f"refunded: {refunded['reason']}",
    )
    _undo(transaction, account=account, event=event, kind="payment_reversed", paid=paid, now=now, today=today)


def _lock_with_payment(transaction: Transaction, *, undone: Mapping[str, Any]) -> tuple[LockedAccount, Row | None]:
    """The account, and the event of the payment where it is there. Raises Impossible."""
    account = lock_account(transaction, account_id=account_id_of(undone["account_id"]))
    presentment = f"{undone['payment_id']}:{undone['presentment_number']}"
    paid = find_recorded(transaction, source_key=f"payment:{presentment}")
    told = (account.id, undone["amount_cents"])
    if paid is not None and (paid["account_id"], paid["data"]["amount_cents"]) != told:
        raise Impossible(f"payment:{presentment} was applied to another account, or with another amount.")
    return account, paid


def _undo(
    transaction: Transaction,
    *,
    account: LockedAccount,
    event: Reversal,
    kind: str,
    paid: Row | None,
    now: datetime,
    today: date,
) -> LockedAccount | None:
    """The account after it; None where the payment did not count, because it was undone before or is not there yet."""
    returned_number = paid["number"] if paid is not None and event.return_code is not None else None
    folded = change(
        transaction, account=account, event=event, kind=kind, now=now, today=today, returned_number=returned_number
    )
    if folded is None:
        return None
    undone = _undone(folded, payment_key=event.payment_key)
    if undone is None or paid is None:
        return None
    after = charge_returned_payment(
        transaction, account=folded.account, payment_key=event.payment_key, code=event.return_code, now=now, today=today
    )
    _close_work_item(transaction, payment_key=event.payment_key, now=now)
    review_credit(transaction, account=after, changes=folded.changes, now=now)
    tell_reversed(transaction, account=after, allocation=undone, paid=paid["data"], today=today)
    tell_consequences(
        transaction, before=account, folded=folded, after=after, today=today, payment_id=paid["data"]["payment_id"]
    )
    return after


def _close_work_item(transaction: Transaction, *, payment_key: str, now: datetime) -> None:
    """Nobody has to decide any more what the money is for."""
    is_open = (work_items.c.source_key == payment_key) & work_items.c.closed_at.is_(None)
    transaction.run(update(work_items).where(is_open).values(closed_at=now))


def _undone(folded: Folded, *, payment_key: str) -> Allocation | None:
    """The payment's allocation, where it counted until now."""
    for each in folded.changes:
        counted = each.before is not None and each.before.kind != "payment_reversed"
        if each.after.source_key == payment_key and counted:
            return each.after
    return None
