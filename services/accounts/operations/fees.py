"""Fees are charged by a decision that is an event of the account, and given up by another."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from chassis.context import CallContext
from chassis.money import format_dollars
from chassis.store import Row, Transaction
from services.accounts.contract import events
from services.accounts.contract.errors import (
    FeeAboveCap,
    FeeNotDue,
    FeeNotFound,
    FeeStopped,
    LateFeeAlreadyAssessed,
    LateFeeNotChargeable,
)
from services.accounts.models import account_events, standing_flags
from services.accounts.operations.allocating import Folded, read_history
from services.accounts.operations.changing import change, changed, require_open
from services.accounts.operations.locking import LockedAccount, lock_for
from services.accounts.operations.recording import find_recorded
from services.accounts.operations.telling import tell, tell_consequences
from services.accounts.rules.assessing import NotChargeable, decide_late_fee
from services.accounts.rules.events import Fee, FeeKind, Waiver
from services.accounts.rules.flags import Charge, Flag, stopping_flag, why_stopped
from services.accounts.rules.history import History
from services.accounts.rules.returned_payment_fees import returned_payment_cap, returned_payment_fee_cents
from services.accounts.rules.state import OPENING_FEES, AccountState

CHARGED_BY_US = ("late_fee_assessed", "fee_assessed")
CHARGED = (*CHARGED_BY_US, "account_opened")


def assess_late_fee(
    transaction: Transaction,
    *,
    account_id: str,
    instalment_number: int,
    caller: CallContext,
    now: datetime,
    today: date,
) -> dict[str, Any]:
    """Charge the late fee of one instalment, once for all time; tells `late_fee_assessed`.

    Raises NotFound, AccountNotOpen, LateFeeAlreadyAssessed, and LateFeeNotChargeable with the reason.
    """
    account = lock_for(transaction, caller=caller, account_id=account_id)
    require_open(account)
    history = read_history(transaction, account_id=account.id)
    try:
        after = charge_late_fee(
            transaction, account=account, state=account.state, history=history, number=instalment_number, on=today,
            now=now, today=today,
        )  # fmt: skip
    except NotChargeable as error:
        raise LateFeeNotChargeable(f"{error} Nothing was charged.") from error
    if after is None:
        raise LateFeeAlreadyAssessed()
    return changed(after, today=today)


def charge_late_fee(
    transaction: Transaction, *, account: LockedAccount, state: AccountState, history: History, number: int, on: date,
    now: datetime, today: date,
) -> LockedAccount | None:  # fmt: skip
    """Decide the fee of an instalment as of a day, and charge it; None where it was decided before.

    `history` and the `state` that it makes are all that is known of that day. Raises NotChargeable.
    """
    stopping = _stopping(transaction, account=account, fee="late_fee", on=on)
    if stopping is not None:
        raise NotChargeable(why_stopped(stopping))
    source_key = f"late_fee:{account.id}:{number}"
    if find_recorded(transaction, source_key=source_key) is not None:
        return None
    decided = decide_late_fee(
        terms=account.terms, state=state, history=history, number=number, pack=account.pack, on=on,
        source_key=source_key,
    )  # fmt: skip
    folded = change(transaction, account=account, event=decided, kind="late_fee_assessed", now=now, today=today)
    if folded is None:
        return None
    tell_consequences(transaction, before=account, folded=folded, today=today)
    return folded.account


def assess_fee(
    transaction: Transaction,
    *,
    account_id: str,
    kind: FeeKind,
    amount_cents: int,
    reason: str,
    fee_reference: str,
    caller: CallContext,
    now: datetime,
    today: date,
) -> dict[str, Any]:
    """Charge a fee that the contract allows; a reference charges once.

    Raises NotFound, AccountNotOpen, FeeStopped, FeeAboveCap.
    """
    account = lock_for(transaction, caller=caller, account_id=account_id)
    require_open(account)
    stopping = _stopping(transaction, account=account, fee=kind, on=today)
    if stopping is not None:
        raise FeeStopped(f"{why_stopped(stopping)} Nothing was charged.")
    if kind == "returned_payment_fee":
        _require_within_cap(account, amount_cents=amount_cents, on=today)
    key = f"fee:{account.id}:{fee_reference}"
    event = Fee(source_key=key, effective_on=today, kind=kind, amount_cents=amount_cents, reason=reason)
    folded = change(transaction, account=account, event=event, kind="fee_assessed", now=now, today=today)
    return changed(account if folded is None else folded.account, today=today)


def charge_returned_payment(
    transaction: Transaction, *, account: LockedAccount, payment_key: str, code: str | None, now: datetime, today: date
) -> LockedAccount:
    """The account with what its contract and state let a return cost, once per presentment, unless a flag stops it."""
    cents = returned_payment_fee_cents(
        terms=account.terms, jurisdiction=account.jurisdiction, return_code=code, on=today
    )  # fmt: skip
    if cents == 0 or _stopping(transaction, account=account, fee="returned_payment_fee", on=today):
        return account
    event = Fee(
        source_key=f"returned_payment_fee:{payment_key}",
        effective_on=today,
        kind="returned_payment_fee",
        amount_cents=cents,
        reason=f"the bank returned a payment ({code})",
    )
    folded = change(transaction, account=account, event=event, kind="fee_assessed", now=now, today=today)
    return account if folded is None else folded.account


def waive_fee(
    transaction: Transaction,
    *,
    account_id: str,
    fee_id: str,
    reason: str,
    caller: CallContext,
    now: datetime,
    today: date,
) -> dict[str, Any]:
    """Give up what is unpaid of a fee; tells `fee_waived`. Raises NotFound, FeeNotFound, FeeNotDue."""
    account = lock_for(transaction, caller=caller, account_id=account_id)
    fee = _find_fee(transaction, account=account, fee_id=fee_id)
    key = OPENING_FEES if fee["kind"] == "account_opened" else fee["source_key"]
    waiver = Waiver(source_key=f"fee_waiver:{fee['id']}", effective_on=today, fee_key=key, reason=reason)
    after, cents = _given_up(
        transaction, account=account, fee=fee, waiver=waiver, unpaid_cents=_unpaid_cents(account, fee_key=key),
        caller=caller, now=now, today=today,
    )  # fmt: skip
    if cents == 0:
        raise FeeNotDue()
    return changed(after, today=today)


def forgive_fees(
    transaction: Transaction, *, account: LockedAccount, flag: Row, reason: str, caller: CallContext, now: datetime,
    today: date,
) -> LockedAccount:  # fmt: skip
    """The account as had no fee been charged on the days of a flag: what paid one goes to what is owed besides.

    Tells `fee_waived` of each, with what was not given up before.
    """
    as_paid = account
    charged = (
        select(account_events)
        .where(account_events.c.account_id == account.id, account_events.c.kind.in_(CHARGED_BY_US))
        .where(account_events.c.effective_on.between(flag["from_on"], flag["through_on"] or today))
        .order_by(account_events.c.number)
    )
    for fee in transaction.all(charged):
        waiver = Waiver(
            source_key=f"fee_forgiven:{flag['id']}:{fee['id']}", effective_on=fee["effective_on"],
            fee_key=fee["source_key"], reason=reason,
        )  # fmt: skip
        # Money that had paid a fee may pay the next one until that is forgiven too: it was paid once.
        unpaid_cents = _unpaid_cents(as_paid, fee_key=waiver.fee_key)
        account, _ = _given_up(
            transaction, account=account, fee=fee, waiver=waiver, unpaid_cents=unpaid_cents, caller=caller, now=now,
            today=today,
        )  # fmt: skip
    return account


def _given_up(
    transaction: Transaction, *, account: LockedAccount, fee: Row, waiver: Waiver, unpaid_cents: int,
    caller: CallContext, now: datetime, today: date,
) -> tuple[LockedAccount, int]:  # fmt: skip
    """The account without the fee, of which so much was unpaid, and what that gave up; told unless it was nothing."""
    details = {"waived_by": caller.subject}
    folded = change(
        transaction, account=account, event=waiver, kind="fee_waived", now=now, today=today, details=details
    )
    if folded is None:
        return account, 0
    cents = _newly_given_up_cents(folded, fee_key=waiver.fee_key)
    if cents:
        data = {
            "fee_id": str(fee["id"]), "kind": _fee_kind(fee), "amount_cents": cents,
            "was_paid_cents": max(0, cents - unpaid_cents),
        }  # fmt: skip
        tell(transaction, event=events.fee_waived, account=folded.account, today=today, data=data)
    tell_consequences(transaction, before=account, folded=folded, today=today)
    return folded.account, cents


def _newly_given_up_cents(folded: Folded, *, fee_key: str) -> int:
    """A waiver that is placed before an earlier one of the same fee takes from it: only the rest is news."""
    return sum(
        change.after.amount_cents - (0 if change.before is None else change.before.amount_cents)
        for change in folded.changes
        if change.after.kind == "fee_waived" and change.after.explanation["fee_key"] == fee_key
    )


def _unpaid_cents(account: LockedAccount, *, fee_key: str) -> int:
    return sum(fee.unpaid_cents for fee in account.state.open_fees if fee.source_key == fee_key)


def _require_within_cap(account: LockedAccount, *, amount_cents: int, on: date) -> None:
    cap = returned_payment_cap(jurisdiction=account.jurisdiction, on=on)
    if cap is not None and amount_cents > cap.most_cents:
        raise FeeAboveCap(
            f"{cap.citation} allows at most {format_dollars(cap.most_cents)} for a returned payment. Nothing was"
            " charged: charge no more than that."
        )


def _stopping(transaction: Transaction, *, account: LockedAccount, fee: Charge, on: date) -> Flag | None:
    flags = standing_flags(transaction, account_ids=[account.id]).get(account.id, ())
    return stopping_flag(flags=flags, fee=fee, on=on)


def _find_fee(transaction: Transaction, *, account: LockedAccount, fee_id: str) -> Row:
    try:
        identifier = UUID(fee_id)
    except ValueError:
        raise FeeNotFound() from None
    row = transaction.one(
        select(account_events).where(
            account_events.c.id == identifier,
            account_events.c.account_id == account.id,
            account_events.c.kind.in_(CHARGED),
        )
    )
    if row is None:
        raise FeeNotFound()
    return row


def _fee_kind(fee: Row) -> str:
    if fee["kind"] == "late_fee_assessed":
        return "late_fee"
    return str(fee["data"].get("kind", "other_fee"))
