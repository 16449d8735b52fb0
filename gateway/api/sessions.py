"""Sessions: signing in, new tokens, and seeing and closing what is open."""

from chassis.context import AGENT, CUSTOMER
from chassis.errors import InvalidRequest, NotFound
from chassis.schemas import Nothing
from gateway.admission import Rank
from gateway.api import examples
from gateway.limits import Limit
from gateway.routing import HttpCall, Otherwise, Reply, route
from gateway.schemas import Page
from services.identity.contract import schemas as identity
from services.identity.contract import second_factors

SESSIONS = Limit("sessions", "SESSIONS_PER_MINUTE")
PERSONS = (CUSTOMER, AGENT)


@route(
    "POST", "/v1/sessions", operation="openSession", rank=Rank.FIRST, status=201, tags=("identity",), limit=SESSIONS,
    takes=identity.OpenSession, gives=identity.OpenedSession, summary="Sign in",
    sends={"user_id": "jane@example.com", "password": "ferry lantern orchard nine"},
    example=examples.SESSION_TOKENS, errors=("invalid_credentials", "too_many_attempts"),
    otherwise=Otherwise(
        when="The password was right; a second factor opens the session: POST /v1/sessions/mfa.", status=202,
        gives=second_factors.SecondFactorAsked, example=examples.SECOND_FACTOR_ASKED,
    ),
)  # fmt: skip
def open_session(call: HttpCall) -> Reply:
    """An access token for the Authorization header, and a refresh token for the next one.

    Who has a second factor gets a challenge instead, good for ten minutes.
    """
    answer = call.ask("identity", "open_session", **call.body)
    return Reply(answer.data, is_otherwise="challenge_id" in answer.data)


@route(
    "POST", "/v1/sessions/refresh", operation="refreshSession", rank=Rank.FIRST, tags=("identity",), limit=SESSIONS,
    takes=identity.RefreshSession, gives=identity.OpenedSession, summary="Get new tokens for a refresh token",
    sends={"refresh_token": examples.SESSION_TOKENS["refresh_token"]},
    example=examples.SESSION_TOKENS, errors=("refresh_token_not_valid",),
)  # fmt: skip
def refresh_session(call: HttpCall) -> Reply:
    """Each refresh token works once; using one again ends the session."""
    return call.relay("identity", "refresh_session", **call.body)


@route(
    "GET", "/v1/sessions", operation="listSessions", tags=("identity",), who=PERSONS, query=Page,
    gives=identity.Sessions, summary="List your open sessions",
    example=examples.page_of(
        {
            "id": examples.SESSION_ID, "device": "Pixel 9", "opened_at": "2026-11-23T15:00:00.000Z",
            "last_used_at": "2026-11-23T15:25:00.000Z", "expires_at": "2026-11-24T15:00:00.000Z", "is_current": True,
        }
    ),
)  # fmt: skip
def list_sessions(call: HttpCall) -> Reply:
    return call.relay("identity", "list_sessions", **call.query)


@route(
    "DELETE", "/v1/sessions/{session}", operation="closeSession", rank=Rank.FIRST,
    status=204, tags=("identity",), who=PERSONS,
    gives=Nothing, summary="Close a session, or `current` for this one", errors=("not_found",),
)  # fmt: skip
def close_session(call: HttpCall) -> Reply:
    """Its refresh token is dead at once, its access token within five minutes."""
    session = call.path["session"]
    try:
        return call.relay("identity", "close_session", session_id=session)
    except InvalidRequest as refusal:
        raise NotFound() from refusal


ROUTES = (open_session, refresh_session, list_sessions, close_session)
