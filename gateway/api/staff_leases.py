"""What staff do at the end of a lease: take the vehicle back, bill the inspection, decide extensions."""

from chassis.context import AGENT
from gateway.api import examples, lease_examples
from gateway.routing import HttpCall, Reply, route
from gateway.schemas import DecideDispute, DecideExtension, EndEarly, InspectVehicle, ReceiveVehicle
from gateway.slicing import ODOMETER_READINGS, OdometerReadings, Slice, sliced
from services.leases.contract import early_ends, extensions, turn_ins, work
from services.leases.contract import schemas as leases

STEP = ("option_step_not_possible",)


@route(
    "GET", "/v1/staff/leases/{account_id}/lease-end", operation="getLeaseEndForStaff", has_etag=True,
    tags=("staff",), who=(AGENT,),
    gives=leases.LeaseEnd, summary="A lease's ways out as its customer sees them", example=lease_examples.LEASE_END,
)  # fmt: skip
def get_lease_end(call: HttpCall) -> Reply:
    return call.relay("leases", "get_lease_end", account_id=call.path["account_id"])


@route(
    "GET", "/v1/staff/leases/{account_id}/odometer-readings", operation="listOdometerReadingsForStaff",
    tags=("staff",), who=(AGENT,), query=Slice, gives=OdometerReadings,
    summary="The odometer readings on record", example=examples.page_of(lease_examples.ODOMETER_READING),
)  # fmt: skip
def list_odometer_readings(call: HttpCall) -> Reply:
    found = call.ask("leases", "list_odometer_readings", account_id=call.path["account_id"]).data
    return Reply(sliced(found["data"], query=call.query, order=ODOMETER_READINGS))


@route(
    "POST", "/v1/staff/leases/{account_id}/turn-ins/{turn_in_id}/return", operation="receiveVehicle",
    tags=("staff",), who=(AGENT,), idempotent=True, takes=ReceiveVehicle, gives=turn_ins.TurnIn,
    summary="Note that the vehicle is back", sends={"returned_on": "2026-11-23", "miles": 31980},
    example=lease_examples.TURN_IN, errors=(*STEP, "odometer_runs_back", "reading_date_out_of_range"),
)  # fmt: skip
def receive_vehicle(call: HttpCall) -> Reply:
    """Nothing falls due any more; what is owed of the lease becomes its end bill."""
    return call.relay("leases", "receive_vehicle", **_one(call, "turn_in_id"), **call.body)


@route(
    "POST", "/v1/staff/leases/{account_id}/turn-ins/{turn_in_id}/inspection", operation="inspectVehicle",
    tags=("staff",), who=(AGENT,), idempotent=True, takes=InspectVehicle, gives=turn_ins.TurnIn,
    summary="Record the inspection and bill it", example=lease_examples.TURN_IN, errors=STEP,
    sends={"findings": [{"item": "body_mark", "inches": "4.5", "count": 1}], "has_next_vehicle": False},
)  # fmt: skip
def inspect_vehicle(call: HttpCall) -> Reply:
    return call.relay("leases", "inspect_vehicle", **_one(call, "turn_in_id"), **call.body)


@route(
    "GET", "/v1/staff/leases/{account_id}/turn-ins/{turn_in_id}", operation="getTurnInForStaff", has_etag=True,
    tags=("staff",),
    who=(AGENT,), gives=turn_ins.TurnIn, summary="A return with its self-check, its bill and what is objected to it",
    example=lease_examples.TURN_IN,
)  # fmt: skip
def get_turn_in(call: HttpCall) -> Reply:
    return call.relay("leases", "get_turn_in", **_one(call, "turn_in_id"))


@route(
    "POST", "/v1/staff/leases/{account_id}/turn-ins/{turn_in_id}/dispute-decisions", operation="decideDispute",
    tags=("staff",), who=(AGENT,), idempotent=True, takes=DecideDispute, gives=turn_ins.TurnIn,
    summary="Uphold or reject an objection to an end bill", example=lease_examples.TURN_IN, errors=STEP,
    sends={"number": 1, "decision": "uphold", "credit_cents": 15000, "reason": "It is on the photos of the delivery."},
)  # fmt: skip
def decide_dispute(call: HttpCall) -> Reply:
    """What is upheld is taken off the bill a moment later, as far as it is unpaid; refund what was paid of it."""
    return call.relay("leases", "decide_dispute", **_one(call, "turn_in_id"), **call.body)


@route(
    "GET", "/v1/staff/leases/{account_id}/extensions/{extension_id}", operation="getExtensionForStaff", has_etag=True,
    tags=("staff",), who=(AGENT,), gives=extensions.Extension, summary="An extension, its terms and who has accepted",
    example=lease_examples.EXTENSION,
)  # fmt: skip
def get_extension(call: HttpCall) -> Reply:
    return call.relay("leases", "get_extension", **_one(call, "extension_id"))


@route(
    "GET", "/v1/staff/lease-work-items", operation="listLeaseWork", tags=("staff",), who=(AGENT,),
    query=work.ListLeaseWork, gives=work.LeaseWork,
    summary="Requests, returns and objections that wait for a person, oldest first",
    example={"data": [lease_examples.WORK_ITEM], "next_cursor": None}, errors=("not_found",),
)  # fmt: skip
def list_lease_work(call: HttpCall) -> Reply:
    """One goes from the list when its step is taken."""
    return call.relay("leases", "list_lease_work", **call.query)


@route(
    "POST", "/v1/staff/leases/{account_id}/extensions/{extension_id}/decision", operation="decideExtension",
    tags=("staff",), who=(AGENT,), idempotent=True, takes=DecideExtension, gives=extensions.Extension,
    summary="Offer or decline an extension that policy leaves to a person", example=lease_examples.EXTENSION,
    sends={"decision": "offer", "reason": "The next vehicle is on order."}, errors=STEP,
)  # fmt: skip
def decide_extension(call: HttpCall) -> Reply:
    return call.relay("leases", "decide_extension", **_one(call, "extension_id"), **call.body)


@route(
    "POST", "/v1/staff/leases/{account_id}/early-terminations", operation="endLeaseEarly", status=201, tags=("staff",),
    who=(AGENT,), steps_up=True, idempotent=True, takes=EndEarly, gives=early_ends.EarlyEnd,
    example=lease_examples.EARLY_END,
    summary="Take a vehicle back before the end, and bill what Regulation M allows",
    sends={
        "returned_on": "2026-11-23", "miles": 31980, "realized_value_cents": 2050000,
        "value_source": "highest offer at auction", "is_servicemember": False,
    },
    errors=(
        "option_already_open", "option_not_open", "odometer_runs_back", "reading_date_out_of_range",
        "servicemember_not_on_record", "servicemember_notice_stands", "servicemember_orders_do_not_fit",
    ),
)  # fmt: skip
def end_early(call: HttpCall) -> Reply:
    """A servicemember who may end the lease owes what was due, and no charge for the early end. You confirm that with
    their orders (50 USC 3955); the account's servicemember flag is set before.
    """
    return call.relay("leases", "end_early", account_id=call.path["account_id"], **call.body)


def _one(call: HttpCall, name: str) -> dict[str, str]:
    return {"account_id": call.path["account_id"], "option_id": call.path[name]}


ROUTES = (
    list_lease_work, get_lease_end, list_odometer_readings, get_turn_in, receive_vehicle, inspect_vehicle,
    decide_dispute, get_extension, decide_extension, end_early,
)  # fmt: skip
