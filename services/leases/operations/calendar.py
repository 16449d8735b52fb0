"""What only the calendar brings about: promises and offers lapse, and milestones before the end are told, each once."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, and_, case, exists, func, or_, select
from sqlalchemy.dialects.postgresql import insert

from chassis.store import Row, Transaction
from services.leases.contract import events
from services.leases.models import lease_milestones_told, lease_options, lease_standings, leases
from services.leases.operations.evaluating import evaluate_lease
from services.leases.operations.options import move_option
from services.leases.rules.calendar import MILESTONES, milestone_reached
from services.leases.rules.options import BUYOUT, EARLY_TERMINATION, EXTENSION, NOTICED

MONEY_DAYS = 3
"""Money that is effective in time may be told some days after the last good day of a price."""
RETURN_TOLD_DAYS = 3
"""A vehicle that came back in time may be booked some days after."""
_ENDS_ON = func.coalesce(lease_standings.c.maturity_on, leases.c.ends_on)


def lapse_options(transaction: Transaction, *, limit: int, now: datetime, today: date) -> int:
    """Close prices that nobody paid, offers that nobody accepted, notices whose vehicle did not come; gives how many.

    Safe in many processes.
    """
    unpaid = and_(
        lease_options.c.option == BUYOUT, lease_options.c.status == "quoted",
        lease_options.c.ends_on < today - timedelta(days=MONEY_DAYS),
    )  # fmt: skip
    unaccepted = and_(
        lease_options.c.option == EXTENSION, lease_options.c.status == "offered", lease_options.c.ends_on < today
    )
    unreturned = and_(
        lease_options.c.option == EARLY_TERMINATION, lease_options.c.status == NOTICED,
        lease_options.c.ends_on < today - timedelta(days=RETURN_TOLD_DAYS),
    )  # fmt: skip
    # The lease first, as everybody who moves an option does: whoever has it is not waited for.
    passed = (
        select(lease_options)
        .join(leases, leases.c.account_id == lease_options.c.account_id)
        .where(lease_options.c.closed_at.is_(None), or_(unpaid, unaccepted, unreturned))
        .with_for_update(of=[leases, lease_options], skip_locked=True)
    )
    rows = transaction.all(passed.limit(limit))
    for row in rows:
        move_option(transaction, row=row, to="lapsed", now=now, today=today)
    return len(rows)


def tell_milestones(
    transaction: Transaction, *, on: date, now: datetime, today: date, account_id: UUID | None = None
) -> None:
    """Tell `lease_end_approaching` for every lease that has reached a milestone on a day, the newest alone, and once.

    Days may be handled late and in any order. The answers are given anew too, for options open with the days. An
    extended lease begins anew with its new end. With an `account_id` that lease alone.
    """
    due = _due(on=on)
    if account_id is not None:
        due = due.where(leases.c.account_id == account_id)
    _tell(transaction, transaction.all(due.with_for_update(of=leases)), on=on, now=now, today=today)


def sweep_milestones(transaction: Transaction, *, limit: int, now: datetime, today: date) -> None:
    """The same for today, at most so many, and none that somebody else has at hand.

    What was reached yesterday is left to yesterday's end, which is on its way and tells it as of its own day: a
    sandbox's days pass between two sweeps. Where it does not come, the next day tells.
    """
    yesterdays = [days - 1 for days in MILESTONES]
    due = _due(on=today).where((_ENDS_ON - today).not_in(yesterdays)).limit(limit)
    rows = transaction.all(due.with_for_update(of=leases, skip_locked=True))
    _tell(transaction, rows, on=today, now=now, today=today)


def _due(*, on: date) -> Select[tuple[object, ...]]:
    reached = case(*((_ENDS_ON - on <= days, days) for days in sorted(MILESTONES)))
    told = lease_milestones_told
    is_told = exists().where(
        told.c.account_id == leases.c.account_id, told.c.ends_on == _ENDS_ON, told.c.milestone_days == reached
    )
    return (
        select(leases.c.account_id, _ENDS_ON.label("ends_on"))
        .join(lease_standings, lease_standings.c.account_id == leases.c.account_id)
        .where(lease_standings.c.status == "open", _ENDS_ON.between(on, on + timedelta(days=max(MILESTONES))))
        .where(~is_told)
        .order_by(leases.c.account_id)
    )


def _tell(transaction: Transaction, rows: Sequence[Row], *, on: date, now: datetime, today: date) -> None:
    told = lease_milestones_told
    for row in rows:
        milestone = milestone_reached(ends_on=row["ends_on"], today=on)
        mark = {**row, "milestone_days": milestone}
        if not transaction.all(insert(told).values(mark).on_conflict_do_nothing().returning(told.c.account_id)):
            continue
        data = {
            "account_id": str(row["account_id"]), "ends_on": row["ends_on"], "milestone_days": milestone,
            "days_left": (row["ends_on"] - on).days,
        }  # fmt: skip
        transaction.emit(events.lease_end_approaching, subject=str(row["account_id"]), data=data)
        evaluate_lease(transaction, account_id=row["account_id"], cause=None, now=now, today=max(on, today))
