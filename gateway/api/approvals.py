"""Changes that all parties must accept: what waits for whom until when, and saying yes or no to it.

Every kind of change is kept by the service that makes it; the table says whom to ask.
"""

from collections.abc import Mapping
from typing import Any

from chassis.context import CUSTOMER
from gateway.api import examples
from gateway.api.changes import REFUSALS as MOVING_REFUSALS
from gateway.routing import HttpCall, Reply, route
from gateway.schemas import DecideApproval, DecidedApproval
from gateway.slicing import APPROVALS, Approvals, Slice, sliced
from services.accounts.contract.approvals import APPROVAL_KINDS

ACCEPT, DECLINE, EXTENSION = "accept", "decline", "extension"
# By kind of change and decision, the service and its method.
DECISIONS: Mapping[tuple[str, str], tuple[str, str]] = {
    (EXTENSION, ACCEPT): ("leases", "accept_extension"),
    (EXTENSION, DECLINE): ("leases", "withdraw_extension"),
    **{(kind, ACCEPT): ("accounts", "accept_change") for kind in APPROVAL_KINDS},
    **{(kind, DECLINE): ("accounts", "decline_change") for kind in APPROVAL_KINDS},
}
KEEPERS = ("accounts", "leases")
APPROVAL: dict[str, Any] = {
    "id": "0193584d-5a10-7c6d-b5e4-8f7a6b5c4d3e", "kind": "extension", "account_id": examples.ACCOUNT_ID,
    "summary": "3 months more, through 2027-04-15", "parties": ["borrower", "co_borrower"], "agreed": ["borrower"],
    "awaits_you": True, "asked_at": "2026-11-23T15:30:00.000Z", "decide_by_on": "2026-11-28",
}  # fmt: skip


@route(
    "GET", "/v1/me/approvals", operation="listApprovals", tags=("leases",), who=(CUSTOMER,), query=Slice,
    gives=Approvals, summary="Changes that wait for you, or for the others", example=examples.page_of(APPROVAL),
)  # fmt: skip
def list_approvals(call: HttpCall) -> Reply:
    """After `decide_by_on` a change that not everybody accepted is off."""
    found = [each for keeper in KEEPERS for each in call.ask(keeper, "list_approvals").data["data"]]
    return Reply(sliced(found, query=call.query, order=APPROVALS))


@route(
    "POST", "/v1/me/approvals", operation="decideApproval", tags=("leases",), who=(CUSTOMER,), idempotent=True,
    takes=DecideApproval, gives=DecidedApproval, summary="Accept or decline a change",
    sends={
        "kind": "extension", "account_id": examples.ACCOUNT_ID, "approval_id": APPROVAL["id"], "decision": ACCEPT,
    },
    example={"id": APPROVAL["id"], "kind": "extension", "decision": ACCEPT, "status": "accepted"},
    errors=(
        "approval_closed", "approval_outdated", "deferment_too_long", "due_day_unchanged", "not_a_lessee", "not_found",
        "option_step_not_possible", *MOVING_REFUSALS,
    ),
)  # fmt: skip
def decide_approval(call: HttpCall) -> Reply:
    """It is made when the last party has accepted, an extension a moment later; the first who declines ends it.

    What would refuse the change refuses the last acceptance: it can be sent again once that is out of the way.
    """
    kind, decision, approval_id = call.body["kind"], call.body["decision"], str(call.body["approval_id"])
    service, method = DECISIONS[kind, decision]
    which = {"option_id": approval_id} if kind == EXTENSION else {"approval_id": approval_id, "kind": kind}
    answer = call.ask(service, method, account_id=str(call.body["account_id"]), **which)
    decided = {"id": approval_id, "kind": kind, "decision": decision, "status": answer.data["status"]}
    return Reply(decided, replayed=answer.replayed)


ROUTES = (list_approvals, decide_approval)
