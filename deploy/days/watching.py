"""What the books say of business days: how far each has come and what it did; and waiting until one is closed."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select

from chassis.store import Database, Row
from deploy.stack import StackProblem
from services.accounts.contract.statements import MONTHLY
from services.accounts.models import business_day_batches, business_days, statements

LOOK_AGAIN_SECONDS = 0.2
_ONE_DAY = timedelta(days=1)
COUNTED = ("accounts", "bills", "reminders", "late_fees", "past_due", "failures")

_batches = business_day_batches
_of_day = _batches.c.business_on == business_days.c.business_on
_statements = (
    select(func.count())
    .where(statements.c.statement_on == business_days.c.business_on, statements.c.kind == MONTHLY)
    .scalar_subquery()
)
_DAYS = (
    select(
        business_days,
        _statements.label("statements_count"),
        *(func.coalesce(func.sum(_batches.c[f"{name}_count"]), 0).label(f"{name}_count") for name in COUNTED),
    )
    .outerjoin(_batches, _of_day)
    .group_by(business_days.c.business_on)
    .order_by(business_days.c.business_on)
)


@dataclass(frozen=True, kw_only=True)
class Day:
    """One business day: how far it has come, and how much it did."""

    business_on: date
    stage: str
    accounts: int
    bills: int
    reminders: int
    late_fees: int
    past_due: int
    failures: int
    statements: int
    payments: int | None

    @property
    def is_closed(self) -> bool:
        return self.stage.startswith("closed")

    @property
    def is_sound(self) -> bool:
        """Confirmed by payments as far as it has come, and no account was left out."""
        return self.failures == 0 and "unconfirmed" not in self.stage

    def line(self) -> str:
        """As it is printed."""
        payments = "" if self.payments is None else f", {self.payments} payments"
        failures = f", {self.failures} accounts left out (see the work list)" if self.failures else ""
        return (
            f"{self.business_on}  {self.stage}: {self.bills} bills, {self.statements} statements, "
            f"{self.reminders} reminders, {self.late_fees} late fees, {self.past_due} past due{payments}{failures}"
        )


def days_of(database: Database, *, since_on: date | None = None) -> list[Day]:
    """The business days that were opened, the oldest first, from a date on."""
    statement = _DAYS if since_on is None else _DAYS.where(business_days.c.business_on >= since_on)
    with database.reading() as transaction:
        return [_day(row) for row in transaction.all(statement)]


def newest_closed_on(database: Database) -> date | None:
    """The last day that is over; None before there is one."""
    closed = select(func.max(business_days.c.business_on)).where(business_days.c.closed_at.is_not(None))
    with database.reading() as transaction:
        found: date | None = transaction.value(closed)
    return found


def is_billed(database: Database, *, on: date) -> bool:
    """Whether the bills and reminders of a day are out."""
    billed = select(business_days.c.billed_at).where(business_days.c.business_on == on)
    with database.reading() as transaction:
        return transaction.value(billed) is not None


def wait_until(is_done: Callable[[], bool], *, seconds: float, what: str) -> None:
    """Look again and again. Raises StackProblem when it takes longer."""
    deadline = time.monotonic() + seconds
    while not is_done():
        if time.monotonic() > deadline:
            raise StackProblem(f"{what} after {seconds:g} s; `captive day status` shows how far it has come.")
        time.sleep(LOOK_AGAIN_SECONDS)


def closed_days(database: Database, *, first_on: date, through_on: date, seconds: float) -> Iterator[Day]:
    """Each day from one to another, as soon as it is closed; `seconds` are for each. Raises StackProblem."""
    reached = first_on
    while reached <= through_on:
        closed: list[Day] = []

        def has_closed(since_on: date = reached, found: list[Day] = closed) -> bool:
            found[:] = [day for day in days_of(database, since_on=since_on) if day.is_closed]
            return bool(found)

        wait_until(has_closed, seconds=seconds, what=f"{reached} is not closed")
        for day in closed:
            if day.business_on <= through_on:
                yield day
        reached = closed[-1].business_on + _ONE_DAY


def _day(row: Row) -> Day:
    counted = {name: int(row[f"{name}_count"]) for name in COUNTED}
    return Day(
        business_on=row["business_on"], stage=_stage(row), statements=row["statements_count"],
        payments=row["payments_count"], **counted,
    )  # fmt: skip


def _stage(row: Row) -> str:
    if row["closed_at"] is not None:
        return "closed" if row["confirmed_at"] is not None else "closed, payments unconfirmed"
    if row["billed_at"] is None:
        return "opened"
    if row["confirmed_at"] is not None or row["unconfirmed_at"] is not None:
        return "closing" if row["confirmed_at"] is not None else "closing, payments unconfirmed"
    return "billed, waits for payments"
