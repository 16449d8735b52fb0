"""How a customer signs in, in the hands of staff: their sessions, and a second factor that was lost."""

from typing import Any

from chassis.context import AGENT
from gateway.api import examples
from gateway.routing import HttpCall, Reply, route
from gateway.schemas import Page
from gateway.staff_schemas import EndSessions, ResetSecondFactor
from services.identity.contract import schemas as identity
from services.identity.contract import second_factors, staff

PATH = "/v1/staff/customers/{user_id}"
STAFF, TAGS = (AGENT,), ("staff",)
SESSION: dict[str, Any] = {
    "id": examples.SESSION_ID, "device": "Pixel 9", "opened_at": "2026-11-23T15:00:00.000Z",
    "last_used_at": "2026-11-23T15:25:00.000Z", "expires_at": "2026-11-24T15:00:00.000Z", "is_current": False,
}  # fmt: skip

SECOND_FACTORS: dict[str, Any] = {
    "mfa_enabled": True, "recovery_codes_left": 10,
    "factors": [
        {"id": examples.FACTOR_ID, "kind": "totp", "phone_masked": None, "confirmed_at": "2026-11-23T15:00:00.000Z"}
    ],
}  # fmt: skip


@route(
    "GET", f"{PATH}/sessions", operation="listCustomerSessions", tags=TAGS, who=STAFF, query=Page,
    gives=identity.Sessions, summary="Where a customer is signed in", example=examples.page_of(SESSION),
)  # fmt: skip
def list_customer_sessions(call: HttpCall) -> Reply:
    return call.relay("identity", "list_customer_sessions", user_id=call.path["user_id"], **call.query)


@route(
    "POST", f"{PATH}/sessions/end", operation="endCustomerSessions", tags=TAGS, who=STAFF, steps_up=True,
    takes=EndSessions, gives=staff.EndedSessions, summary="Sign a customer out",
    sends={"reason": "Lost the telephone, called from the number on file"}, example={"ended": 2},
)  # fmt: skip
def end_customer_sessions(call: HttpCall) -> Reply:
    """One session, or all where none is named. The customer is told by mail; the reason stays on record."""
    return call.relay("identity", "end_customer_sessions", user_id=call.path["user_id"], **call.body)


@route(
    "GET", f"{PATH}/second-factors", operation="listCustomerSecondFactors", has_etag=True, tags=TAGS, who=STAFF,
    gives=second_factors.SecondFactors, summary="Which second factors a customer has",
    example=SECOND_FACTORS,
)  # fmt: skip
def list_customer_second_factors(call: HttpCall) -> Reply:
    return call.relay("identity", "list_customer_factors", user_id=call.path["user_id"])


@route(
    "POST", f"{PATH}/second-factors/reset", operation="resetSecondFactor", tags=TAGS, who=STAFF, steps_up=True,
    takes=ResetSecondFactor, gives=staff.SecondFactorReset, summary="Take a lost second factor away",
    sends={"reason": "Lost the telephone and the recovery codes; showed a driver's licence at the branch"},
    example={"factors_removed": 1, "passkeys_removed": 1, "sessions_ended": 2},
)  # fmt: skip
def reset_second_factor(call: HttpCall) -> Reply:
    """Every factor, recovery code and passkey goes, and every session ends; the password is asked for as before.

    For who has lost all of them and has proven otherwise who they are: the reason says how, and stays on record. The
    customer is told by mail.
    """
    return call.relay("identity", "reset_second_factor", user_id=call.path["user_id"], **call.body)


ROUTES = (list_customer_sessions, end_customer_sessions, list_customer_second_factors, reset_second_factor)
