"""A business day of accounts is over: what it brings about here follows, with its date and not the clock's."""

from datetime import date, datetime

from chassis.store import Transaction
from services.leases.operations.calendar import tell_milestones
from services.leases.operations.renewals import end_extensions, renew_leases


def follow_day(transaction: Transaction, *, on: date, now: datetime, today: date) -> None:
    """Milestones of the day are told, leases that go on from month to month are renewed, extensions end.

    A day that is told twice, or late, changes nothing twice.
    """
    tell_milestones(transaction, on=on, now=now, today=today)
    end_extensions(transaction, on=on)
    renew_leases(transaction, on=on, now=now)
