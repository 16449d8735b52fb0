"""Autopay of an account: drafts by consent, each told ten days before, stopped until three business days before."""

from chassis.context import CUSTOMER
from gateway.admission import Rank
from gateway.api import examples
from gateway.routing import HttpCall, Reply, route
from gateway.schemas import Autopay, PutAutopay, SkipDraft


@route(
    "GET", "/v1/accounts/{account_id}/autopay", operation="getAutopay", rank=Rank.READ, tags=("payments",),
    who=(CUSTOMER,), has_etag=True, gives=Autopay, summary="Autopay of an account, with the next three drafts",
    example=examples.AUTOPAY,
)  # fmt: skip
def get_autopay(call: HttpCall) -> Reply:
    """Also where it is off: the ETag of that answer is what enrolment sends as If-Match."""
    return call.relay("payments", "get_autopay", account_id=call.path["account_id"])


@route(
    "PUT", "/v1/accounts/{account_id}/autopay", operation="putAutopay", tags=("payments",), who=(CUSTOMER,),
    conditional=True, steps_up=True, takes_key=True, takes=PutAutopay, gives=Autopay,
    summary="Enrol in autopay, change or resume it",
    sends={
        "payment_method_id": examples.METHOD_ID, "day_offset": -2, "extra_principal_cents": 2500,
        "maximum_cents": 60000, "consent": {"version": "autopay-2026-11"},
    },
    example=examples.AUTOPAY,
    errors=("card_number_refused", "consent_not_current", "extra_principal_not_possible", "account_takes_no_payments"),
)  # fmt: skip
def put_autopay(call: HttpCall) -> Reply:
    """Show `consent_offer.text` first and send its version; a copy of what was agreed to is mailed.

    If-Match is the ETag of the answer that you changed. Every choice is replaced: what is left out has its default.
    """
    return call.relay(
        "payments", "put_autopay", account_id=call.path["account_id"], if_versions=list(call.versions), **call.body
    )


@route(
    "DELETE", "/v1/accounts/{account_id}/autopay", operation="removeAutopay", tags=("payments",), who=(CUSTOMER,),
    takes_key=True, gives=Autopay, summary="Switch autopay off",
    example={
        **examples.AUTOPAY, "status": "cancelled", "drafts": [], "message": "Autopay is off. You switched autopay off.",
    },
)  # fmt: skip
def remove_autopay(call: HttpCall) -> Reply:
    """Every draft that is three business days away or more is stopped; a nearer one is still drawn, and shown."""
    return call.relay("payments", "remove_autopay", account_id=call.path["account_id"])


@route(
    "POST", "/v1/accounts/{account_id}/autopay/skip", operation="skipDraft", tags=("payments",), who=(CUSTOMER,),
    idempotent=True, takes=SkipDraft, gives=Autopay, summary="Skip one draft", sends={}, example=examples.AUTOPAY,
    errors=("autopay_not_enrolled", "draft_not_stoppable"),
)  # fmt: skip
def skip_draft(call: HttpCall) -> Reply:
    """The next one that can still be stopped, or that of `instalment_number`. The instalment stays due."""
    return call.relay("payments", "skip_draft", account_id=call.path["account_id"], **call.body)


ROUTES = (get_autopay, put_autopay, remove_autopay, skip_draft)
