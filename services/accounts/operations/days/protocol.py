"""The order of a business day: opened, billed, confirmed by payments, closed; one row a day, and one open at a time."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Update, func, select, update
from sqlalchemy.dialects.postgresql import insert

from chassis import logs
from chassis.errors import Impossible
from chassis.ids import new_id
from chassis.store import Row, Transaction
from services.accounts.contract import events
from services.accounts.models import account_events, business_days, work_items

BOOKED_KINDS = ("payment_posted", "payment_held")
UNCONFIRMED = "payment_day_unconfirmed"

log = logs.logger(__name__)


def newest_day(transaction: Transaction) -> Row | None:
    """The day that is open, else the last one that was."""
    return transaction.one(select(business_days).order_by(business_days.c.business_on.desc()).limit(1))


def open_day(transaction: Transaction, *, on: date, now: datetime) -> bool:
    """Open a day and tell `business_day_opened`. False where somebody else was first."""
    opened = insert(business_days).values(business_on=on, opened_at=now)
    # Whoever loses may meet either key: that of the day, or that only one day is open.
    if transaction.run(opened.on_conflict_do_nothing()) == 0:
        return False
    transaction.emit(events.business_day_opened, subject=on.isoformat(), data={"business_on": on})
    return True


def note_billed(transaction: Transaction, *, on: date, now: datetime) -> bool:
    """The opening stage of a day is over."""
    return _step(transaction, _of(on).where(business_days.c.billed_at.is_(None)).values(billed_at=now))


def note_awaited(transaction: Transaction, *, on: date, now: datetime) -> None:
    """From now on it is counted how long the day waits for payments."""
    awaited = _of(on).where(business_days.c.awaited_since.is_(None)).values(awaited_since=now)
    transaction.run(awaited)


def note_payments_closed(transaction: Transaction, *, told: Mapping[str, Any], now: datetime) -> None:
    """Keep what payments says of a day. Raises Impossible for a day that was never opened, and for other figures."""
    on = told["business_on"]
    figures = {
        "payments_count": told["count"],
        "payments_cents": told["cents"],
        "unconfirmed_account_ids": [UUID(each) for each in told["unconfirmed_account_ids"]],
    }
    first = _of(on).where(business_days.c.payments_closed_at.is_(None))
    if _step(transaction, first.values(payments_closed_at=now, **figures)):
        return
    known = transaction.one(select(business_days).where(business_days.c.business_on == on))
    if known is None or any(known[name] != value for name, value in figures.items()):
        raise Impossible("Payments told of a day that was never opened here, or told of it twice in different ways.")


def confirm(transaction: Transaction, *, day: Row, now: datetime) -> bool:
    """Confirm a day where our own count and cents of its payments agree with those of payments. False where not."""
    if day["payments_closed_at"] is None:
        return False
    count, cents = booked(transaction, on=day["business_on"])
    if (count, cents) != (day["payments_count"], day["payments_cents"]):
        return False
    unsettled = _of(day["business_on"]).where(business_days.c.confirmed_at.is_(None))
    if _step(transaction, unsettled.values(confirmed_at=now)) and day["unconfirmed_at"] is not None:
        item = update(work_items).where(work_items.c.source_key == _alarm_key(day["business_on"]))
        transaction.run(item.where(work_items.c.closed_at.is_(None)).values(closed_at=now))
    return True


def give_up_waiting(transaction: Transaction, *, day: Row, wait: timedelta, now: datetime) -> bool:
    """Go on without confirmation after so long a wait, with an alarm. False while it is not so long yet."""
    if day["awaited_since"] is None or now - day["awaited_since"] < wait:
        return False
    on = day["business_on"]
    waiting = _of(on).where(business_days.c.confirmed_at.is_(None), business_days.c.unconfirmed_at.is_(None))
    if not _step(transaction, waiting.values(unconfirmed_at=now)):
        return True
    count, cents = booked(transaction, on=on)
    figures = {
        "business_on": on.isoformat(), "our_count": count, "our_cents": cents,
        "payments_count": day["payments_count"], "payments_cents": day["payments_cents"],
    }  # fmt: skip
    log.error("payments of the day are not confirmed, no late fee is assessed", **figures)
    item = insert(work_items).values(
        id=new_id(at=now), account_id=None, source_key=_alarm_key(on), reason=UNCONFIRMED, details=figures,
        opened_at=now,
    )  # fmt: skip
    transaction.run(item.on_conflict_do_nothing(constraint="uq_work_items_source_key"))
    return True


def confirm_late(transaction: Transaction, *, now: datetime) -> None:
    """Days that went on unconfirmed are confirmed when the figures agree after all; their alarm ends."""
    is_late = (business_days.c.unconfirmed_at.is_not(None), business_days.c.confirmed_at.is_(None))
    for day in transaction.all(select(business_days).where(*is_late, business_days.c.payments_closed_at.is_not(None))):
        confirm(transaction, day=day, now=now)


def close_day(transaction: Transaction, *, day: Row, now: datetime) -> bool:
    """The closing stage of a day is over; tells `business_day_closed`. False where somebody else was first."""
    on = day["business_on"]
    if not _step(transaction, _of(on).where(business_days.c.closed_at.is_(None)).values(closed_at=now)):
        return False
    data = {"business_on": on, "payments_confirmed": day["confirmed_at"] is not None}
    transaction.emit(events.business_day_closed, subject=on.isoformat(), data=data)
    return True


def booked(transaction: Transaction, *, on: date) -> tuple[int, int]:
    """How many payments of a business day the ledger has, and their cents, held and returned ones too."""
    cents = func.sum(account_events.c.data["amount_cents"].astext.cast(BigInteger))
    row = transaction.one(
        select(func.count().label("count"), func.coalesce(cents, 0).label("cents")).where(
            account_events.c.kind.in_(BOOKED_KINDS), account_events.c.data["booked_on"].astext == on.isoformat()
        )
    )
    assert row is not None
    return int(row["count"]), int(row["cents"])


def _of(on: date) -> Update:
    return update(business_days).where(business_days.c.business_on == on)


def _step(transaction: Transaction, statement: Update) -> bool:
    return transaction.run(statement) > 0


def _alarm_key(on: date) -> str:
    return f"{UNCONFIRMED}:{on.isoformat()}"
