"""The days on which payments are booked: accounts opens one, its payments are counted, and it is closed once."""

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from chassis.store import Transaction
from services.payments.contract import events
from services.payments.models import is_under_way, payment_book, payment_days, payment_postings, payments
from services.payments.operations.due import is_anything_due
from services.payments.rules.days import UNDER_WAY_NAMED_MAX, PaymentDayPolicy, ended_at, may_close

# The shared lock is the order between posting and closing: whoever waits for it reads the day that is open after it.
_BOOK_POSTINGS = text("""
    WITH book AS (SELECT business_on FROM payment_book FOR SHARE),
    booked AS (
        INSERT INTO payment_postings (payment_id, presentment_number, booked_on, amount_cents)
        SELECT p.id, p.presentment_number, book.business_on, p.amount_cents
        FROM book CROSS JOIN json_to_recordset(CAST(:postings AS json)) AS p (
            id uuid, presentment_number integer, amount_cents bigint
        )
    )
    SELECT business_on FROM book
""")
_BOOK = select(payment_book.c.business_on)


def open_payment_day(
    transaction: Transaction, *, business_on: date, policy: PaymentDayPolicy, now: datetime, today: date
) -> None:
    """Payments are booked on this day from now on, or as soon as the days before it are closed.

    A day that was missed is closed at once, where nothing of it is under way.
    """
    opened = insert(payment_days).values(business_on=business_on, opened_at=now)
    transaction.run(opened.on_conflict_do_nothing())
    first = insert(payment_book).values(is_the_only_one=True, business_on=business_on)
    transaction.run(first.on_conflict_do_nothing())
    close_payment_day(transaction, policy=policy, now=now, today=today)


def book_postings(transaction: Transaction, *, payments: Iterable[Mapping[str, Any]]) -> date | None:
    """The day on which money that was accepted now is booked; None before accounts has opened any day.

    Each presentment is booked once, in the transaction that tells it. Until that ends the day cannot be closed.
    """
    postings = [
        {"id": str(one["id"]), "presentment_number": one["presentment_number"], "amount_cents": one["amount_cents"]}
        for one in payments
    ]
    booked_on: date | None = transaction.value(_BOOK_POSTINGS, {"postings": json.dumps(postings)})
    return booked_on


def close_payment_day(transaction: Transaction, *, policy: PaymentDayPolicy, now: datetime, today: date) -> date | None:
    """Close the day that payments are booked on, if it has ended and nothing of it is under way; tells its sums.

    Gives the day that was closed. Safe to run in many processes.
    """
    business_on: date | None = transaction.value(_BOOK)
    if business_on is None or not _may_close(transaction, business_on=business_on, policy=policy, now=now, today=today):
        return None
    # Only now, so that looking whether it is time keeps nobody from posting.
    if transaction.value(_BOOK.with_for_update()) != business_on:
        return None
    _close(transaction, business_on=business_on, now=now)
    return business_on


def _may_close(
    transaction: Transaction, *, business_on: date, policy: PaymentDayPolicy, now: datetime, today: date
) -> bool:
    ended = ended_at(business_on=business_on, today=today, now=now, policy=policy)
    if ended is None or not _is_opened(transaction, business_on=business_on):
        return False
    if is_anything_due(transaction, on=business_on):
        return False
    count = len(_accounts_under_way(transaction, business_on=business_on))
    return may_close(ended=ended, under_way_count=count, now=now, policy=policy)


def _close(transaction: Transaction, *, business_on: date, now: datetime) -> None:
    posted = transaction.one(
        select(
            func.count().label("count"), func.coalesce(func.sum(payment_postings.c.amount_cents), 0).label("cents")
        ).where(payment_postings.c.booked_on == business_on)
    )
    assert posted is not None
    count, cents = int(posted["count"]), int(posted["cents"])
    closed = update(payment_days).where(payment_days.c.business_on == business_on)
    transaction.run(closed.values(closed_at=now, posted_count=count, posted_cents=cents))
    transaction.run(update(payment_book).values(business_on=business_on + timedelta(days=1)))
    transaction.emit(
        events.payment_day_closed,
        subject=business_on.isoformat(),
        data={
            "business_on": business_on,
            "count": count,
            "cents": cents,
            "unconfirmed_account_ids": [
                str(account_id) for account_id in _accounts_under_way(transaction, business_on=business_on)
            ],
        },
    )


def _is_opened(transaction: Transaction, *, business_on: date) -> bool:
    opened = select(payment_days.c.business_on).where(payment_days.c.business_on == business_on)
    return transaction.value(opened) is not None


def _accounts_under_way(transaction: Transaction, *, business_on: date) -> list[UUID]:
    """Whose money of that day may still come in, one more than are named at most."""
    rows = transaction.all(
        select(payments.c.account_id)
        .distinct()
        .where(is_under_way, payments.c.effective_on <= business_on)
        .order_by(payments.c.account_id)
        .limit(UNDER_WAY_NAMED_MAX + 1)
    )
    return [row["account_id"] for row in rows]
