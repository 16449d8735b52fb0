"""No request sets what it may not: every body is closed, at every depth, against fields that a server would know."""

import copy
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, cast

import pytest
from marshmallow import EXCLUDE, INCLUDE, Schema, fields

from chassis.clock import FixedClock
from gateway.routing import Route
from gateway.table import ROUTES
from tests.unit.gateway.builders import ON_DATABASE, Gateway, a_gateway
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


# Objects whose fields a standard leaves open.
FREE_OBJECTS = {"clientExtensionResults"}
# What browsers make grows with the standard: members that we do not know are passed over, and go no further.
OF_BROWSERS = {"credential", "response"}
# What a client is to say although it is called like that: which words were agreed to, which balance was seen.
MEANT = {
    ("giveConsent", "version"), ("addPaymentMethod", "consent/version"), ("putAutopay", "consent/version"),
    ("accelerateBalance", "balance_cents"), ("chargeOff", "balance_cents"),
}  # fmt: skip


def got_through(gateway: Gateway, route: Route) -> list[str]:
    """Every field that is not refused by its name, wherever it stands; and every service that heard of one."""
    headers = {"Idempotency-Key": "one", **A_STATE}
    token = gateway.token(roles=[route.who[0]]) if not route.is_open else None
    found = []
    for at in places(route.sends):
        if at and at[-1] in FREE_OBJECTS | OF_BROWSERS:
            continue
        for name in SLIPPED_IN:
            where = "/".join(str(step) for step in (*at, name))
            if (route.operation, where) in MEANT:
                continue
            answer = gateway.send(route.method, _path(route), json=bent(route, at, name), headers=headers, token=token)
            is_named = answer.status_code == 422 and any(
                error["code"] == "unknown_field" and error["pointer"].endswith(f"/{name}")
                for error in answer.json["errors"]
            )
            if not is_named:
                found.append(f"{where}: {answer.status_code}")
    heard = {asked.method for asked in gateway.neighbours.asked} - {"identity.get_signing_keys"}
    return [*found, *(f"{method} heard of it" for method in sorted(heard))]


@pytest.mark.parametrize("route", WRITABLE, ids=lambda route: str(route.operation))
def test_a_field_that_is_not_declared_is_refused_at_every_depth(route: Route, clock: FixedClock) -> None:
    assert got_through(a_gateway(clock=clock, settings=SETTINGS), route) == []


def test_what_is_meant_to_be_said_is_declared() -> None:
    """Else the list would hide a field that is there no more, or will be there one day."""
    said = {
        (route.operation, "/".join(str(step) for step in (*at, name)))
        for route in WRITABLE for at in places(route.sends) for name in _at(route.sends, at)
    }  # fmt: skip
    assert said >= MEANT


class TestTheSearchFinds:
    """Each of these is a mistake that somebody can make in a schema, made here on purpose."""

    @pytest.mark.parametrize("route", WRITABLE, ids=lambda route: str(route.operation))
    def test_a_body_that_is_open(self, route: Route, clock: FixedClock) -> None:
        assert route.takes is not None
        assert "role: " in " ".join(got_through(*with_schema(route, opened(route.takes, unknown=EXCLUDE), clock)))

    def test_a_body_that_is_handed_on_as_it_came_even_where_the_service_refuses_it(self, clock: FixedClock) -> None:
        [route] = [route for route in WRITABLE if route.operation == "updateMe"]
        assert route.takes is not None
        found = got_through(*with_schema(route, opened(route.takes, unknown=INCLUDE), clock))
        assert "identity.update_me heard of it" in found

    def test_an_object_inside_a_body_that_is_open(self, clock: FixedClock) -> None:
        [route] = [route for route in WRITABLE if route.operation == "addPaymentMethod"]
        assert route.takes is not None
        inner = type(route.takes().fields["consent"].schema)  # type: ignore[attr-defined]
        consent = fields.Nested(opened(inner, unknown=EXCLUDE), required=True)
        found = got_through(*with_schema(route, changed(route.takes, consent=consent), clock))
        assert any(each.startswith("consent/role: ") for each in found)
        assert not any(each.startswith("role: ") for each in found)

    @pytest.mark.parametrize("name", ["role", "status", "email_verified", "balance_cents", "accounts"])
    def test_a_field_that_is_declared_and_should_not_be(self, name: str, clock: FixedClock) -> None:
        [route] = [route for route in WRITABLE if route.operation == "updateMe"]
        assert route.takes is not None
        declared = changed(route.takes, **{name: fields.Raw(load_default=None)})
        assert "identity.update_me heard of it" in got_through(*with_schema(route, declared, clock))


def with_schema(route: Route, takes: type[Schema], clock: FixedClock) -> tuple[Gateway, Route]:
    """A gateway on which this route loads its body by another schema, and that route."""
    broken = replace(route, takes=takes)
    routes = tuple(broken if each is route else each for each in ROUTES)
    return a_gateway(clock=clock, settings=SETTINGS, routes=routes), broken


def opened(schema: type[Schema], *, unknown: str) -> type[Schema]:
    return changed(schema, Meta=type("Meta", (schema.Meta,), {"unknown": unknown}))


def changed(schema: type[Schema], **members: Any) -> type[Schema]:
    return cast("type[Schema]", type(schema.__name__, (schema,), members))


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
