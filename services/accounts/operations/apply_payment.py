"""Money that payments has accepted goes into the ledger. Accounts never refuses it: it allocates, or holds it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from chassis.errors import Impossible
from chassis.ids import new_id
from chassis.store import Transaction
from services.accounts.contract import events
from services.accounts.models import account_events, work_items
from services.accounts.operations.allocating import Arrived, allocate, hold
from services.accounts.operations.closing import LEASE_QUOTE_MET, Money, meets_lease_quote, settle_payoff, tell_refund
from services.accounts.operations.locking import LockedAccount, lock_account, save_account
from services.accounts.rules.payoff import PayoffPolicy
from services.accounts.rules.shown import OPEN, PAID_OFF, carried_standing, has_credit_to_return, is_paid_off
from services.accounts.rules.state import Allocation, Payment
from services.accounts.rules.terms import ExtraMode


@dataclass(frozen=True, kw_only=True)
class PostedPayment:
    """`payment_posted` as payments told it."""

    payment_id: str
    account_id: str
    presentment_number: int
    amount_cents: int
    effective_on: date
    extra: ExtraMode | None
    method_type: str
    method_last4: str
    quote_id: str | None

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

    `posted` is the data of `payment_posted`. A second call for the same payment and presentment does nothing. Raises
    Impossible for an unknown account, or when the same presentment comes with another account, amount or date.
    """
    payment = PostedPayment(**{field.name: posted[field.name] for field in fields(PostedPayment)})
    before = lock_account(transaction, account_id=_account_id(payment))
    reason = _why_hold(transaction, before, payment)
    arrived = _record(transaction, account=before, payment=payment, held=reason is not None, now=now, today=today)
    if arrived is None:
        return
    refund = None
    if reason is None:
        after, allocation = _allocated(transaction, account=before, arrived=arrived)
        settled = settle_payoff(
            transaction, account=after, was_open=before.status == OPEN, arrived=arrived, money=payment.money,
            policy=policy,
        )  # fmt: skip
        after, refund = settled.account, settled.refund
        if has_credit_to_return(terms=after.terms, state=after.state):
            reason = "credit_after_last_instalment"
    else:
        after, allocation = _held(transaction, account=before, arrived=arrived, reason=reason)
    save_account(transaction, before=before, after=after, now=now)
    if reason is not None:
        _open_work_item(transaction, payment=payment, account=after, reason=reason, now=now)
    _tell(transaction, before=before, after=after, payment=payment, allocation=allocation, today=today)
    if refund is not None:
        tell_refund(transaction, account=after, refund=refund, money=payment.money, today=today)


def _account_id(payment: PostedPayment) -> UUID:
    try:
        return UUID(payment.account_id)
    except ValueError as error:
        raise Impossible("The payment names no account.") from error


def _why_hold(transaction: Transaction, account: LockedAccount, payment: PostedPayment) -> str | None:
    """Why the engine must not touch this money, or None. The opening balance is a floor."""
    if account.status not in (OPEN, PAID_OFF):
        return "account_not_open"
    if payment.effective_on < account.state.opening.as_of_on:
        return "effective_before_opening"
    if meets_lease_quote(
        transaction, account=account, money=payment.money, amount_cents=payment.amount_cents,
        effective_on=payment.effective_on,
    ):  # fmt: skip
        return LEASE_QUOTE_MET
    return None


def _record(
    transaction: Transaction,
    *,
    account: LockedAccount,
    payment: PostedPayment,
    held: bool,
    now: datetime,
    today: date,
) -> Arrived | None:
    """Make the payment an event of the account; None where it is one already."""
    event_id, number = new_id(at=now), account.version + 1
    inserted = transaction.value(
        insert(account_events)
        .values(
            id=event_id,
            account_id=account.id,
            number=number,
            source_key=payment.source_key,
            kind="payment_held" if held else "payment_posted",
            effective_on=payment.effective_on,
            data=payment.data,
            recorded_at=now,
        )
        .on_conflict_do_nothing(constraint="uq_account_events_source_key")
        .returning(account_events.c.id)
    )
    if inserted is None:
        _require_same(transaction, account=account, payment=payment)
        return None
    folded = Payment(
        source_key=payment.source_key,
        effective_on=payment.effective_on,
        amount_cents=payment.amount_cents,
        extra=payment.extra,
    )
    return Arrived(event_id=event_id, number=number, payment=folded, today=today, now=now)


def _require_same(transaction: Transaction, *, account: LockedAccount, payment: PostedPayment) -> None:
    """One presentment is one sum of money: two different ones under its key are for a person to look at."""
    columns = (account_events.c.account_id, account_events.c.effective_on, account_events.c.data)
    known = transaction.one(select(*columns).where(account_events.c.source_key == payment.source_key))
    told = (account.id, payment.effective_on, payment.amount_cents)
    if known is None or (known["account_id"], known["effective_on"], known["data"]["amount_cents"]) != told:
        raise Impossible(f"{payment.source_key} was told before with another account, date or amount.")


def _allocated(
    transaction: Transaction, *, account: LockedAccount, arrived: Arrived
) -> tuple[LockedAccount, Allocation]:
    state = allocate(transaction, account=account, arrived=arrived)
    allocation = next(a for a in state.allocations if a.source_key == arrived.payment.source_key)
    closes = account.status == OPEN and is_paid_off(product=account.product, state=state)
    status = PAID_OFF if closes else account.status
    return replace(account, version=arrived.number, state=state, status=status), allocation


def _held(
    transaction: Transaction, *, account: LockedAccount, arrived: Arrived, reason: str
) -> tuple[LockedAccount, Allocation]:
    allocation = hold(transaction, account=account, arrived=arrived, reason=reason)
    held_cents = account.held_cents + allocation.amount_cents
    return replace(account, version=arrived.number, held_cents=held_cents), allocation


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


def _tell(
    transaction: Transaction,
    *,
    before: LockedAccount,
    after: LockedAccount,
    payment: PostedPayment,
    allocation: Allocation,
    today: date,
) -> None:
    standing = carried_standing(status=after.status, terms=after.terms, state=after.state, on=today)
    about = {"account_id": str(after.id), "payment_id": payment.payment_id, "standing": standing}
    transaction.emit(
        events.payment_applied,
        subject=str(after.id),
        data={
            **about,
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
    if after.status != before.status:
        transaction.emit(events.account_paid_off, subject=str(after.id), data=about)
