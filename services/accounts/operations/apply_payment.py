"""Money that payments has accepted goes into the ledger. Accounts never refuses it: it allocates, or holds it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy.dialects.postgresql import insert

from chassis.errors import Impossible
from chassis.ids import new_id
from chassis.store import Row, Transaction
from services.accounts.contract import events
from services.accounts.models import work_items
from services.accounts.operations.allocating import Arrived, fold
from services.accounts.operations.banking import tell_closing
from services.accounts.operations.buying import cited_purchase, settle_purchase
from services.accounts.operations.closing import (
    LEASE_QUOTE_MET,
    Money,
    Settlement,
    meets_lease_quote,
    settle_payoff,
)
from services.accounts.operations.fees import charge_returned_payment
from services.accounts.operations.locking import LockedAccount, account_id_of, lock_account, save_account
from services.accounts.operations.recording import find_recorded, record
from services.accounts.operations.telling import tell, tell_consequences, tell_reversed
from services.accounts.rules.events import Payment
from services.accounts.rules.payoff import PayoffPolicy
from services.accounts.rules.shown import OPEN, PAID_OFF, has_credit_to_return
from services.accounts.rules.state import Allocation
from services.accounts.rules.terms import ExtraMode


@dataclass(frozen=True, kw_only=True)
class PostedPayment:
    """`payment_posted` as payments told it; `booked_on` is the business day it is counted in."""

    payment_id: str
    account_id: str
    presentment_number: int
    amount_cents: int
    effective_on: date
    extra: ExtraMode | None
    method_type: str
    method_last4: str
    quote_id: str | None
    booked_on: date | None

    @property
    def source_key(self) -> str:
        """Permanent: the same payment presented again is other money."""
        return f"payment:{self.payment_id}:{self.presentment_number}"

    @property
    def data(self) -> dict[str, Any]:
        """What the account's event keeps besides account, key and date."""
        return {
            "payment_id": self.payment_id,
            "presentment_number": self.presentment_number,
            "amount_cents": self.amount_cents,
            "extra": self.extra,
            "method_type": self.method_type,
            "method_last4": self.method_last4,
            "quote_id": self.quote_id,
            **({} if self.booked_on is None else {"booked_on": self.booked_on.isoformat()}),
        }

    @property
    def money(self) -> Money:
        return Money(
            payment_id=self.payment_id,
            presentment_number=self.presentment_number,
            source_key=self.source_key,
            quote_id=self.quote_id,
        )


def apply_payment(
    transaction: Transaction, *, posted: Mapping[str, Any], policy: PayoffPolicy, now: datetime, today: date
) -> None:
    """Record, allocate and post one payment, once; tells `payment_applied`, and what it means where it closes.

    `posted` is the data of `payment_posted`. A second call for the same payment and presentment does nothing. A payment
    whose return came first goes on record undone, and only `payment_reversed` is told. Raises Impossible for an unknown
    account, or when the same presentment comes with another account, amount or date.
    """
    payment = PostedPayment(**{field.name: posted[field.name] for field in fields(PostedPayment)})
    before = lock_account(transaction, account_id=account_id_of(payment.account_id))
    quote = cited_purchase(
        transaction, account=before, money=payment.money, effective_on=payment.effective_on
    )  # fmt: skip
    reason = _why_hold(transaction, before, payment)
    arrived = _record(
        transaction, account=before, payment=payment, is_for_lease_end=quote is not None, reason=reason, now=now,
        today=today,
    )  # fmt: skip
    if arrived is None:
        _require_same(transaction, account=before, payment=payment)
        return
    folded = fold(transaction, account=before, arrived=arrived)
    allocation = folded.allocation_of(payment.source_key)
    settled = _settle(
        transaction, account=folded.account, quote=quote, was_open=before.status == OPEN, arrived=arrived,
        money=payment.money, allocation=allocation, policy=policy,
    )  # fmt: skip
    after = settled.account
    if has_credit_to_return(terms=after.terms, state=after.state):
        reason = reason or "credit_after_last_instalment"
    save_account(transaction, before=before, after=after, now=now)
    after = _tell_what_became(
        transaction, account=after, payment=payment, allocation=allocation, reason=reason, now=now, today=today
    )
    tell_consequences(
        transaction, before=before, folded=folded, after=after, today=today, payment_id=payment.payment_id
    )
    tell_closing(transaction, before=before, after=after, refund=settled.refund, money=payment.money, today=today)


def _tell_what_became(
    transaction: Transaction, *, account: LockedAccount, payment: PostedPayment, allocation: Allocation,
    reason: str | None, now: datetime, today: date,
) -> LockedAccount:  # fmt: skip
    """Tell where the money went; of money whose return came first, that it is undone, and charge what that costs."""
    if allocation.kind == "payment_reversed":
        code = allocation.explanation["return_code"]
        account = charge_returned_payment(
            transaction, account=account, payment_key=payment.source_key, code=code, now=now, today=today
        )
        tell_reversed(transaction, account=account, allocation=allocation, paid=payment.data, today=today)
        return account
    if reason is not None:
        _open_work_item(transaction, payment=payment, account=account, reason=reason, now=now)
    _tell_applied(transaction, account=account, payment=payment, allocation=allocation, today=today)
    return account


def _why_hold(transaction: Transaction, account: LockedAccount, payment: PostedPayment) -> str | None:
    """Why the engine must not touch this money, or None. The opening balance is a floor."""
    if account.status not in (OPEN, PAID_OFF) and not account.state.is_charged_off:
        return "account_not_open"
    if payment.effective_on < account.state.opening.as_of_on:
        return "effective_before_opening"
    if meets_lease_quote(
        transaction, account=account, money=payment.money, amount_cents=payment.amount_cents,
        effective_on=payment.effective_on,
    ):  # fmt: skip
        return LEASE_QUOTE_MET
    return None


def _settle(
    transaction: Transaction, *, account: LockedAccount, quote: Row | None, was_open: bool, arrived: Arrived,
    money: Money, allocation: Allocation, policy: PayoffPolicy,
) -> Settlement:  # fmt: skip
    if quote is not None and allocation.kind == "payment":
        return settle_purchase(
            transaction, account=account, quote=quote, arrived=arrived, money=money, policy=policy
        )  # fmt: skip
    return settle_payoff(
        transaction, account=account, was_open=was_open, arrived=arrived, money=money, allocation=allocation,
        policy=policy,
    )  # fmt: skip


def _record(
    transaction: Transaction,
    *,
    account: LockedAccount,
    payment: PostedPayment,
    is_for_lease_end: bool,
    reason: str | None,
    now: datetime,
    today: date,
) -> Arrived | None:
    """Make the payment an event of the account; None where it is one already."""
    event = Payment(
        source_key=payment.source_key,
        effective_on=payment.effective_on,
        amount_cents=payment.amount_cents,
        extra=payment.extra,
        is_for_lease_end=is_for_lease_end and reason is None,
    )
    kind = "payment_posted" if reason is None else "payment_held"
    return record(
        transaction, account=account, event=event, kind=kind, now=now, today=today, details=payment.data,
        held_because=reason,
    )  # fmt: skip


def _require_same(transaction: Transaction, *, account: LockedAccount, payment: PostedPayment) -> None:
    """One presentment is one sum of money: two different ones under its key are for a person to look at."""
    known = find_recorded(transaction, source_key=payment.source_key)
    told = (account.id, payment.effective_on, payment.amount_cents)
    if known is None or (known["account_id"], known["effective_on"], known["data"]["amount_cents"]) != told:
        raise Impossible(f"{payment.source_key} was told before with another account, date or amount.")


def _open_work_item(
    transaction: Transaction, *, payment: PostedPayment, account: LockedAccount, reason: str, now: datetime
) -> None:
    transaction.run(
        insert(work_items).values(
            id=new_id(at=now),
            account_id=account.id,
            source_key=payment.source_key,
            reason=reason,
            details={
                "payment_id": payment.payment_id,
                "amount_cents": payment.amount_cents,
                "effective_on": payment.effective_on.isoformat(),
                "unapplied_cents": account.state.unapplied_cents,
                "held_cents": account.held_cents,
            },
            opened_at=now,
        )
    )


def _tell_applied(
    transaction: Transaction, *, account: LockedAccount, payment: PostedPayment, allocation: Allocation, today: date
) -> None:
    tell(
        transaction,
        event=events.payment_applied,
        account=account,
        today=today,
        data={
            "payment_id": payment.payment_id,
            "presentment_number": payment.presentment_number,
            "amount_cents": payment.amount_cents,
            "effective_on": payment.effective_on,
            "interest_cents": allocation.interest_cents,
            "principal_cents": allocation.principal_cents,
            "tax_cents": allocation.tax_cents,
            "fees_cents": allocation.fees_cents,
            "unapplied_cents": allocation.unapplied_cents,
        },
    )
