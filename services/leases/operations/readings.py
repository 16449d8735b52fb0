"""Odometer readings: kept as they were told, unless an odometer would have run back."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select

from chassis.context import AGENT, CallContext
from chassis.errors import FieldError
from chassis.ids import new_id
from chassis.store import Row, Transaction
from services.leases.contract.errors import NotFound, OdometerRunsBack, ReadingDateOutOfRange
from services.leases.models import odometer_readings
from services.leases.operations.evaluating import lock_lease
from services.leases.rules.mileage import Reading, contradicted_by, is_plausible


def record_odometer_reading(
    transaction: Transaction, *, caller: CallContext, account_id: str, miles: int, read_on: date | None, now: datetime,
    today: date,
) -> dict[str, Any]:  # fmt: skip
    """Keep what the customer, or staff for them, has read. Raises NotFound, OdometerRunsBack, ReadingDateOutOfRange."""
    lease = lock_lease_for(transaction, caller=caller, account_id=account_id)
    source = "staff" if caller.role == AGENT else "customer"
    return keep_reading(
        transaction, lease=lease, reading=Reading(miles=miles, read_on=read_on or today), source=source,
        recorded_by=caller.subject, now=now, today=today,
    )  # fmt: skip


def keep_reading(
    transaction: Transaction, *, lease: Row, reading: Reading, source: str, recorded_by: str, now: datetime, today: date
) -> dict[str, Any]:
    """The row of a reading that nothing contradicts. Raises OdometerRunsBack, ReadingDateOutOfRange."""
    start = start_of(lease)
    if not start.read_on <= reading.read_on <= today:
        sentence = f"Choose a day from {start.read_on} to {today}."
        raise ReadingDateOutOfRange(errors=[FieldError(pointer="/read_on", code="out_of_range", detail=sentence)])
    known = readings_of(transaction, account_id=lease["account_id"])
    other = contradicted_by(reading, known=[start, *known])
    if other is not None:
        raise OdometerRunsBack(
            f"On {other.read_on} the odometer showed {other.miles:,} miles. Read it again; call us if that was wrong.",
            errors=[FieldError(pointer="/miles", code="contradicted", detail=f"{other.miles} on {other.read_on}.")],
        )
    row = {
        "id": new_id(at=now), "account_id": lease["account_id"], "miles": reading.miles, "read_on": reading.read_on,
        "source": source, "is_plausible": is_plausible(reading, known=known, start=start), "recorded_by": recorded_by,
        "recorded_at": now,
    }  # fmt: skip
    transaction.run(insert(odometer_readings).values(row))
    return row


def readings_of(transaction: Transaction, *, account_id: UUID) -> list[Reading]:
    """What is on record, the oldest day first."""
    columns = (odometer_readings.c.miles, odometer_readings.c.read_on)
    in_order = (odometer_readings.c.read_on, odometer_readings.c.miles)
    rows = transaction.all(select(*columns).where(odometer_readings.c.account_id == account_id).order_by(*in_order))
    return [Reading(miles=row["miles"], read_on=row["read_on"]) for row in rows]


def start_of(lease: Row) -> Reading:
    """The odometer when the lease began; a contract that does not say was for a new vehicle."""
    return Reading(miles=lease["start_miles"] or 0, read_on=lease["first_due_on"])


def lock_lease_for(transaction: Transaction, *, caller: CallContext, account_id: str) -> Row:
    """The lease that a caller wants to change. Raises NotFound for a foreign one and an absent one alike."""
    caller.require(account_id)
    try:
        lease = lock_lease(transaction, account_id=UUID(account_id))
    except ValueError:
        raise NotFound() from None
    if lease is None:
        raise NotFound()
    return lease
