"""Returning a leased vehicle, and keeping it for some months more."""

from dataclasses import replace

from chassis.context import CUSTOMER
from gateway.admission import Rank
from gateway.api import lease_examples
from gateway.api.lease_options import OPENING
from gateway.api.leases import with_autopay
from gateway.lease_schemas import ExtensionShown, RenewalShown
from gateway.routing import HttpCall, Reply, route
from gateway.schemas import DisputeEndBill, OptionStep, RequestExtension, ScheduleTurnIn
from services.leases.contract import turn_ins

EXTENSION = lease_examples.EXTENSION | lease_examples.AUTOPAY
RENEWAL = lease_examples.RENEWAL | lease_examples.AUTOPAY


@route(
    "POST", "/v1/leases/{account_id}/turn-ins", operation="scheduleTurnIn", status=201, tags=("leases",),
    who=(CUSTOMER,), idempotent=True, takes=ScheduleTurnIn, gives=turn_ins.TurnIn, replies=("Location",),
    summary="Make an appointment to return the vehicle", example=lease_examples.TURN_IN,
    sends={
        "dealer_name": "Plano Kia", "appointment_on": "2027-01-12",
        "wear": [{"item": "body_mark", "inches": "4.5", "count": 1}],
    },
    errors=(*OPENING, "appointment_out_of_range"),
)  # fmt: skip
def schedule_turn_in(call: HttpCall) -> Reply:
    """`wear` is your own look at the vehicle: it makes the estimate better, and binds nobody."""
    answer = call.ask("leases", "schedule_turn_in", account_id=call.path["account_id"], **call.body)
    where = f"/v1/leases/{answer.data['account_id']}/turn-ins/{answer.data['id']}"
    return Reply(answer.data, replayed=answer.replayed, headers={"Location": where})


@route(
    "GET", "/v1/leases/{account_id}/turn-ins/{turn_in_id}", operation="getTurnIn", rank=Rank.READ, tags=("leases",),
    who=(CUSTOMER,), has_etag=True, gives=turn_ins.TurnIn, summary="A return: its steps, its estimate, its bill",
    example=lease_examples.TURN_IN,
)  # fmt: skip
def get_turn_in(call: HttpCall) -> Reply:
    return call.relay("leases", "get_turn_in", **_one(call, "turn_in_id"))


@route(
    "DELETE", "/v1/leases/{account_id}/turn-ins/{turn_in_id}", operation="cancelTurnIn", tags=("leases",),
    who=(CUSTOMER,), gives=turn_ins.TurnIn, summary="Give the appointment up", example=lease_examples.TURN_IN,
    errors=("option_step_not_possible",),
)  # fmt: skip
def cancel_turn_in(call: HttpCall) -> Reply:
    return call.relay("leases", "cancel_turn_in", **_one(call, "turn_in_id"))


@route(
    "POST", "/v1/leases/{account_id}/turn-ins/{turn_in_id}/disputes", operation="disputeEndBill", tags=("leases",),
    who=(CUSTOMER,), idempotent=True, takes=DisputeEndBill, gives=turn_ins.TurnIn, example=lease_examples.TURN_IN,
    summary="Object to the end bill", sends={"reason": "The dent was there when I got the car."},
    errors=("option_step_not_possible", "dispute_window_over"),
)  # fmt: skip
def dispute_end_bill(call: HttpCall) -> Reply:
    """For thirty days after the bill. A person looks at every objection."""
    return call.relay("leases", "dispute_end_bill", **_one(call, "turn_in_id"), **call.body)


@route(
    "POST", "/v1/leases/{account_id}/extensions", operation="requestExtension", status=201, tags=("leases",),
    who=(CUSTOMER,), idempotent=True, takes=RequestExtension, gives=ExtensionShown, replies=("Location",),
    summary="Ask to keep the vehicle for one to six months more", sends={"months": 3}, example=EXTENSION,
    errors=(*OPENING, "renews_already"),
)  # fmt: skip
def request_extension(call: HttpCall) -> Reply:
    """Up to six months in all are offered at once, more of them by a person. With `renews` the lease goes on from month
    to month after the one that you ask for, until you give notice: see `renewal`.
    """
    reply = with_autopay(call, "request_extension", account_id=call.path["account_id"], **call.body)
    where = f"/v1/leases/{reply.data['account_id']}/extensions/{reply.data['id']}"
    return replace(reply, headers={"Location": where})


@route(
    "GET", "/v1/leases/{account_id}/extensions/{extension_id}", operation="getExtension", rank=Rank.READ,
    tags=("leases",), who=(CUSTOMER,), has_etag=True, gives=ExtensionShown, example=EXTENSION,
    summary="An extension, and who has accepted it",
)  # fmt: skip
def get_extension(call: HttpCall) -> Reply:
    return with_autopay(call, "get_extension", **_one(call, "extension_id"))


@route(
    "POST", "/v1/leases/{account_id}/extensions/{extension_id}/acceptance", operation="acceptExtension",
    tags=("leases",), who=(CUSTOMER,), idempotent=True, takes=OptionStep, sends={"accepted": True},
    gives=ExtensionShown, summary="Accept the terms as one of the lessees", example=EXTENSION,
    errors=("not_a_lessee", "option_step_not_possible"),
)  # fmt: skip
def accept_extension(call: HttpCall) -> Reply:
    """Every lessee accepts for themselves; the extension is active a moment after the last one has."""
    return with_autopay(call, "accept_extension", **_one(call, "extension_id"))


@route(
    "DELETE", "/v1/leases/{account_id}/extensions/{extension_id}", operation="withdrawExtension", tags=("leases",),
    who=(CUSTOMER,), gives=ExtensionShown, summary="Take the request back", example=EXTENSION,
    errors=("option_step_not_possible",),
)  # fmt: skip
def withdraw_extension(call: HttpCall) -> Reply:
    return with_autopay(call, "withdraw_extension", **_one(call, "extension_id"))


@route(
    "GET", "/v1/leases/{account_id}/renewal", operation="getRenewal", rank=Rank.READ, tags=("leases",),
    who=(CUSTOMER,), has_etag=True, gives=RenewalShown, example=RENEWAL,
    summary="Whether the lease goes on from month to month",
)  # fmt: skip
def get_renewal(call: HttpCall) -> Reply:
    """The next month is begun on `renews_on`, with its bill and draft; a month that was begun is owed."""
    return with_autopay(call, "get_renewal", account_id=call.path["account_id"])


@route(
    "DELETE", "/v1/leases/{account_id}/renewal", operation="endRenewal", tags=("leases",), who=(CUSTOMER,),
    gives=RenewalShown, summary="Give notice: no month more is begun",
    example=RENEWAL | lease_examples.RENEWAL_ENDED,
)  # fmt: skip
def end_renewal(call: HttpCall) -> Reply:
    """The lease then ends on `lease_ends_on`: return the vehicle or buy it by that day. Any lessee may give notice."""
    return with_autopay(call, "end_renewal", account_id=call.path["account_id"])


def _one(call: HttpCall, name: str) -> dict[str, str]:
    return {"account_id": call.path["account_id"], "option_id": call.path[name]}


ROUTES = (
    schedule_turn_in, get_turn_in, cancel_turn_in, dispute_end_bill, request_extension, get_extension,
    accept_extension, withdraw_extension, get_renewal, end_renewal,
)  # fmt: skip
