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
from chassis.store import Row, Transaction
from services.accounts.contract import events
from services.accounts.models import work_items
from services.accounts.operations.allocating import Arrived, Folded, fold_all
from services.accounts.operations.banking import tell_closing
from services.accounts.operations.buying import cited_purchase, settle_purchase
from services.accounts.operations.closing import (
    LEASE_QUOTE_MET,
    Money,
    Settlement,
    ended_on,
    meets_lease_quote,
    settle_payoff,
)
from services.accounts.operations.fees import charge_returned_payment
from services.accounts.operations.locking import (
    LockedAccount,
    account_id_of,
    lock_account,
    lock_free,
    save_accounts,
)
from services.accounts.operations.recording import New, find_recorded, record_all, recorded_keys
from services.accounts.operations.telling import tell, tell_consequences, tell_reversed
from services.accounts.rules.events import Payment, PaymentAfterEnd
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
    locked = lock_free(transaction, account_ids=[each.account_id for each in told.values()])
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


def _apply(
    wave: Sequence[Told], *, locked: Mapping[UUID, LockedAccount], policy: PayoffPolicy, now: datetime, today: date
) -> dict[UUID, LockedAccount]:
    """One payment of each of several accounts; gives the accounts after them."""
    transaction = wave[0].transaction
    known = recorded_keys(transaction, source_keys=[each.payment.source_key for each in wave])
    for each in wave:
        if each.payment.source_key in known:
            _require_same(transaction, account=locked[each.account_id], payment=each.payment)
    fresh = [_fresh(each, locked[each.account_id]) for each in wave if each.payment.source_key not in known]
    if not fresh:
        return {}
    arrived = record_all(transaction, new=[each.new for each in fresh], now=now, today=today)
    folded = fold_all(transaction, events=[(each.before, came) for each, came in zip(fresh, arrived, strict=True)])
    applied = [
        _settled(each, arrived=came, folded=after, policy=policy)
        for each, came, after in zip(fresh, arrived, folded, strict=True)
    ]
    save_accounts(transaction, changed=[(each.before, each.settled.account) for each in applied], now=now)
    return {each.before.id: _tell_all(each, now=now, today=today) for each in applied}


@dataclass(frozen=True, kw_only=True)
class _Fresh:
    """A payment that the ledger has not seen, its account before it, and what is known of it beforehand.

    `quote` is the purchase of a lease that it pays, `held_because` says why the engine must not touch it. What is dated
    on the day on which the lease has ended, and comes after that end, is for what the end costs.
    """

    told: Told
    before: LockedAccount
    quote: Row | None
    held_because: str | None
    is_after_end: bool

    @property
    def new(self) -> New:
        """The payment as the next event of its account."""
        payment = self.told.payment
        of_its_day = PaymentAfterEnd if self.is_after_end and self.held_because is None else Payment
        event = of_its_day(
            source_key=payment.source_key,
            effective_on=payment.effective_on,
            amount_cents=payment.amount_cents,
            extra=payment.extra,
            is_for_lease_end=self.quote is not None and self.held_because is None,
        )
        kind = "payment_posted" if self.held_because is None else "payment_held"
        return New(
            account=self.before, event=event, kind=kind, details=payment.data, held_because=self.held_because
        )  # fmt: skip


def _fresh(told: Told, before: LockedAccount) -> _Fresh:
    transaction, payment = told.transaction, told.payment
    quote = cited_purchase(transaction, account=before, money=payment.money, effective_on=payment.effective_on)
    return _Fresh(
        told=told, before=before, quote=quote, held_because=_why_hold(transaction, before, payment),
        is_after_end=payment.effective_on == ended_on(transaction, account=before),
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class _Applied:
    """A payment in the ledger, with what followed from it; `reason` says why a person has to look at it."""

    told: Told
    before: LockedAccount
    folded: Folded
    settled: Settlement
    allocation: Allocation
    reason: str | None


def _settled(fresh: _Fresh, *, arrived: Arrived, folded: Folded, policy: PayoffPolicy) -> _Applied:
    allocation = folded.allocation_of(fresh.told.payment.source_key)
    settled = _settle(
        fresh.told.transaction, account=folded.account, quote=fresh.quote, was_open=fresh.before.status == OPEN,
        arrived=arrived, money=fresh.told.payment.money, allocation=allocation, policy=policy,
    )  # fmt: skip
    after, reason = settled.account, fresh.held_because
    if has_credit_to_return(terms=after.terms, state=after.state):
        reason = reason or "credit_after_last_instalment"
    return _Applied(
        told=fresh.told, before=fresh.before, folded=folded, settled=settled, allocation=allocation, reason=reason
    )  # fmt: skip


def _tell_all(applied: _Applied, *, now: datetime, today: date) -> LockedAccount:
    """Tell a payment and what followed from it; gives the account at the end."""
    transaction, payment, before = applied.told.transaction, applied.told.payment, applied.before
    after = _tell_what_became(
        transaction, account=applied.settled.account, payment=payment, allocation=applied.allocation,
        reason=applied.reason, now=now, today=today,
    )  # fmt: skip
    tell_consequences(
        transaction, before=before, folded=applied.folded, after=after, today=today, payment_id=payment.payment_id
    )
    refunds = applied.settled.refunds
    tell_closing(transaction, before=before, after=after, refunds=refunds, money=payment.money, today=today)
    # Telling may have closed what is paid off.
    return after if after.status == before.status else lock_account(transaction, account_id=after.id)


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
