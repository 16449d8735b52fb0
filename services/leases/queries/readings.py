"""Odometer readings, and the miles at the end that follow from them."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import select

from chassis.context import CallContext
from chassis.store import Row, Transaction
from services.leases.models import odometer_readings
from services.leases.queries.lease import read_lease
from services.leases.rules.mileage import MileageProjection, Reading, project_mileage, prorated_allowance


def list_odometer_readings(transaction: Transaction, *, caller: CallContext, account_id: str) -> dict[str, Any]:
    """Every reading on record, the newest day first. Raises NotFound."""
    lease = read_lease(transaction, caller=caller, account_id=account_id)
    return {"data": read_readings(transaction, lease=lease)}


def read_readings(transaction: Transaction, *, lease: Row) -> list[Row]:
    of_lease = select(odometer_readings).where(odometer_readings.c.account_id == lease["account_id"])
    in_order = (odometer_readings.c.read_on.desc(), odometer_readings.c.miles.desc())
    return transaction.all(of_lease.order_by(*in_order))


def mileage_outlook(*, lease: Row, readings: Sequence[Row], ends_on: date) -> dict[str, Any]:
    """The outlook as it is shown, with the sentence that says on what it rests."""
    last = readings[0] if readings else None
    projection = None if last is None else _projected(lease, last=last, ends_on=ends_on)
    return {
        "start_miles": lease["start_miles"] or 0,
        "last_miles": last["miles"] if last else None,
        "last_read_on": last["read_on"] if last else None,
        "miles_per_day": f"{projection.miles_per_day:.1f}" if projection else None,
        "projected_miles": projection.projected_miles if projection else None,
        "allowed_miles": projection.allowed_miles if projection else None,
        "excess_miles": projection.excess_miles if projection else None,
        "excess_cents": projection.excess_cents if projection else None,
        "explanation": _explained(lease, last=last, projection=projection),
    }


def _projected(lease: Row, *, last: Row, ends_on: date) -> MileageProjection | None:
    if lease["mileage_allowance_miles"] is None or lease["excess_mile_cents"] is None:
        return None
    started_on = lease["first_due_on"]
    allowance = prorated_allowance(
        allowance_miles=lease["mileage_allowance_miles"], term_days=(lease["ends_on"] - started_on).days,
        used_days=(ends_on - started_on).days,
    )  # fmt: skip
    return project_mileage(
        last=Reading(miles=last["miles"], read_on=last["read_on"]),
        start=Reading(miles=lease["start_miles"] or 0, read_on=started_on),
        ends_on=ends_on,
        allowance_miles=allowance,
        cents_per_mile=lease["excess_mile_cents"],
    )


def _explained(lease: Row, *, last: Row | None, projection: MileageProjection | None) -> str:
    if lease["mileage_allowance_miles"] is None or lease["excess_mile_cents"] is None:
        return "The contract on record names no mileage allowance: ask us."
    if last is None:
        return "We have no odometer reading yet: tell us one, and we carry your miles on to the end."
    if projection is None:
        return "One reading on the first day of the lease says nothing of the pace: tell us another one."
    start = "" if lease["start_miles"] is not None else " The vehicle is taken to have been new."
    return (
        f"{last['miles']:,} miles on {last['read_on']} are {projection.miles_per_day:.1f} a day since "
        f"{lease['first_due_on']}; at that pace the odometer shows {projection.projected_miles:,} at the end.{start}"
    )
