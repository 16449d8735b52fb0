"""The person who asks, and the accounts that are theirs."""

from chassis.context import AGENT, CUSTOMER
from gateway.api import examples
from gateway.limits import Limit
from gateway.routing import HttpCall, Reply, route
from services.identity.contract import schemas as identity

LINKS = Limit("account-links", "REGISTRATIONS_PER_MINUTE")


@route(
    "GET", "/v1/me", operation="getMe", tags=("identity",), who=(CUSTOMER, AGENT), has_etag=True, gives=identity.Me,
    summary="Your name, contact points and linked accounts", errors=("not_found",),
    example={
        "id": examples.USER_ID, "user_id": "jane@example.com", "email": "jane@example.com", "email_verified": True,
        "first_name": "Jane", "last_name": "Driver", "phone_masked": "••• ••• 2368",
        "accounts": [{"id": examples.ACCOUNT_ID, "role": "borrower", "account_last4": "3456"}],
    },
)  # fmt: skip
def get_me(call: HttpCall) -> Reply:
    return call.relay("identity", "get_me")


@route(
    "POST", "/v1/me/accounts", operation="linkAccount", status=201, tags=("identity",), who=(CUSTOMER,),
    takes=identity.LinkAccount, gives=identity.LinkedAccount, limit=LINKS, errors=("account_not_matched",),
    summary="Link another account of yours; access tokens carry it from the next one on",
    sends={"account_number": "KFA-2000001", "ssn_last4": "1234"},
    example={"id": examples.ACCOUNT_ID, "role": "borrower", "account_last4": "0001"},
)  # fmt: skip
def link_account(call: HttpCall) -> Reply:
    return call.relay("identity", "link_account", **call.body)


ROUTES = (get_me, link_account)
