"""No request sets what it may not: every body is closed, at every depth, against fields that a server would know."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from chassis.clock import FixedClock
from gateway.routing import Route
from gateway.table import ROUTES
from tests.unit.gateway.builders import ON_DATABASE, a_gateway
from tests.unit.gateway.test_routes import A_STATE, _path

# Every field is tried on the same gateway: no limit shall answer in the place of the route.
SETTINGS = {"TEST_MESSAGES_PER_HOUR": 1_000_000}
# What a careless server takes along into its rows.
SLIPPED_IN: dict[str, Any] = {
    "id": "01900000-0000-7000-8000-0000000000ff",
    "user_id_of_owner": "01900000-0000-7000-8000-0000000000ff",
    "role": "agent",
    "roles": ["agent"],
    "is_admin": True,
    "status": "active",
    "email_verified": True,
    "balance_cents": 0,
    "principal_balance_cents": 0,
    "version": 1,
    "created_at": "2026-11-23T15:30:00.000Z",
    "accounts": [{"id": "01900000-0000-7000-8000-0000000000ff", "role": "borrower"}],
    "__proto__": {"role": "agent"},
    "constructor": {"prototype": {"role": "agent"}},
}
WRITABLE = [route for route in ROUTES if route.takes and isinstance(route.sends, dict)]


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where an object stands in the example, itself included."""
    if isinstance(value, dict):
        yield at
        for name, inner in value.items():
            yield from places(inner, (*at, name))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from places(inner, (*at, number))


def bent(route: Route, at: tuple[Any, ...], name: str) -> Any:
    body = copy.deepcopy(route.sends)
    _at(body, at)[name] = SLIPPED_IN[name]
    return body


def _at(body: Any, at: tuple[Any, ...]) -> Any:
    for step in at:
        body = body[step]
    return body


@pytest.mark.parametrize("route", WRITABLE, ids=lambda route: str(route.operation))
def test_a_field_that_is_not_declared_is_refused_at_every_depth(route: Route, clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock, settings=SETTINGS)
    headers = {"Idempotency-Key": "one", **A_STATE}
    declared = set(route.takes().fields) if route.takes else set()
    token = gateway.token(roles=[route.who[0]]) if not route.is_open else None
    taken = []
    for at in places(route.sends):
        if at and at[-1] in FREE_OBJECTS | OF_BROWSERS:
            continue
        for name in SLIPPED_IN.keys() - (declared if not at else set(_at(route.sends, at))):
            answer = gateway.send(route.method, _path(route), json=bent(route, at, name), headers=headers, token=token)
            is_named = answer.status_code == 422 and any(
                error["code"] == "unknown_field" and error["pointer"].endswith(f"/{name}")
                for error in answer.json["errors"]
            )
            if not is_named:
                taken.append(f"{at}/{name}: {answer.status_code}")
    assert taken == []
    asked = {asked.method for asked in gateway.neighbours.asked} - {"identity.get_signing_keys"}
    assert asked == set(), "refused before any service hears of it"


# Objects whose fields a standard leaves open.
FREE_OBJECTS = {"clientExtensionResults"}
# What browsers make grows with the standard: members that we do not know are passed over, and go no further.
OF_BROWSERS = {"credential", "response"}


@pytest.mark.parametrize("operation", ["addPasskey", "openPasskeySession"])
def test_what_browsers_may_add_one_day_is_taken_and_reaches_nobody(operation: str, clock: FixedClock) -> None:
    [route] = [route for route in WRITABLE if route.operation == operation]
    gateway = a_gateway(clock=clock, settings=SETTINGS)
    for at in (("credential",), ("credential", "response")):
        for name in SLIPPED_IN.keys() - set(_at(route.sends, at)):
            answer = gateway.send(route.method, _path(route), json=bent(route, at, name))
            assert answer.status_code == route.status, (at, name, answer.text)
    handed_on = [asked.request for asked in gateway.neighbours.asked if asked.method.endswith("passkey")]
    handed_on += [asked.request for asked in gateway.neighbours.asked if asked.method.endswith("passkey_session")]
    assert handed_on
    assert all(set(_at(request, at)) <= set(_at(route.sends, at)) for request in handed_on for at in (("credential",),))
    assert all(_at(request, ("credential",)) == handed_on[0]["credential"] for request in handed_on)


def test_every_route_that_takes_a_body_is_tried() -> None:
    assert {route.operation for route in ROUTES if route.takes} == {route.operation for route in WRITABLE}
    assert ON_DATABASE, "those on the gateway's own database are among them"
    assert len(WRITABLE) >= 20


@pytest.mark.parametrize("name", ["email_verified", "version", "accounts", "user_id", "id"])
def test_a_person_cannot_write_what_is_shown_to_them(name: str, clock: FixedClock) -> None:
    """What GET /v1/me gives and PATCH /v1/me does not take."""
    answer = a_gateway(clock=clock).send("PATCH", "/v1/me", json={name: "x"}, headers=A_STATE)
    assert (answer.status_code, answer.json["errors"][0]["code"]) == (422, "unknown_field")
