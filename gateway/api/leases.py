"""Leases: the contract as signed, and the ways out of it."""

from typing import Any

from chassis.context import CUSTOMER
from gateway.admission import Rank
from gateway.api import examples, lease_examples
from gateway.api.accounts import pending_payments
from gateway.lease_schemas import LeaseEndShown
from gateway.routing import HttpCall, Reply, route
from gateway.schemas import Document, RecordOdometerReading
from gateway.slicing import ODOMETER_READINGS, OdometerReadings, Slice, sliced
from services.leases.contract import lease_end
from services.leases.contract import schemas as leases

CALENDAR = "text/calendar; charset=utf-8"


def with_autopay(call: HttpCall, method: str, *, account_id: str, **request: Any) -> Reply:
    """What leases answers, and whether autopay is on: leases does not know it, and its answer stands without it."""
    told = pending_payments(call, [account_id])
    answer = call.ask("leases", method, account_id=account_id, **request)
    is_on = None if told is None else account_id in told["autopay_account_ids"]
    return Reply({**answer.data, "autopay_enabled": is_on}, replayed=answer.replayed)


@route(
    "GET", "/v1/leases/{account_id}", operation="getLease", rank=Rank.READ,
    tags=("leases",), who=(CUSTOMER,), has_etag=True,
    gives=leases.Lease, summary="Terms, dates, mileage and payment of a lease", example=lease_examples.LEASE,
)  # fmt: skip
def get_lease(call: HttpCall) -> Reply:
    return call.relay("leases", "get_lease", account_id=call.path["account_id"])


@route(
    "GET", "/v1/leases/{account_id}/lease-end", operation="getLeaseEnd", rank=Rank.READ,
    tags=("leases",), who=(CUSTOMER,),
    has_etag=True, gives=LeaseEndShown, summary="Return, buy or extend: what is open today, why not, and its price",
    example=lease_examples.LEASE_END | lease_examples.AUTOPAY,
)  # fmt: skip
def get_lease_end(call: HttpCall) -> Reply:
    """A price is what the option costs as things stand; ask for a quote where you need a promise."""
    return with_autopay(call, "get_lease_end", account_id=call.path["account_id"])


@route(
    "GET", "/v1/leases/{account_id}/lease-end.ics", operation="getLeaseCalendar", has_etag=True,
    rank=Rank.READ, tags=("leases",),
    who=(CUSTOMER,), gives=Document, media=CALENDAR, example="BEGIN:VCALENDAR\r\n",
    summary="The dates of the lease's end for a calendar (RFC 5545)",
)  # fmt: skip
def get_lease_calendar(call: HttpCall) -> Reply:
    answer = call.ask("leases", "get_lease_calendar", account_id=call.path["account_id"])
    return Reply(text=answer.data["text"])


@route(
    "GET", "/v1/leases/{account_id}/odometer-readings", operation="listOdometerReadings", rank=Rank.READ,
    tags=("leases",), who=(CUSTOMER,), query=Slice, gives=OdometerReadings,
    summary="The odometer readings on record", example=examples.page_of(lease_examples.ODOMETER_READING),
)  # fmt: skip
def list_odometer_readings(call: HttpCall) -> Reply:
    found = call.ask("leases", "list_odometer_readings", account_id=call.path["account_id"]).data
    return Reply(sliced(found["data"], query=call.query, order=ODOMETER_READINGS))


@route(
    "POST", "/v1/leases/{account_id}/odometer-readings", operation="recordOdometerReading", status=201,
    tags=("leases",), who=(CUSTOMER,), takes_key=True, takes=RecordOdometerReading, gives=lease_end.OdometerReading,
    summary="Tell us what the odometer shows", sends={"miles": 31240, "read_on": "2026-11-20"},
    example=lease_examples.ODOMETER_READING, errors=("odometer_runs_back", "reading_date_out_of_range"),
)  # fmt: skip
def record_odometer_reading(call: HttpCall) -> Reply:
    return call.relay("leases", "record_odometer_reading", account_id=call.path["account_id"], **call.body)


ROUTES = (get_lease, get_lease_end, get_lease_calendar, list_odometer_readings, record_odometer_reading)
