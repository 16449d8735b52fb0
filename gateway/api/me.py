"""The person who asks."""

from chassis.context import AGENT, CUSTOMER
from gateway.api import examples
from gateway.routing import HttpCall, Reply, route
from services.identity.contract import schemas as identity


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


ROUTES = (get_me,)
