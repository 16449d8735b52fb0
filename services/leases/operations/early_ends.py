"""A lease that ends early: the vehicle is back, its value is known, and accounts bills what Regulation M allows."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

from chassis.context import CallContext
from chassis.ids import new_id
from chassis.store import Row, Transaction
from services.leases.contract import events
from services.leases.contract.errors import (
    OptionAlreadyOpen,
    OptionNotOpen,
    ServicememberNotOnRecord,
    ServicememberOrdersDoNotFit,
)
from services.leases.models import facts_of
from services.leases.operations.options import open_option
from services.leases.operations.readings import keep_reading, lock_lease_for
from services.leases.operations.renewals import end_lease_time
from services.leases.rules import Facts
from services.leases.rules.early_end import early_fees, misfit_of_orders
from services.leases.rules.mileage import Reading
from services.leases.rules.options import EARLY_TERMINATION
from services.leases.rules.renewal import VEHICLE_RETURNED
from services.leases.rules.state_policies import state_policy
from services.leases.rules.told import ORDER_DATES, early_end_as_told


def end_early(
    transaction: Transaction, *, caller: CallContext, figures: Mapping[str, Any], account_id: str, returned_on: date,
    miles: int, realized_value_cents: int, value_source: str, is_servicemember: bool,
    orders: Mapping[str, Any] | None, now: datetime, today: date,
) -> dict[str, Any]:  # fmt: skip
    """End it as of the return, and have accounts bill it; tells `vehicle_returned`.

    Raises NotFound, OptionAlreadyOpen, OptionNotOpen, OdometerRunsBack, ReadingDateOutOfRange, and
    ServicememberNotOnRecord or ServicememberOrdersDoNotFit where `orders` are not what the law asks for.
    """
    lease = lock_lease_for(transaction, caller=caller, account_id=account_id)
    _require_running(transaction, account_id=lease["account_id"])
    _require_orders(lease, orders=orders, called_up_on=figures["servicemember_from_on"], returned_on=returned_on)
    keep_reading(
        transaction, lease=lease, reading=Reading(miles=miles, read_on=returned_on), source="inspection",
        recorded_by=caller.subject, now=now, today=today,
    )  # fmt: skip
    disposition_cents = 0 if is_servicemember else lease["disposition_fee_cents"] or 0
    fees = early_fees(disposition_fee_cents=disposition_cents, policy=state_policy(state=figures["state"]))
    details = {
        "way": "early_termination", "returned_on": returned_on.isoformat(), "due_through_on": returned_on.isoformat(),
        "vehicle_cents": None if is_servicemember else realized_value_cents, "value_source": value_source,
        "realized_value_cents": realized_value_cents, "is_servicemember": is_servicemember,
        "orders": None if orders is None else {**orders, **{name: orders[name].isoformat() for name in ORDER_DATES}},
        "charges": [asdict(line) for line in fees],
    }  # fmt: skip
    row = open_option(
        transaction, option_id=new_id(at=now), account_id=lease["account_id"], option=EARLY_TERMINATION,
        ends_on=returned_on, details=details, opened_by=caller.subject, now=now, today=today,
    )  # fmt: skip
    end_lease_time(transaction, account_id=lease["account_id"], because=VEHICLE_RETURNED, today=today)
    known = {"account_id": account_id, "option_id": str(row["id"])}
    returned = {
        **known, "way": "early_termination", "returned_on": returned_on, "due_through_on": returned_on,
        "vehicle_cents": details["vehicle_cents"], "miles": miles,
    }  # fmt: skip
    transaction.emit(events.vehicle_returned, subject=account_id, data=returned)
    transaction.emit(events.end_bill_itemised, subject=account_id, data=known)
    return early_end_as_told(row=row)


def _require_orders(
    lease: Row, *, orders: Mapping[str, Any] | None, called_up_on: date | None, returned_on: date
) -> None:  # fmt: skip
    if orders is None:
        return
    if called_up_on is None:
        raise ServicememberNotOnRecord()
    dates = {name: orders[name] for name in ORDER_DATES}
    misfit = misfit_of_orders(signed_on=lease["first_due_on"], returned_on=returned_on, **dates)
    if misfit is not None:
        raise ServicememberOrdersDoNotFit(misfit)


def _require_running(transaction: Transaction, *, account_id: UUID) -> None:
    facts = Facts(**(transaction.one(facts_of(account_id)) or {}))
    if facts.open_option is not None:
        raise OptionAlreadyOpen()
    if facts.status != "open" or facts.is_returned:
        raise OptionNotOpen("The lease has ended: there is nothing to end early.")
