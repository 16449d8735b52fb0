"""The lessee's odometer statement: what was signed is kept as it was, and its miles are a reading like others."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert

from chassis.context import CallContext
from chassis.ids import new_id
from chassis.store import Transaction
from services.leases.models import odometer_statements
from services.leases.operations.readings import keep_reading, lock_lease_for
from services.leases.rules.mileage import Reading
from services.leases.rules.odometer import notice_of, statement_is_required
from services.leases.rules.told import statement_as_told


def sign_odometer_statement(
    transaction: Transaction, *, caller: CallContext, lessor: Mapping[str, str], account_id: str, printed_name: str,
    lessee_address: str, miles: int, certification: str, body_type: str | None, now: datetime, today: date,
) -> dict[str, Any]:  # fmt: skip
    """Keep a statement with every field of 49 CFR 580.7; of an exempt vehicle as one of the lessee's free will.

    Raises NotFound, OdometerRunsBack.
    """
    lease = lock_lease_for(transaction, caller=caller, account_id=account_id)
    reading = keep_reading(
        transaction, lease=lease, reading=Reading(miles=miles, read_on=today), source="statement",
        recorded_by=caller.subject, now=now, today=today,
    )  # fmt: skip
    is_required = statement_is_required(vehicle=lease["vehicle"], transferred_on=today)
    details = {
        "printed_name": printed_name, "lessee_address": lessee_address, "miles": miles, "body_type": body_type,
        "lessor_name": lessor["name"], "lessor_address": lessor["address"], "notice": notice_of(is_required),
        "notice_on": today.isoformat(), "received_on": today.isoformat(),
        **{name: lease["vehicle"].get(name) for name in ("vin", "year", "make", "model")},
    }  # fmt: skip
    row = {
        "id": new_id(at=now), "account_id": lease["account_id"], "reading_id": reading["id"],
        "certification": certification, "details": details, "signed_by": caller.subject, "signed_at": now,
    }  # fmt: skip
    transaction.run(insert(odometer_statements).values(row))
    return statement_as_told(row)
