"""The person who asks, and the accounts that are theirs."""

from chassis.context import AGENT, CUSTOMER
from chassis.schemas import Nothing
from gateway.admission import Rank
from gateway.api import examples
from gateway.limits import Limit
from gateway.routing import HttpCall, Reply, route
from gateway.schemas import Me
from services.identity.contract import schemas as identity

CODES = Limit("codes", "SESSIONS_PER_MINUTE")
LINKS = Limit("account-links", "REGISTRATIONS_PER_MINUTE")


@route(
    "GET", "/v1/me", operation="getMe", rank=Rank.READ,
    tags=("identity",), who=(CUSTOMER, AGENT), has_etag=True, gives=Me,
    summary="Your name, contact points and linked accounts", errors=("not_found",), example=examples.ME,
)  # fmt: skip
def get_me(call: HttpCall) -> Reply:
    return call.relay("identity", "get_me")


@route(
    "PATCH", "/v1/me", operation="updateMe", tags=("identity",), who=(CUSTOMER, AGENT), conditional=True,
    takes=identity.ChangedProfile, gives=Me, summary="Change your name, your addresses, or your language",
    sends={"mailing_address": examples.MAILING_ADDRESS}, example=examples.ME,
    errors=("not_found", "nothing_to_change", "step_up_required", "too_many_contact_changes"),
)  # fmt: skip
def update_me(call: HttpCall) -> Reply:
    """Fields that are not sent stay as they are; `mailing_address` is replaced whole, and removed by null.

    `email` and `phone` become pending: the new end gets a link (POST /v1/email-verifications) or a code (POST
    /v1/me/phone-verifications), and so does the one before it. Both must agree within the hour, codes within ten
    minutes. They ask for a proof of who you are that is not older than ten minutes.

    If-Match is the ETag of the answer that you changed, of GET or of the last PATCH.
    """
    return call.relay("identity", "update_me", if_versions=list(call.versions), **call.body)


@route(
    "POST", "/v1/me/accounts", operation="linkAccount", status=201, tags=("identity",), who=(CUSTOMER,),
    takes=identity.LinkAccount, gives=identity.LinkedAccount, limit=LINKS, errors=("account_not_matched",),
    summary="Link another account of yours; access tokens carry it from the next one on",
    sends={"account_number": "KFA-2000001", "ssn_last4": "1234"},
    example={"id": examples.ACCOUNT_ID, "role": "borrower", "account_last4": "0001"},
)  # fmt: skip
def link_account(call: HttpCall) -> Reply:
    return call.relay("identity", "link_account", **call.body)


@route(
    "POST", "/v1/me/phone-verifications", operation="verifyPhone", status=204, tags=("identity",),
    who=(CUSTOMER, AGENT), takes=identity.ProveCode, gives=Nothing, limit=CODES, errors=("code_not_right",),
    summary="Verify a telephone number with the code from the text", sends={"code": "204816"},
)  # fmt: skip
def verify_phone(call: HttpCall) -> Reply:
    """The code that was texted to the new number, or to the one before it: each end has its own."""
    return call.relay("identity", "prove_phone", **call.body)


ROUTES = (get_me, update_me, link_account, verify_phone)
