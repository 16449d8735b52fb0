"""What payments tells of banks: money settles, goes back, is paid back; each movement is booked once, in any order."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from chassis.store import Transaction
from services.accounts.models import bank_movements, work_items
from services.accounts.operations.closing import REFUND, Money, close_on_good_funds, note_good_funds, tell_refund
from services.accounts.operations.locking import LockedAccount, account_id_of, lock_account, save_account
from services.accounts.operations.posting import post, posting_of
from services.accounts.operations.reverse_payment import note_return, undo_refunded
from services.accounts.rules.banking import MovementKind, movement_entry
from services.accounts.rules.events import Refund
from services.accounts.rules.shown import PAID_OFF

_RECORD = insert(bank_movements).on_conflict_do_nothing(constraint="pk_bank_movements")


def note_settled(transaction: Transaction, *, settled: Mapping[str, Any], now: datetime, today: date) -> None:
    """A payment's money has come in (`payments.payment_settled`): clearing becomes cash, a paid-off account closes."""
    _book(
        transaction, kind="settled", key=settled_key(**_presentment(settled)), account_id=settled["account_id"],
        amount_cents=settled["amount_cents"], moved_on=settled["settled_on"], now=now, today=today,
    )  # fmt: skip
    note_good_funds(transaction, settled=settled, today=today)


def note_returned(transaction: Transaction, *, returned: Mapping[str, Any], now: datetime, today: date) -> None:
    """A bank took a payment back (`payments.payment_returned`): undone; what had come in has gone out again."""
    note_return(transaction, returned=returned, now=now, today=today)
    if returned["settled_on"] is not None:
        _book(
            transaction, kind="returned", key=_key("returned", returned), account_id=returned["account_id"],
            amount_cents=returned["amount_cents"], moved_on=returned["returned_on"], now=now, today=today,
        )  # fmt: skip


def note_refunded(transaction: Transaction, *, refunded: Mapping[str, Any], now: datetime, today: date) -> None:
    """A whole payment went back (`payments.payment_refunded`): it counts no more, and the cash has gone out."""
    undo_refunded(transaction, refunded=refunded, now=now, today=today)
    _book(
        transaction, kind="payment_refunded", key=f"payment_refunded:{refunded['refund_id']}", now=now, today=today,
        account_id=refunded["account_id"], amount_cents=refunded["amount_cents"], moved_on=refunded["refunded_on"],
    )  # fmt: skip


def note_refund_paid(transaction: Transaction, *, paid: Mapping[str, Any], now: datetime, today: date) -> None:
    """What was set aside for the customer is paid (`payments.refund_paid`): nobody has to see to it any more."""
    _book(
        transaction, kind="refund_paid", key=f"refund_paid:{paid['refund_id']}", account_id=paid["account_id"],
        amount_cents=paid["amount_cents"], moved_on=paid["paid_on"], now=now, today=today,
    )  # fmt: skip
    _see_to(transaction, refund_id=paid["refund_id"], closed_at=now)


def note_refund_failed(transaction: Transaction, *, failed: Mapping[str, Any], now: datetime, today: date) -> None:
    """A refund could not be paid, or came back (`payments.refund_failed`): it is owed, and a person sees to it."""
    if failed["was_paid"]:
        kind: MovementKind = "refund_came_back" if failed["kind"] == "surplus" else "payment_came_back"
        _book(
            transaction, kind=kind, key=f"{kind}:{failed['refund_id']}", account_id=failed["account_id"],
            amount_cents=failed["amount_cents"], moved_on=failed["failed_on"], now=now, today=today,
        )  # fmt: skip
    _see_to(transaction, refund_id=failed["refund_id"], closed_at=None)


def tell_closing(
    transaction: Transaction, *, before: LockedAccount, after: LockedAccount, refunds: Iterable[Refund], money: Money,
    today: date,
) -> None:  # fmt: skip
    """What follows where a payment has paid the account off: refunds that are due, and the end of the account.

    The money may have settled before it was applied: then the account closes at once.
    """
    for refund in refunds:
        tell_refund(transaction, account=after, refund=refund, today=today)
    if before.status == after.status or after.status != PAID_OFF:
        return
    presentment: dict[str, Any] = {"payment_id": money.payment_id, "presentment_number": money.presentment_number}
    known = select(bank_movements.c.source_key).where(bank_movements.c.source_key == settled_key(**presentment))
    if transaction.value(known) is not None:
        close_on_good_funds(transaction, account=after, today=today, **presentment)


def settled_key(*, payment_id: str, presentment_number: int) -> str:
    """Under which the settlement of a presentment is booked."""
    return f"settled:{payment_id}:{presentment_number}"


def _book(
    transaction: Transaction, *, kind: MovementKind, key: str, account_id: str, amount_cents: int, moved_on: date,
    now: datetime, today: date,
) -> None:  # fmt: skip
    """Book one movement, unless it is booked already. Raises Impossible for an unknown account."""
    account = lock_account(transaction, account_id=account_id_of(account_id))
    row = {
        "source_key": key, "account_id": account.id, "kind": kind, "amount_cents": amount_cents,
        "moved_on": moved_on, "recorded_at": now,
    }  # fmt: skip
    if not transaction.run(_RECORD, row):
        return
    entry = movement_entry(kind=kind, source_key=key, amount_cents=amount_cents, moved_on=moved_on)
    posting = posting_of(entry, account_id=account.id, event_number=account.version)
    heads = post(transaction, postings=[posting], today=today, now=now, heads={account.id: account.head})
    save_account(transaction, before=account, after=replace(account, head=heads[account.id]), now=now)


def _see_to(transaction: Transaction, *, refund_id: str, closed_at: datetime | None) -> None:
    of_refund = work_items.c.source_key == f"{REFUND}:{UUID(refund_id)}"
    transaction.run(update(work_items).where(of_refund).values(closed_at=closed_at, closed_by=None, closing_note=None))


def _presentment(told: Mapping[str, Any]) -> dict[str, Any]:
    return {name: told[name] for name in ("payment_id", "presentment_number")}


def _key(kind: MovementKind, told: Mapping[str, Any]) -> str:
    return f"{kind}:{told['payment_id']}:{told['presentment_number']}"
