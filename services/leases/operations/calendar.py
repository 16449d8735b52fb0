"""What only the calendar brings about: promises and offers lapse, and milestones before the end are told, each once."""

from datetime import date, datetime, timedelta

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.dialects.postgresql import insert

from chassis.store import Transaction
from services.leases.contract import events
from services.leases.models import lease_milestones, lease_options, lease_standings, leases
from services.leases.operations.evaluating import evaluate_lease
from services.leases.operations.options import move_option
from services.leases.rules.calendar import MILESTONES, milestone_reached
from services.leases.rules.options import BUYOUT, EXTENSION

MONEY_DAYS = 3
"""Money that is effective in time may be told some days after the last good day of a price."""

_told = insert(lease_milestones)
_TOLD = _told.on_conflict_do_update(
    index_elements=["account_id"],
    set_={"ends_on": _told.excluded.ends_on, "milestone_days": _told.excluded.milestone_days},
)


def lapse_options(transaction: Transaction, *, limit: int, now: datetime, today: date) -> int:
    """Close prices that nobody paid and offers that nobody accepted; gives how many. Safe in many processes."""
    unpaid = and_(
        lease_options.c.option == BUYOUT, lease_options.c.status == "quoted",
        lease_options.c.ends_on < today - timedelta(days=MONEY_DAYS),
    )  # fmt: skip
    unaccepted = and_(
        lease_options.c.option == EXTENSION, lease_options.c.status == "offered", lease_options.c.ends_on < today
    )
    passed = select(lease_options).where(lease_options.c.closed_at.is_(None), or_(unpaid, unaccepted))
    rows = transaction.all(passed.limit(limit).with_for_update(skip_locked=True))
    for row in rows:
        move_option(transaction, row=row, to="lapsed", now=now, today=today)
    return len(rows)


def tell_milestones(transaction: Transaction, *, limit: int, now: datetime, today: date) -> int:
    """Tell `lease_end_approaching` for every lease that has reached a milestone, the newest alone; gives how many.

    The answers are given anew too, for options open with the days. An extended lease begins anew with its new end.
    """
    ends_on = func.coalesce(lease_standings.c.maturity_on, leases.c.ends_on)
    left = ends_on - today
    reached = case(*((left <= days, days) for days in sorted(MILESTONES)))
    due = (
        select(leases.c.account_id, ends_on.label("ends_on"))
        .join(lease_standings, lease_standings.c.account_id == leases.c.account_id)
        .outerjoin(lease_milestones, lease_milestones.c.account_id == leases.c.account_id)
        .where(lease_standings.c.status == "open", ends_on.between(today, today + timedelta(days=max(MILESTONES))))
        .where(
            or_(
                lease_milestones.c.account_id.is_(None),
                lease_milestones.c.ends_on != ends_on,
                lease_milestones.c.milestone_days > reached,
            )
        )
        .limit(limit)
        .with_for_update(of=leases, skip_locked=True)
    )
    rows = transaction.all(due)
    for row in rows:
        milestone = milestone_reached(ends_on=row["ends_on"], today=today)
        transaction.run(_TOLD, {**row, "milestone_days": milestone})
        data = {
            "account_id": str(row["account_id"]), "ends_on": row["ends_on"], "milestone_days": milestone,
            "days_left": (row["ends_on"] - today).days,
        }  # fmt: skip
        transaction.emit(events.lease_end_approaching, subject=str(row["account_id"]), data=data)
        evaluate_lease(transaction, account_id=row["account_id"], cause=None, now=now, today=today)
    return len(rows)
