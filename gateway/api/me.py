"""The person who asks, and the accounts that are theirs."""

from chassis.context import AGENT, CUSTOMER
from gateway.admission import Rank
from gateway.api import examples
from gateway.limits import Limit
from gateway.routing import HttpCall, Reply, route
from gateway.schemas import Me
from services.identity.contract import schemas as identity

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
    takes=identity.ChangedProfile, gives=Me, summary="Change your name or your mailing address",
    sends={"mailing_address": examples.MAILING_ADDRESS}, example=examples.ME,
    errors=("not_found", "contact_change_needs_proof", "nothing_to_change"),
)  # fmt: skip
def update_me(call: HttpCall) -> Reply:
    """Fields that are not sent stay as they are; `mailing_address` is replaced whole, and removed by null.

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


ROUTES = (get_me, update_me, link_account)
