"""Money that payments has accepted goes into the ledger. Accounts never refuses it: it allocates, or holds it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from chassis.doors import EventCall
from chassis.errors import Impossible
from chassis.ids import new_id
from chassis.store import Transaction
from services.accounts.contract import events
from services.accounts.models import work_items
from services.accounts.operations.allocating import Arrived, Folded, fold_all
from services.accounts.operations.banking import tell_closing
from services.accounts.operations.closing import (
    LEASE_QUOTE_MET,
    Money,
    Settlement,
    meets_lease_quote,
    settle_payoff,
)
from services.accounts.operations.fees import charge_returned_payment
from services.accounts.operations.locking import (
    LockedAccount,
    account_id_of,
    lock_account,
    lock_at_once,
    save_accounts,
)
from services.accounts.operations.recording import New, find_recorded, record_all, recorded_keys
from services.accounts.operations.telling import tell, tell_consequences, tell_reversed
from services.accounts.rules.events import Payment
from services.accounts.rules.payoff import PayoffPolicy
from services.accounts.rules.shown import OPEN, PAID_OFF, has_credit_to_return
from services.accounts.rules.state import Allocation
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


@dataclass(frozen=True, kw_only=True)
class Told:
    """A payment as an event told it, and the transaction that acts on account of that event."""

    transaction: Transaction
    payment: PostedPayment
    account_id: UUID


def apply_payments(calls: Sequence[EventCall], *, policy: PayoffPolicy, now: datetime, today: date) -> set[UUID]:
    """Record, allocate and post payments, each once; gives the events that wait because their account is busy.

    The data is that of `payment_posted`, the transaction one for all. Tells `payment_applied`, and what it means where
    it closes. A second call for the same payment and presentment does nothing. A payment whose return came first goes
    on record undone, and only `payment_reversed` is told. One alone waits for its account. Raises Impossible for an
    unknown account, or when the same presentment comes with another account, amount or date.
    """
    told = {call.event.id: _told(call) for call in calls}
    transaction = calls[0].transaction
    locked = _locked(transaction, account_ids=[each.account_id for each in told.values()])
    ready = [each for each in told.values() if each.account_id in locked]
    # Of each account one at a time: the next one finds what the one before has made of it.
    while ready:
        wave = {each.account_id: each for each in reversed(ready)}
        locked |= _apply(list(wave.values()), locked=locked, policy=policy, now=now, today=today)
        ready = [each for each in ready if each is not wave[each.account_id]]
    return {id for id, each in told.items() if each.account_id not in locked}


def _told(call: EventCall) -> Told:
    payment = PostedPayment(**{field.name: call.data[field.name] for field in fields(PostedPayment)})
    return Told(transaction=call.transaction, payment=payment, account_id=account_id_of(payment.account_id))


def _locked(transaction: Transaction, *, account_ids: Sequence[UUID]) -> dict[UUID, LockedAccount]:
    if len(account_ids) == 1:
        return {account_ids[0]: lock_account(transaction, account_id=account_ids[0])}
    return lock_at_once(transaction, account_ids=set(account_ids))


def _apply(
    wave: Sequence[Told], *, locked: Mapping[UUID, LockedAccount], policy: PayoffPolicy, now: datetime, today: date
) -> dict[UUID, LockedAccount]:
    """One payment of each of several accounts; gives the accounts after them."""
    transaction = wave[0].transaction
    known = recorded_keys(transaction, source_keys=[each.payment.source_key for each in wave])
    fresh = [each for each in wave if each.payment.source_key not in known]
    for each in wave:
        if each.payment.source_key in known:
            _require_same(transaction, account=locked[each.account_id], payment=each.payment)
    if not fresh:
        return {}
    befores = [locked[each.account_id] for each in fresh]
    reasons = [_why_hold(transaction, before, each.payment) for before, each in zip(befores, fresh, strict=True)]
    arrived = record_all(
        transaction, new=[_new(*each) for each in zip(befores, fresh, reasons, strict=True)], now=now, today=today
    )
    folded = fold_all(transaction, events=list(zip(befores, arrived, strict=True)))
    applied = [
        _settled(each, before=before, folded=after, arrived=as_arrived, policy=policy, reason=reason)
        for each, before, after, as_arrived, reason in zip(fresh, befores, folded, arrived, reasons, strict=True)
    ]
    save_accounts(transaction, changed=[(each.before, each.settled.account) for each in applied], now=now)
    return {each.before.id: _tell_all(each, now=now, today=today) for each in applied}


@dataclass(frozen=True, kw_only=True)
class _Applied:
    """A payment in the ledger, with what followed from it; `reason` says why a person has to look at it."""

    told: Told
    before: LockedAccount
    folded: Folded
    settled: Settlement
    allocation: Allocation
    reason: str | None


def _settled(
    told: Told, *, before: LockedAccount, folded: Folded, arrived: Arrived, policy: PayoffPolicy, reason: str | None
) -> _Applied:
    allocation = folded.allocation_of(told.payment.source_key)
    settled = settle_payoff(
        told.transaction, account=folded.account, was_open=before.status == OPEN, arrived=arrived,
        money=told.payment.money, allocation=allocation, policy=policy,
    )  # fmt: skip
    after = settled.account
    if has_credit_to_return(terms=after.terms, state=after.state):
        reason = reason or "credit_after_last_instalment"
    return _Applied(told=told, before=before, folded=folded, settled=settled, allocation=allocation, reason=reason)


def _tell_all(applied: _Applied, *, now: datetime, today: date) -> LockedAccount:
    """Tell a payment and what followed from it; gives the account at the end."""
    transaction, payment, after = applied.told.transaction, applied.told.payment, applied.settled.account
    allocation = applied.allocation
    if allocation.kind == "payment_reversed":
        code = allocation.explanation["return_code"]
        after = charge_returned_payment(
            transaction, account=after, payment_key=payment.source_key, code=code, now=now, today=today
        )
        tell_reversed(transaction, account=after, allocation=allocation, paid=payment.data, today=today)
    else:
        if applied.reason is not None:
            _open_work_item(transaction, payment=payment, account=after, reason=applied.reason, now=now)
        _tell_applied(transaction, account=after, payment=payment, allocation=allocation, today=today)
    tell_consequences(
        transaction, before=applied.before, folded=applied.folded, after=after, today=today,
        payment_id=payment.payment_id,
    )  # fmt: skip
    tell_closing(
        transaction, before=applied.before, after=after, refund=applied.settled.refund, money=payment.money, today=today
    )
    return after


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


def _new(account: LockedAccount, told: Told, reason: str | None) -> New:
    """The payment as the next event of its account."""
    payment = told.payment
    event = Payment(
        source_key=payment.source_key,
        effective_on=payment.effective_on,
        amount_cents=payment.amount_cents,
        extra=payment.extra,
    )
    kind = "payment_posted" if reason is None else "payment_held"
    return New(account=account, event=event, kind=kind, details=payment.data, held_because=reason)


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
