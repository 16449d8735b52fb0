"""Payoff quotes as promises: issued under the account's lock, met by money, withdrawn or expired, never changed."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, or_, select, update

from chassis.context import SERVICE, CallContext
from chassis.ids import new_id
from chassis.store import Row, Transaction
from services.accounts.contract import events
from services.accounts.contract.errors import NothingToPayOff, QuoteKindUnfit
from services.accounts.models import payoff_quotes, received_cents
from services.accounts.operations.locking import LockedAccount, lock_for
from services.accounts.rules.addresses import PaymentAddress
from services.accounts.rules.interest import format_per_diem
from services.accounts.rules.payoff import (
    COUNTED_PAYMENT_RETURNED,
    DRIFT_BEYOND_LIMIT,
    EXPIRED,
    KIND_OF_LOANS,
    KINDS_OF_LEASES,
    LIVE,
    MAY_BE_MET,
    MET,
    PAYABLE,
    WITHDRAWN,
    Line,
    PayoffPolicy,
    Promise,
    drift_cents,
    lines_from_stored,
    payoff_on,
    require_good_through,
    why_withdraw,
)
from services.accounts.rules.payoff_wording import BREAKDOWN, explained, quote_as_told
from services.accounts.rules.shown import OPEN, carried_standing

WITHDRAWN_BECAUSE = {
    DRIFT_BEYOND_LIMIT: "We found that more is owed than we had told you. Ask for a new payoff quote before you pay.",
    COUNTED_PAYMENT_RETURNED: (
        "A payment that this quote counted was returned by the bank. Ask for a new payoff quote before you pay."
    ),
}


def issue_payoff_quote(
    transaction: Transaction, *, caller: CallContext, policy: PayoffPolicy, addresses: tuple[PaymentAddress, ...],
    now: datetime, today: date, account_id: str, kind: str, good_through: date, lines: Sequence[Mapping[str, Any]],
    source_ref: str | None,
) -> dict[str, Any]:  # fmt: skip
    """Promise that a sum effective by a date closes the account. The same promise asked for again is the same quote.

    Raises NotFound, GoodThroughOutOfRange, QuoteKindUnfit, NothingToPayOff.
    """
    account = lock_for(transaction, caller=caller, account_id=account_id)
    _require_fit(account, caller=caller, kind=kind, is_priced_outside=bool(lines) or source_ref is not None)
    require_good_through(good_through=good_through, today=today, policy=policy)
    added = lines_from_stored(lines)
    quote = _promised(account, kind=kind, on=good_through, lines=added, today=today, now=now)
    quote |= {"source_ref": source_ref, "drift_limit_cents": policy.drift_cents_max, "id": new_id(at=now)}
    known = _same_promise(transaction, quote)
    if known is None:
        transaction.run(insert(payoff_quotes).values(quote))
        transaction.emit(
            events.payoff_quote_issued, subject=str(account.id), data=_about(quote, account=account, today=today)
        )
    # A promise that rests on the account as it is now has received nothing yet.
    shown = {**(known or quote), "received_cents": 0}
    return quote_as_told(shown, product=account.product, today=today, addresses=addresses)


def review_payoff_quotes(
    transaction: Transaction, *, account: LockedAccount, now: datetime, today: date,
    returned_number: int | None = None,
) -> list[UUID]:  # fmt: skip
    """Withdraw and tell the live quotes that a change of a locked account has broken; gives their ids.

    Called by whatever changes an account other than by money. `returned_number` is the number of the event whose
    payment came back: it voids the quotes that counted it. An account that is paid off keeps its promises.
    """
    if account.status != OPEN:
        return []
    broken = []
    for quote in payable_quotes(transaction, account_id=account.id, on=today, statuses=(LIVE,)):
        promise = promise_of(quote)
        drift = drift_cents(
            promise=promise, terms=account.terms, state=account.state,
            lines=lines_from_stored(quote["lines"]),
        )  # fmt: skip
        counted = returned_number is not None and returned_number <= quote["rests_on_number"]
        reason = why_withdraw(drift_cents=drift, limit_cents=promise.drift_limit_cents, counted_returned=counted)
        if reason is not None:
            _withdraw(transaction, quote=quote, account=account, reason=reason, now=now, today=today)
            broken.append(quote["id"])
    return broken


def expire_payoff_quotes(
    transaction: Transaction, *, now: datetime, today: date, account_id: UUID | None = None
) -> int:
    """Note that live quotes, or those of one account, have passed their last good day; gives their number.

    Safe to run in many processes.
    """
    passed = (
        select(payoff_quotes.c.id)
        .where(payoff_quotes.c.status == LIVE, payoff_quotes.c.good_through < today)
        .with_for_update(skip_locked=True)
    )
    if account_id is not None:
        passed = passed.where(payoff_quotes.c.account_id == account_id)
    expired = update(payoff_quotes).where(payoff_quotes.c.id.in_(passed.scalar_subquery()))
    return transaction.run(expired.values(status=EXPIRED, decided_at=now))


def give_up_quotes(transaction: Transaction, *, account_id: UUID, now: datetime) -> None:
    """A lease ends in another way: nothing can meet its live quotes any more, they are as had they expired."""
    live = update(payoff_quotes).where(payoff_quotes.c.account_id == account_id, payoff_quotes.c.status == LIVE)
    transaction.run(live.values(status=EXPIRED, decided_at=now))


def payable_quotes(
    transaction: Transaction, *, account_id: UUID, on: date, statuses: Sequence[str] = MAY_BE_MET
) -> list[Row]:
    """Quotes of an account that money effective on a date may meet, the oldest first, with what they have received."""
    return transaction.all(
        select(payoff_quotes, received_cents())
        .where(
            payoff_quotes.c.account_id == account_id,
            payoff_quotes.c.status.in_(statuses),
            payoff_quotes.c.good_through >= on,
        )
        .order_by(payoff_quotes.c.id)
    )


def promise_of(quote: Mapping[str, Any], *, arriving_cents: int = 0) -> Promise:
    """What the rules need of a row of `payable_quotes`, with money that is not recorded yet."""
    return Promise(
        payoff_cents=quote["payoff_cents"],
        good_through=quote["good_through"],
        status=quote["status"],
        received_cents=int(quote["received_cents"]) + arriving_cents,
        withdrawn_reason=quote["withdrawn_reason"],
        withdrawn_on=quote["withdrawn_on"],
        drift_limit_cents=quote["drift_limit_cents"],
    )


def mark_met(
    transaction: Transaction, *, account_id: UUID, quote_id: UUID | None, payment_key: str, now: datetime
) -> None:
    """What every open promise of an account promised has come about, by one payment; and the quote that it met."""
    is_open = or_(payoff_quotes.c.status.in_(PAYABLE), payoff_quotes.c.id == quote_id)
    of_account = update(payoff_quotes).where(payoff_quotes.c.account_id == account_id, is_open)
    decided = {"status": MET, "met_by_key": payment_key, "withdrawn_reason": None, "withdrawn_on": None}
    transaction.run(of_account.values(**decided, decided_at=now))


def _require_fit(account: LockedAccount, *, caller: CallContext, kind: str, is_priced_outside: bool) -> None:
    kinds = (KIND_OF_LOANS,) if account.product == "loan" else KINDS_OF_LEASES
    is_for_services = kind != KIND_OF_LOANS or is_priced_outside
    if kind not in kinds or (is_for_services and caller.role != SERVICE):
        raise QuoteKindUnfit()
    if account.status != OPEN:
        raise NothingToPayOff()


def _promised(
    account: LockedAccount, *, kind: str, on: date, lines: Sequence[Line], today: date, now: datetime
) -> dict[str, Any]:
    figures = payoff_on(terms=account.terms, state=account.state, on=on, lines=lines)
    if figures.payoff_cents == 0:
        raise NothingToPayOff()
    return {
        "account_id": account.id,
        "kind": kind,
        "lines": [asdict(line) for line in lines],
        **{name: getattr(figures, name) for name in BREAKDOWN},
        "payoff_cents": figures.payoff_cents,
        "per_diem": format_per_diem(figures.per_diem),
        "as_of_on": today,
        "good_through": on,
        "rests_on_number": account.version,
        "explanation": explained(terms=account.terms, state=account.state, figures=figures, lines=lines),
        "status": LIVE,
        "met_by_key": None,
        "withdrawn_reason": None,
        "withdrawn_on": None,
        "issued_at": now,
        "decided_at": None,
    }


def _same_promise(transaction: Transaction, quote: Mapping[str, Any]) -> Row | None:
    same = ("account_id", "kind", "good_through", "rests_on_number", "payoff_cents", "status")
    conditions = [payoff_quotes.c[name] == quote[name] for name in same]
    by_whom = payoff_quotes.c.source_ref.is_not_distinct_from(quote["source_ref"])
    return transaction.one(select(payoff_quotes).where(*conditions, by_whom, payoff_quotes.c.lines == quote["lines"]))


def _withdraw(
    transaction: Transaction, *, quote: Row, account: LockedAccount, reason: str, now: datetime, today: date
) -> None:
    withdrawn = update(payoff_quotes).where(payoff_quotes.c.id == quote["id"])
    transaction.run(withdrawn.values(status=WITHDRAWN, withdrawn_reason=reason, withdrawn_on=today, decided_at=now))
    data = {**_about(quote, account=account, today=today), "reason_code": reason, "reason": WITHDRAWN_BECAUSE[reason]}
    transaction.emit(events.payoff_quote_withdrawn, subject=str(account.id), data=data)


def _about(quote: Mapping[str, Any], *, account: LockedAccount, today: date) -> dict[str, Any]:
    return {
        "account_id": str(account.id),
        "quote_id": str(quote["id"]),
        **{name: quote[name] for name in ("kind", "payoff_cents", "per_diem", "good_through")},
        "standing": carried_standing(status=account.status, terms=account.terms, state=account.state, on=today),
    }
