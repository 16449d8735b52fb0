"""What a change of an account tells the others, always with the standing after it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select

from chassis.events import Event
from chassis.store import Transaction
from services.accounts.contract import events
from services.accounts.models import account_events
from services.accounts.operations.allocating import Change, Folded
from services.accounts.operations.locking import LockedAccount
from services.accounts.rules.shown import OPEN, PAID_OFF, carried_standing
from services.accounts.rules.state import Allocation

STATUS_EVENTS: Mapping[str, Event] = {PAID_OFF: events.account_paid_off, OPEN: events.account_reopened}


def tell(
    transaction: Transaction, *, event: Event, account: LockedAccount, today: date, data: Mapping[str, Any]
) -> None:
    """One event about the account."""
    standing = carried_standing(status=account.status, terms=account.terms, state=account.state, on=today)
    transaction.emit(event, subject=str(account.id), data={"account_id": str(account.id), "standing": standing, **data})


def tell_consequences(
    transaction: Transaction,
    *,
    before: LockedAccount,
    folded: Folded,
    today: date,
    after: LockedAccount | None = None,
    payment_id: str | None = None,
) -> None:
    """What else followed: late fees that came, went or changed, and an account paid off or open again.

    `after` is the account at the end, where more than one event was folded. `payment_id` is the payment that caused
    it; where something else did, the account's last one is named.
    """
    account = after or folded.account
    for change in folded.changes:
        if change.after.kind in ("late_fee", "late_fee_reversed"):
            _tell_late_fee(transaction, account=account, change=change, today=today)
    if account.status != before.status and account.status in STATUS_EVENTS:
        data = {"payment_id": payment_id or str(last_payment_id(transaction, account=account))}
        tell(transaction, event=STATUS_EVENTS[account.status], account=account, today=today, data=data)


def last_payment_id(transaction: Transaction, *, account: LockedAccount) -> str | None:
    """The payment with the latest date; None where nothing was ever paid here."""
    newest = (
        select(account_events.c.data["payment_id"].astext)
        .where(account_events.c.account_id == account.id, account_events.c.kind == "payment_posted")
        .order_by(account_events.c.effective_on.desc(), account_events.c.number.desc())
        .limit(1)
    )
    found = transaction.value(newest)
    return None if found is None else str(found)


def tell_reversed(
    transaction: Transaction, *, account: LockedAccount, allocation: Allocation, paid: Mapping[str, Any], today: date
) -> None:
    """A payment no longer counts; `paid` is what its event keeps."""
    explanation = allocation.explanation
    tell(
        transaction,
        event=events.payment_reversed,
        account=account,
        today=today,
        data={
            "payment_id": paid["payment_id"],
            "presentment_number": paid["presentment_number"],
            "amount_cents": explanation["reversed_amount_cents"],
            "effective_on": allocation.effective_on,
            "reversed_on": date.fromisoformat(explanation["reversed_on"]),
            "reason": explanation["reason"],
            "return_code": explanation["return_code"],
        },
    )


def _tell_late_fee(transaction: Transaction, *, account: LockedAccount, change: Change, today: date) -> None:
    stood_cents = 0 if change.before is None else change.before.amount_cents
    stands_cents = change.after.amount_cents
    if stood_cents == stands_cents:
        return
    explanation = change.after.explanation
    fee = {
        "fee_id": str(change.event_id),
        "instalment_number": explanation["instalment"],
        "due_on": date.fromisoformat(explanation["due_on"]),
        "assessed_on": change.after.effective_on,
        "amount_cents": stands_cents or stood_cents,
    }
    told = events.late_fee_assessed if stands_cents else events.late_fee_reversed
    tell(transaction, event=told, account=account, today=today, data=fee)
