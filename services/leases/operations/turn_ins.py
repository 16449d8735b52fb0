"""A vehicle goes back: the appointment, the return, the inspection, and a bill that accounts posts."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from chassis.bus.rpc import Asks
from chassis.context import CallContext
from chassis.errors import FieldError
from chassis.ids import new_id
from chassis.store import Database, Row, Transaction
from services.leases.contract import events
from services.leases.contract.errors import AppointmentOutOfRange, OptionStepNotPossible
from services.leases.models import statement_since
from services.leases.operations.evaluating import lock_lease
from services.leases.operations.options import (
    find_open,
    move_option,
    open_option,
    read_option,
    require_open,
    step_option,
)
from services.leases.operations.readings import keep_reading, lock_lease_for, readings_of, start_of
from services.leases.operations.renewals import end_lease_time
from services.leases.rules.mileage import Reading, project_mileage, prorated_allowance
from services.leases.rules.options import TURN_IN
from services.leases.rules.prices import PriceLine, figures_of, turn_in_price
from services.leases.rules.renewal import VEHICLE_RETURNED
from services.leases.rules.state_policies import state_policy
from services.leases.rules.told import turn_in_as_told
from services.leases.rules.turn_in import DISPUTE_DAYS, end_bill_lines
from services.leases.rules.wear import AssessedFinding, Finding, assess_wear

ASK_SECONDS = 10.0


def schedule_turn_in(
    transaction: Transaction, *, caller: CallContext, figures: Mapping[str, Any], account_id: str, dealer_name: str,
    appointment_on: date, wear: Sequence[Mapping[str, Any]], now: datetime, today: date,
) -> dict[str, Any]:  # fmt: skip
    """Make an appointment, with an estimate from the self-check and accounts' `figures`; tells `turn_in_scheduled`.

    Raises NotFound, OptionAlreadyOpen, OptionNotOpen, AppointmentOutOfRange.
    """
    lease = lock_lease_for(transaction, caller=caller, account_id=account_id)
    require_open(transaction, account_id=lease["account_id"], option=TURN_IN, today=today)
    ends_on = figures["maturity_on"]
    if not today <= appointment_on <= max(ends_on, today):
        sentence = f"Choose a day from {today} to {ends_on}."
        raise AppointmentOutOfRange(
            errors=[FieldError(pointer="/appointment_on", code="out_of_range", detail=sentence)]
        )
    assessed = assess_wear(_findings(wear))
    details = {
        "dealer_name": dealer_name, "appointment_on": appointment_on.isoformat(), "wear": _wear_as_data(assessed),
        "due_through_on": ends_on.isoformat(), "state": figures["state"],
        "estimate": _estimate(transaction, lease=lease, figures=figures, assessed=assessed),
    }  # fmt: skip
    row = open_option(
        transaction, option_id=new_id(at=now), account_id=lease["account_id"], option=TURN_IN, ends_on=appointment_on,
        details=details, opened_by=caller.subject, now=now, today=today,
    )  # fmt: skip
    told = {"account_id": account_id, "option_id": str(row["id"]), "dealer_name": dealer_name}
    transaction.emit(
        events.turn_in_scheduled, subject=account_id, data={**told, "appointment_on": appointment_on}
    )  # fmt: skip
    return turn_in_as_told(vehicle=lease["vehicle"], row=row, statement=None)


def cancel_turn_in(
    transaction: Transaction, *, caller: CallContext, account_id: str, option_id: str, now: datetime, today: date
) -> dict[str, Any]:
    """Give the appointment up. Raises NotFound, OptionStepNotPossible once the vehicle is back."""
    lease = lock_lease_for(transaction, caller=caller, account_id=account_id)
    row = read_option(transaction, account_id=lease["account_id"], option_id=option_id, option=TURN_IN)
    if row["status"] != "cancelled":
        row = step_option(transaction, row=row, to="cancelled", now=now, today=today)
    return _told(transaction, lease, row)


def receive_vehicle(
    transaction: Transaction, *, caller: CallContext, account_id: str, option_id: str, returned_on: date, miles: int,
    now: datetime, today: date,
) -> dict[str, Any]:  # fmt: skip
    """The vehicle is back; tells `vehicle_returned`, with which billing stops.

    Raises NotFound, OptionStepNotPossible, OdometerRunsBack, ReadingDateOutOfRange.
    """
    lease = lock_lease_for(transaction, caller=caller, account_id=account_id)
    row = read_option(transaction, account_id=lease["account_id"], option_id=option_id, option=TURN_IN)
    keep_reading(
        transaction, lease=lease, reading=Reading(miles=miles, read_on=returned_on), source="inspection",
        recorded_by=caller.subject, now=now, today=today,
    )  # fmt: skip
    known = {"returned_on": returned_on.isoformat(), "miles": miles}
    row = step_option(transaction, row=row, to="returned", details=known, now=now, today=today)
    end_lease_time(transaction, account_id=lease["account_id"], because=VEHICLE_RETURNED, today=today)
    data = {
        "account_id": account_id, "option_id": option_id, "way": "return", "returned_on": returned_on,
        "due_through_on": date.fromisoformat(row["details"]["due_through_on"]), "vehicle_cents": None,
        "prorated_on": None, "miles": miles,
    }  # fmt: skip
    transaction.emit(events.vehicle_returned, subject=account_id, data=data)
    return _told(transaction, lease, row)


def inspect_vehicle(
    transaction: Transaction, *, caller: CallContext, account_id: str, option_id: str,
    findings: Sequence[Mapping[str, Any]], has_next_vehicle: bool, now: datetime, today: date,
) -> dict[str, Any]:  # fmt: skip
    """Itemise the end bill; accounts is asked to post it. Raises NotFound, OptionStepNotPossible."""
    lease = lock_lease_for(transaction, caller=caller, account_id=account_id)
    row = read_option(transaction, account_id=lease["account_id"], option_id=option_id, option=TURN_IN)
    details, assessed, start = row["details"], assess_wear(_findings(findings)), start_of(lease)
    if row["status"] != "returned":
        raise OptionStepNotPossible()
    through_on = date.fromisoformat(details["due_through_on"])
    lines = end_bill_lines(
        lease=lease, start_miles=start.miles, end_miles=details["miles"],
        term_days=(lease["ends_on"] - start.read_on).days, used_days=(through_on - start.read_on).days,
        wear_cents=sum(each.charge_cents for each in assessed), is_loyal=has_next_vehicle,
        policy=state_policy(state=details["state"]),
    )  # fmt: skip
    known = {
        "found": _wear_as_data(assessed), "inspected_on": today.isoformat(), "has_next_vehicle": has_next_vehicle,
        "charges": [_line_as_data(line) for line in lines], "billed_on": today.isoformat(),
    }  # fmt: skip
    row = step_option(
        transaction, row=row, to="billed", details=known, ends_on=today + timedelta(days=DISPUTE_DAYS), now=now,
        today=today,
    )  # fmt: skip
    told = {"account_id": account_id, "option_id": option_id}
    transaction.emit(events.end_bill_itemised, subject=account_id, data=told)
    return _told(transaction, lease, row)


def bill_end(store: Database, *, accounts: Asks, context: CallContext, told: Mapping[str, Any], key: str) -> None:
    """Have accounts post the bill, once. Raises what accounts refuses: a person looks at it."""
    with store.reading() as transaction:
        row = find_open(transaction, account_id=UUID(told["account_id"]))
    if row is None or str(row["id"]) != told["option_id"]:
        return
    details = row["details"]
    request = {
        **told, "way": details.get("way", "return"), "ended_on": details["returned_on"],
        "due_through_on": details["due_through_on"], "vehicle_cents": details.get("vehicle_cents"),
        "charges": details["charges"],
    }  # fmt: skip
    # Only where it says something: accounts of the release before bills an ordinary end as well.
    if details.get("prorated_on") is not None:
        request["prorated_on"] = details["prorated_on"]
    accounts.ask("assess_charges", request=request, context=context, key=key, timeout_seconds=ASK_SECONDS)


def follow_closing(transaction: Transaction, *, name: str, told: Mapping[str, Any], now: datetime, today: date) -> None:
    """A returned lease whose account is closed is over."""
    account_id = UUID(told["account_id"])
    lock_lease(transaction, account_id=account_id)
    row = find_open(transaction, account_id=account_id)
    if name == "account_closed" and row is not None and row["status"] == "billed":
        closed = {"account_closed_on": today.isoformat()}
        move_option(transaction, row=row, to="completed", details=closed, now=now, today=today)


def _told(transaction: Transaction, lease: Row, row: Row) -> dict[str, Any]:
    statement = transaction.one(statement_since(account_id=row["account_id"], opened_at=row["opened_at"]))
    return turn_in_as_told(vehicle=lease["vehicle"], row=row, statement=statement)


def _estimate(
    transaction: Transaction, *, lease: Row, figures: Mapping[str, Any], assessed: Sequence[AssessedFinding]
) -> dict[str, Any]:
    start, readings = start_of(lease), readings_of(transaction, account_id=lease["account_id"])
    projection = None
    if readings and lease["mileage_allowance_miles"] is not None and lease["excess_mile_cents"] is not None:
        allowed = prorated_allowance(
            allowance_miles=lease["mileage_allowance_miles"], term_days=(lease["ends_on"] - start.read_on).days,
            used_days=(figures["maturity_on"] - start.read_on).days,
        )  # fmt: skip
        projection = project_mileage(
            last=readings[-1], start=start, ends_on=figures["maturity_on"], allowance_miles=allowed,
            cents_per_mile=lease["excess_mile_cents"],
        )  # fmt: skip
    price = turn_in_price(
        figures=figures_of(figures), excess_cents=projection.excess_cents if projection else None,
        wear_cents=sum(each.charge_cents for each in assessed),
        disposition_fee_cents=lease["disposition_fee_cents"] or 0, policy=state_policy(state=figures["state"]),
    )  # fmt: skip
    shown = price.shown(notes=["An estimate: the inspection after the return decides."])
    return {**shown, "on": price.on.isoformat()}


def _findings(told: Sequence[Mapping[str, Any]]) -> list[Finding]:
    return [Finding(item=each["item"], inches=Decimal(each["inches"]), count=each["count"]) for each in told]


def _wear_as_data(assessed: Sequence[AssessedFinding]) -> list[dict[str, Any]]:
    return [
        {
            "item": each.finding.item, "inches": str(each.finding.inches), "count": each.finding.count,
            "is_normal": each.is_normal, "charge_cents": each.charge_cents, "words": each.words,
        }
        for each in assessed
    ]  # fmt: skip


def _line_as_data(line: PriceLine) -> dict[str, Any]:
    return {"code": line.code, "description": line.description, "amount_cents": line.amount_cents}
