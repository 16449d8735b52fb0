"""Changes that all parties must accept: what waits for whom until when, and saying yes or no to it.

Every kind of change is kept by the service that makes it; the table says whom to ask.
"""

from collections.abc import Mapping
from typing import Any

from chassis.context import CUSTOMER
from gateway.api import examples
from gateway.routing import HttpCall, Reply, route
from gateway.schemas import DecideApproval, DecidedApproval
from services.leases.contract import approvals

ACCEPT, DECLINE = "accept", "decline"
# By kind of change and decision, the service and its method.
DECISIONS: Mapping[tuple[str, str], tuple[str, str]] = {
    ("extension", ACCEPT): ("leases", "accept_extension"),
    ("extension", DECLINE): ("leases", "withdraw_extension"),
}
APPROVAL: dict[str, Any] = {
    "id": "0193584d-5a10-7c6d-b5e4-8f7a6b5c4d3e", "kind": "extension", "account_id": examples.ACCOUNT_ID,
    "summary": "3 months more, through 2027-04-15", "parties": ["borrower", "co_borrower"], "agreed": ["borrower"],
    "awaits_you": True, "asked_at": "2026-11-23T15:30:00.000Z", "decide_by_on": "2026-11-28",
}  # fmt: skip


@route(
    "GET", "/v1/me/approvals", operation="listApprovals", tags=("leases",), who=(CUSTOMER,), gives=approvals.Approvals,
    summary="Changes that wait for you, or for the others", example={"data": [APPROVAL]},
)  # fmt: skip
def list_approvals(call: HttpCall) -> Reply:
    """After `decide_by_on` a change that not everybody accepted is off."""
    return call.relay("leases", "list_approvals")


@route(
    "POST", "/v1/me/approvals", operation="decideApproval", tags=("leases",), who=(CUSTOMER,), idempotent=True,
    takes=DecideApproval, gives=DecidedApproval, summary="Accept or decline a change",
    sends={
        "kind": "extension", "account_id": examples.ACCOUNT_ID, "approval_id": APPROVAL["id"], "decision": ACCEPT,
    },
    example={"id": APPROVAL["id"], "kind": "extension", "decision": ACCEPT, "status": "accepted"},
    errors=("not_a_lessee", "not_found", "option_step_not_possible"),
)  # fmt: skip
def decide_approval(call: HttpCall) -> Reply:
    """It is made a moment after the last party has accepted; the first who declines ends it."""
    kind, decision = call.body["kind"], call.body["decision"]
    service, method = DECISIONS[kind, decision]
    which = {"account_id": str(call.body["account_id"]), "option_id": str(call.body["approval_id"])}
    answer = call.ask(service, method, **which)
    decided = {"id": which["option_id"], "kind": kind, "decision": decision, "status": answer.data["status"]}
    return Reply(decided, replayed=answer.replayed)


ROUTES = (list_approvals, decide_approval)
