"""Money that pays a loan off, or meets a quote, closes it: drift is ours, a surplus is set aside for the customer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, text, update

from chassis.context import CallContext
from chassis.ids import new_id
from chassis.store import Row, Transaction
from services.accounts.contract import events
from services.accounts.contract.errors import AccountNotPaidOff
from services.accounts.models import account_events, accounts, work_items
from services.accounts.operations.allocating import Arrived, Change, fold
from services.accounts.operations.locking import LockedAccount, account_id_of, lock_account, lock_for
from services.accounts.operations.quoting import mark_met, payable_quotes, promise_of
from services.accounts.operations.recording import record
from services.accounts.operations.titles import start_title_clock
from services.accounts.rules.events import LeaseEnd, Payoff, Refund
from services.accounts.rules.payoff import (
    EARLY_TERMINATION,
    PAYABLE,
    PayoffPolicy,
    is_met,
    last_that_brought,
    refund_cents,
    share_refund,
    still_open_cents,
)
from services.accounts.rules.shown import CLOSED, PAID_OFF, carried_standing, has_credit_to_return
from services.accounts.rules.state import Allocation
from services.accounts.rules.terms import LoanTerms

MISSED, LEASE_QUOTE_MET = "payoff_quote_missed", "lease_quote_met"
PAYOFF, LEASE_END, REFUND = "payoff_settled", "lease_ended", "refund_due"

# Who pays back by the way of a payment pays back no more than came that way.
_WAYS_BACK = text(
    """
    SELECT paid.source_key, CAST(CAST(paid.data ->> 'amount_cents' AS bigint) - (
        SELECT coalesce(sum(CAST(back.data ->> 'amount_cents' AS bigint)), 0) FROM account_events back
        WHERE back.account_id = paid.account_id AND back.kind = 'refund_due'
          AND back.data ->> 'payment_key' = paid.source_key
    ) AS bigint) AS cents
    FROM account_events paid
    WHERE paid.account_id = :account_id AND paid.kind = 'payment_posted' AND NOT EXISTS (
        SELECT FROM account_events undone
        WHERE undone.account_id = paid.account_id AND undone.kind IN ('payment_reversed', 'payment_returned')
          AND undone.data ->> 'payment_key' = paid.source_key
    )
    ORDER BY paid.effective_on DESC, paid.number DESC
    """
)


@dataclass(frozen=True, kw_only=True)
class Settlement:
    """The account after a payment and all that followed from it; the refunds that are due now."""

    account: LockedAccount
    refunds: tuple[Refund, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Money:
    """The payment that may close an account: its id, the key of its presentment, and the quote it cites."""

    payment_id: str
    presentment_number: int
    source_key: str
    quote_id: str | None


def settle_payoff(
    transaction: Transaction, *, account: LockedAccount, was_open: bool, arrived: Arrived, money: Money,
    allocation: Allocation, policy: PayoffPolicy,
) -> Settlement:  # fmt: skip
    """Close a loan that its payment has paid off, by amount or by quote, and set a surplus aside as a refund.

    `account` has the payment in it and is locked; only its events, allocations and postings are written here.
    """
    if allocation.kind != "payment":
        return Settlement(account=account)
    if was_open and isinstance(account.terms, LoanTerms):
        account = _paid_off(transaction, account=account, arrived=arrived, money=money, policy=policy)
    return set_aside_refund(transaction, account=account, arrived=arrived, money=money, policy=policy)


def meets_lease_quote(
    transaction: Transaction, *, account: LockedAccount, money: Money, amount_cents: int, effective_on: date
) -> bool:
    """Whether money names and meets the quote of an early end. The vehicle is sold first, so that it is held."""
    if money.quote_id is None or account.product != "lease":
        return False
    quotes = payable_quotes(transaction, account_id=account.id, on=effective_on)
    cited = [each for each in quotes if str(each["id"]) == money.quote_id and each["kind"] == EARLY_TERMINATION]
    return any(is_met(promise=promise_of(q, arriving_cents=amount_cents), effective_on=effective_on) for q in cited)


def ended_on(transaction: Transaction, *, account: LockedAccount) -> date | None:
    """The day on which a lease has ended, None while it runs."""
    if not account.state.lease_end:
        return None
    ends = select(account_events.c.effective_on).where(
        account_events.c.account_id == account.id, account_events.c.kind == LEASE_END
    )
    on: date = transaction.value(ends.order_by(account_events.c.number.desc()).limit(1))
    return on


def tell_refund(transaction: Transaction, *, account: LockedAccount, refund: Refund, today: date) -> None:
    """`refund_due`, with the id under which it is to be paid, and the payment by whose way it goes back."""
    payment_id, presentment_number = _presentment(refund.payment_key)
    transaction.emit(
        events.refund_due,
        subject=str(account.id),
        data={
            "account_id": str(account.id),
            "refund_id": _refund_id(refund),
            "amount_cents": refund.amount_cents,
            "payment_id": payment_id,
            "presentment_number": presentment_number,
            "standing": carried_standing(status=account.status, terms=account.terms, state=account.state, on=today),
        },
    )


def close_fallen_refunds(transaction: Transaction, *, changes: Sequence[Change], now: datetime) -> None:
    """Nobody is to pay out a refund any more whose payment was undone."""
    fallen = _fallen_refunds(changes)
    if fallen:
        waiting = update(work_items).where(work_items.c.source_key.in_(fallen), work_items.c.closed_at.is_(None))
        transaction.run(waiting.values(closed_at=now))


def review_credit(
    transaction: Transaction, *, account: LockedAccount, changes: Sequence[Change], now: datetime
) -> None:  # fmt: skip
    """A payment was undone: what is left of credit that was to go back waits for a person, with what it is now.

    Only a person sees whether a refund that fell with its payment had reached the customer before.
    """
    left = work_items.c.details["refund_id"].astext.is_(None) & (work_items.c.reason == REFUND)
    is_open = (work_items.c.account_id == account.id) & work_items.c.closed_at.is_(None)
    waited = transaction.run(update(work_items).where(left, is_open).values(closed_at=now))
    is_over = account.status in (PAID_OFF, CLOSED) and has_credit_to_return(terms=account.terms, state=account.state)
    if is_over and (waited or _fallen_refunds(changes)):
        _leave_to_a_person(transaction, account=account, cents=account.state.unapplied_cents, now=now)


def _fallen_refunds(changes: Sequence[Change]) -> list[str]:
    return [each.after.source_key for each in changes if each.after.kind == REFUND and not each.after.amount_cents]


def close_account(
    transaction: Transaction, *, caller: CallContext, today: date, account_id: str, payment_id: str,
    presentment_number: int,
) -> dict[str, Any]:  # fmt: skip
    """Close a paid-off account, as the payment that paid it off has settled. Raises NotFound, AccountNotPaidOff."""
    account = lock_for(transaction, caller=caller, account_id=account_id)
    if not close_on_good_funds(
        transaction, account=account, payment_id=payment_id, presentment_number=presentment_number, today=today
    ):
        raise AccountNotPaidOff()
    return {"account_id": account_id, "status": CLOSED, "closed_on": today}


def note_good_funds(transaction: Transaction, *, settled: Mapping[str, Any], today: date) -> None:
    """The same for money that payments says has settled (`account_id, payment_id, presentment_number`).

    Most money that settles closes nothing. Raises Impossible for an unknown account.
    """
    close_on_good_funds(
        transaction,
        account=lock_account(transaction, account_id=account_id_of(settled["account_id"])),
        payment_id=settled["payment_id"],
        presentment_number=settled["presentment_number"],
        today=today,
    )


def close_on_good_funds(
    transaction: Transaction, *, account: LockedAccount, payment_id: str, presentment_number: int, today: date
) -> bool:
    """Close the account; tells `account_closed`. False where that payment did not pay the account off."""
    paid_by = _paid_off_by(transaction, account=account)
    if account.status != PAID_OFF or paid_by != f"payment:{payment_id}:{presentment_number}":
        return False
    close_for_good(transaction, account=account, payment_id=payment_id, today=today)
    return True


def close_for_good(transaction: Transaction, *, account: LockedAccount, payment_id: str, today: date) -> None:
    """A paid-off account whose money is good is closed, its title is due, and that is told."""
    transaction.run(update(accounts).where(accounts.c.id == account.id).values(status=CLOSED, closed_on=today))
    standing = carried_standing(status=CLOSED, terms=account.terms, state=account.state, on=today)
    data = {"account_id": str(account.id), "payment_id": payment_id, "closed_on": today, "standing": standing}
    start_title_clock(transaction, account=account, today=today)
    transaction.emit(events.account_closed, subject=str(account.id), data=data)


def _paid_off_by(transaction: Transaction, *, account: LockedAccount) -> str | None:
    """The key of the payment that closed a loan or bought a vehicle; of an end bill, the last payment's."""
    of_account = select(account_events).where(account_events.c.account_id == account.id)
    newest = account_events.c.number.desc()
    ends = of_account.where(account_events.c.kind.in_((PAYOFF, LEASE_END))).order_by(newest).limit(1)
    end = transaction.one(ends)
    if end is not None and end["data"]["payment_key"] is not None:
        return str(end["data"]["payment_key"])
    paid = transaction.one(of_account.where(account_events.c.kind == "payment_posted").order_by(newest).limit(1))
    return None if end is None or paid is None else str(paid["source_key"])


def _paid_off(
    transaction: Transaction, *, account: LockedAccount, arrived: Arrived, money: Money, policy: PayoffPolicy
) -> LockedAccount:
    assert isinstance(account.terms, LoanTerms)
    still_open = still_open_cents(terms=account.terms, state=account.state)
    quote = None
    if still_open > 0:
        quote = _met_quote(transaction, account, arrived=arrived, money=money, still_open=still_open, policy=policy)
        if quote is None:
            return account
    payoff = Payoff(
        source_key=f"payoff:{money.source_key.partition(':')[2]}",
        effective_on=account.state.last_effective_on,
        drift_limit_cents=max(still_open, policy.drift_cents_max if quote else 0),
        payment_key=money.source_key,
    )
    data = {**_follows(money), "quote_id": None if quote is None else str(quote["id"])}
    account = record_following(transaction, account=account, event=payoff, kind=PAYOFF, details=data, arrived=arrived)
    met_id = None if quote is None else quote["id"]
    mark_met(transaction, account_id=account.id, quote_id=met_id, payment_key=money.source_key, now=arrived.now)
    return replace(account, status=PAID_OFF)


def _met_quote(
    transaction: Transaction, account: LockedAccount, *, arrived: Arrived, money: Money, still_open: int,
    policy: PayoffPolicy,
) -> Row | None:  # fmt: skip
    """The quote that the money meets although something is still open; cited or not, for a promise is a promise.

    Without a quote cited, what is still open can only be drift while it is within the limit: nothing else is asked.
    """
    if money.quote_id is None and still_open > policy.drift_cents_max:
        return None
    effective_on = arrived.event.effective_on
    quotes = payable_quotes(transaction, account_id=account.id, on=effective_on)
    for quote in sorted(quotes, key=lambda quote: str(quote["id"]) != money.quote_id):
        if is_met(promise=promise_of(quote), effective_on=effective_on):
            return quote
    is_good = {str(quote["id"]) for quote in quotes if quote["status"] in PAYABLE}
    if money.quote_id is not None and money.quote_id not in is_good:
        _open_work_item(
            transaction, account=account, reason=MISSED, now=arrived.now, source_key=f"{money.source_key}:{MISSED}",
            details={"payment_id": money.payment_id, "quote_id": money.quote_id, "still_open_cents": still_open},
        )  # fmt: skip
    return None


def set_aside_refund(
    transaction: Transaction, *, account: LockedAccount, arrived: Arrived, money: Money, policy: PayoffPolicy
) -> Settlement:
    """What a paid-off account has too much becomes a refund, if the policy gives it back.

    No payment carries back more than it brought: what is beyond goes by the way of another one, or stays credit, which
    waits for a person.
    """
    cents = refund_cents(unapplied_cents=account.state.unapplied_cents, policy=policy)
    if account.status != PAID_OFF or cents == 0:
        return Settlement(account=account)
    room_cents = _ways_back(transaction, account_id=account.id)
    shares = share_refund(cents=cents, arrived_key=money.source_key, room_cents=room_cents)
    refunds = []
    for number, (payment_key, part_cents) in enumerate(shares):
        # Ids sort by time: each belongs after the one before it.
        refund = _refund(
            account=account, payment_key=payment_key, cents=part_cents, today=arrived.today,
            now=arrived.now + timedelta(milliseconds=number),
        )  # fmt: skip
        account = record_following(
            transaction, account=account, event=refund, kind=REFUND, details=refund_details(refund), arrived=arrived
        )
        _await_refund(transaction, account=account, refund=refund, now=arrived.now)
        refunds.append(refund)
    return Settlement(account=account, refunds=tuple(refunds))


def credit_refund(
    transaction: Transaction, *, account: LockedAccount, policy: PayoffPolicy, now: datetime, today: date
) -> Refund | None:
    """The refund of the credit that a billed lease is left with.

    It goes back by the way of the last standing payment that brought as much. A person sends it where there is none:
    the work item then names no payment.
    """
    cents = refund_cents(unapplied_cents=account.state.unapplied_cents, policy=policy)
    if cents == 0:
        return None
    payment_key = last_that_brought(cents, room_cents=_ways_back(transaction, account_id=account.id))
    if payment_key is None:
        _leave_to_a_person(transaction, account=account, cents=cents, now=now)
        return None
    refund = _refund(account=account, payment_key=payment_key, cents=cents, today=today, now=now)
    _await_refund(transaction, account=account, refund=refund, now=now)
    return refund


def refund_details(refund: Refund) -> dict[str, Any]:
    """What the account's event keeps of a refund besides its own figures."""
    return {"payment_id": _presentment(refund.payment_key)[0]}


def record_following(
    transaction: Transaction, *, account: LockedAccount, event: Payoff | LeaseEnd | Refund,
    kind: str, details: Mapping[str, Any], arrived: Arrived,
) -> LockedAccount:  # fmt: skip
    """Make what follows from a payment the account's next event, and fold it in."""
    # Ids sort by time: the history shows what followed after what it followed from.
    now = arrived.now + timedelta(milliseconds=account.version + 1 - arrived.number)
    following = record(
        transaction, account=account, event=event, kind=kind, now=now, today=arrived.today, details=details
    )
    assert following is not None, "a payment pays off and is refunded once"
    return fold(transaction, account=account, arrived=following).account


def _refund(*, account: LockedAccount, payment_key: str, cents: int, today: date, now: datetime) -> Refund:
    return Refund(
        source_key=f"{REFUND}:{new_id(at=now)}", effective_on=max(today, account.state.last_effective_on),
        payment_key=payment_key, amount_cents=cents,
    )  # fmt: skip


def _ways_back(transaction: Transaction, *, account_id: UUID) -> dict[str, int]:
    """What each standing payment, the newest first, brought and has not carried back yet."""
    return {row["source_key"]: row["cents"] for row in transaction.all(_WAYS_BACK, {"account_id": account_id})}


def _await_refund(transaction: Transaction, *, account: LockedAccount, refund: Refund, now: datetime) -> None:
    """The work item that payments closes once it has paid the refund."""
    details = {**refund_details(refund), "refund_id": _refund_id(refund), "amount_cents": refund.amount_cents}
    _open_work_item(
        transaction, account=account, reason=REFUND, now=now, source_key=refund.source_key, details=details
    )  # fmt: skip


def _leave_to_a_person(transaction: Transaction, *, account: LockedAccount, cents: int, now: datetime) -> None:
    told = {"payment_id": None, "refund_id": None, "amount_cents": cents}
    key = f"{REFUND}:{new_id(at=now)}"
    _open_work_item(transaction, account=account, reason=REFUND, now=now, source_key=key, details=told)


def _open_work_item(
    transaction: Transaction, *, account: LockedAccount, reason: str, source_key: str, details: Mapping[str, Any],
    now: datetime,
) -> None:  # fmt: skip
    transaction.run(
        insert(work_items).values(
            id=new_id(at=now), account_id=account.id, source_key=source_key, reason=reason, details=details,
            opened_at=now,
        )
    )  # fmt: skip


def _follows(money: Money) -> dict[str, Any]:
    return {"payment_id": money.payment_id}


def _presentment(payment_key: str) -> tuple[str, int]:
    """The payment's id and the number of its presentment."""
    payment, _, number = payment_key.rpartition(":")
    return payment.partition(":")[2], int(number)


def _refund_id(refund: Refund) -> str:
    return str(UUID(refund.source_key.rpartition(":")[2]))
