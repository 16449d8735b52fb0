"""A lease that ends early: the vehicle is back, its value is known, and accounts bills what Regulation M allows."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from chassis.context import CallContext
from chassis.ids import new_id
from chassis.store import Row, Transaction
from services.leases.contract import events
from services.leases.contract.errors import (
    ServicememberNoticeStands,
    ServicememberNotOnRecord,
    ServicememberOrdersDoNotFit,
)
from services.leases.operations.notices import running_notice
from services.leases.operations.options import move_option, open_option
from services.leases.operations.readings import keep_reading, lock_lease_for
from services.leases.operations.renewals import end_lease_time
from services.leases.rules.early_end import early_fees, ended_on, misfit_of_orders
from services.leases.rules.mileage import Reading
from services.leases.rules.options import BILLED, EARLY_TERMINATION
from services.leases.rules.renewal import VEHICLE_RETURNED
from services.leases.rules.state_policies import state_policy
from services.leases.rules.told import ORDER_DATES, early_end_as_told


def end_early(
    transaction: Transaction, *, caller: CallContext, figures: Mapping[str, Any], account_id: str, returned_on: date,
    miles: int, realized_value_cents: int, value_source: str, is_servicemember: bool,
    orders: Mapping[str, Any] | None, now: datetime, today: date,
) -> dict[str, Any]:  # fmt: skip
    """End it as of the return, and have accounts bill it; tells `vehicle_returned`. A notice that stands is met by it.

    Raises NotFound, OptionAlreadyOpen, OptionNotOpen, OdometerRunsBack, ReadingDateOutOfRange,
    ServicememberNoticeStands without `orders`, and ServicememberNotOnRecord or ServicememberOrdersDoNotFit where they
    are not what the law asks for.
    """
    lease = lock_lease_for(transaction, caller=caller, account_id=account_id)
    notice = running_notice(transaction, account_id=lease["account_id"])
    if notice is not None and orders is None:
        raise ServicememberNoticeStands()
    prorated_on = None
    if orders is not None:
        called_up_on = figures["servicemember_from_on"]
        _require_orders(
            lease, orders=orders, notice=notice, called_up_on=called_up_on, returned_on=returned_on, today=today
        )
        prorated_on = ended_on(noticed_on=orders["noticed_on"], returned_on=returned_on)
    keep_reading(
        transaction, lease=lease, reading=Reading(miles=miles, read_on=returned_on), source="inspection",
        recorded_by=caller.subject, now=now, today=today,
    )  # fmt: skip
    details = {
        **_ended(returned_on=returned_on, prorated_on=prorated_on),
        "vehicle_cents": None if is_servicemember else realized_value_cents, "value_source": value_source,
        "realized_value_cents": realized_value_cents, "is_servicemember": is_servicemember,
        "orders": None if orders is None else {**orders, **{name: orders[name].isoformat() for name in ORDER_DATES}},
        "charges": _charges(lease, is_servicemember=is_servicemember, state=figures["state"]),
    }  # fmt: skip
    row = _billed(transaction, lease=lease, notice=notice, details=details, by=caller.subject, now=now, today=today)
    end_lease_time(transaction, account_id=lease["account_id"], because=VEHICLE_RETURNED, today=today)
    _tell_returned(transaction, row=row, miles=miles)
    return early_end_as_told(row=row)


def _ended(*, returned_on: date, prorated_on: date | None) -> dict[str, Any]:
    """Until when what is owed, as an option keeps it: a servicemember's rent runs until the notice is here too."""
    return {
        "way": EARLY_TERMINATION, "returned_on": returned_on.isoformat(),
        "due_through_on": (prorated_on or returned_on).isoformat(),
        "prorated_on": None if prorated_on is None else prorated_on.isoformat(),
    }  # fmt: skip


def _charges(lease: Row, *, is_servicemember: bool, state: str | None) -> list[dict[str, Any]]:
    disposition_cents = 0 if is_servicemember else lease["disposition_fee_cents"] or 0
    fees = early_fees(disposition_fee_cents=disposition_cents, policy=state_policy(state=state))
    return [asdict(line) for line in fees]


def _billed(
    transaction: Transaction, *, lease: Row, notice: Row | None, details: Mapping[str, Any], by: str, now: datetime,
    today: date,
) -> Row:  # fmt: skip
    ends_on = date.fromisoformat(details["returned_on"])
    if notice is not None:
        return move_option(
            transaction, row=notice, to=BILLED, details=details, ends_on=ends_on, now=now, today=today
        )  # fmt: skip
    return open_option(
        transaction, option_id=new_id(at=now), account_id=lease["account_id"], option=EARLY_TERMINATION, status=BILLED,
        ends_on=ends_on, details=details, opened_by=by, now=now, today=today,
    )  # fmt: skip


def _tell_returned(transaction: Transaction, *, row: Row, miles: int) -> None:
    account_id, details = str(row["account_id"]), row["details"]
    known = {"account_id": account_id, "option_id": str(row["id"])}
    days = ("returned_on", "due_through_on", "prorated_on")
    returned = {
        **known, **{name: details[name] and date.fromisoformat(details[name]) for name in days},
        "way": details["way"], "vehicle_cents": details["vehicle_cents"], "miles": miles,
    }  # fmt: skip
    transaction.emit(events.vehicle_returned, subject=account_id, data=returned)
    transaction.emit(events.end_bill_itemised, subject=account_id, data=known)


def _require_orders(
    lease: Row, *, orders: Mapping[str, Any], notice: Row | None, called_up_on: date | None, returned_on: date,
    today: date,
) -> None:  # fmt: skip
    if called_up_on is None:
        raise ServicememberNotOnRecord()
    dates = {name: orders[name] for name in ORDER_DATES}
    misfit = misfit_of_orders(signed_on=lease["first_due_on"], returned_on=returned_on, today=today, **dates)
    given_on = None if notice is None else date.fromisoformat(notice["details"]["notice"]["noticed_on"])
    if misfit is None and given_on not in (None, orders["noticed_on"]):
        misfit = f"The lessee's notice on record came on {given_on}, not on {orders['noticed_on']}."
    if misfit is not None:
        raise ServicememberOrdersDoNotFit(misfit)
