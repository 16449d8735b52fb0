"""Whatever the gateway answers, the contract says so: the status, the code, the headers and the form."""

import json
from collections.abc import Callable
from typing import Any, cast

import pytest
from openapi_schema_validator import OAS31Validator

from chassis.clock import FixedClock
from chassis.errors import NeighbourSilent, Refusal
from chassis.web import Unserved
from gateway import openapi
from gateway.answers import HEADERS
from gateway.app import Application
from gateway.headers import EXPOSED, SECURITY
from gateway.routing import Route
from gateway.schemas import PAYMENT_CENTS_MIN
from gateway.table import ROUTES
from services.payments.models import payments
from tests.unit.gateway.builders import CONTRACT, ON_DATABASE, Gateway, HttpAnswer, a_gateway
from tests.unit.gateway.test_routes import IDS, REST, _path, _send

EVERYWHERE = {*SECURITY, "Cache-Control", "Content-Type", "Content-Length", "Vary", "X-Accel-Buffering"}
each_route = pytest.mark.parametrize("route", ROUTES, ids=lambda route: str(route.operation))


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return openapi.document()


def responses_of(document: dict[str, Any], route: Route) -> dict[str, Any]:
    found: dict[str, Any] = document["paths"][route.path][route.method.lower()]["responses"]
    return found


def assert_told(answer: HttpAnswer, route: Route, document: dict[str, Any]) -> None:
    """The contract foresees this very answer."""
    responses = responses_of(document, route)
    told = responses.get(str(answer.status_code))
    code = answer.json["code"] if answer.status_code >= 400 else ""
    assert told, f"{route.operation} answered {answer.status_code} {code}, which is not in the contract"
    assert set(answer.headers.keys()) <= EVERYWHERE | set(told["headers"]), route.operation
    if answer.status_code >= 400:
        assert answer.content_type == "application/problem+json"
        schema = told["content"]["application/problem+json"]["schema"]
        found = [error.message for error in _validator(schema, document).iter_errors(answer.json)]
        assert found == [], f"{route.operation} {answer.status_code} {code}"


_VALIDATORS: dict[tuple[str, int], OAS31Validator] = {}


def _validator(schema: dict[str, Any], document: dict[str, Any]) -> OAS31Validator:
    """One for all that have the same form: each looks through the whole document once."""
    key = json.dumps(schema, sort_keys=True), id(document)
    if key not in _VALIDATORS:
        _VALIDATORS[key] = OAS31Validator({**schema, "components": document["components"]})
    return _VALIDATORS[key]


Sending = Callable[[Gateway, Route], HttpAnswer]
ASKING_WRONGLY: dict[str, Sending] = {
    "as the example says": lambda gateway, route: _send(gateway, route),
    "without a token": lambda gateway, route: _send(gateway, route, token=None),
    "with a token that is none": lambda gateway, route: _send(gateway, route, token="nonsense"),
    "in a role that has no business here": lambda gateway, route: _send(
        gateway, route, token=gateway.token(roles=["service"])
    ),
    "with a parameter that nobody declared": lambda gateway, route: _send(gateway, route, query_string="colour=red"),
    "with a query that cannot be read": lambda gateway, route: _send(gateway, route, query_string="a=%ff"),
    "with an endless key": lambda gateway, route: _send(gateway, route, headers={"Idempotency-Key": "k" * 256}),
    "without a key": lambda gateway, route: _plain(gateway, route, json=route.sends),
    "without a body": lambda gateway, route: _plain(gateway, route, data=b""),
    "with a body that cannot be read": lambda gateway, route: _plain(gateway, route, data=b"{"),
    "with a body that holds nothing": lambda gateway, route: _plain(gateway, route, data=b"{}"),
    "with a body of another type": lambda gateway, route: _plain(
        gateway, route, data=b"{}", headers={"Content-Type": "text/csv"}
    ),
    "with a body that is too large": lambda gateway, route: _plain(gateway, route, data=b" " * 70_000),
    "with an id that is none": lambda gateway, route: gateway.send(
        route.method, route.path.format(**dict.fromkeys(IDS, "none"), **REST)
    ),
    "for what has not changed": lambda gateway, route: _send(gateway, route, headers={"If-None-Match": "*"}),
    "once too often": lambda gateway, route: [_send(gateway, route) for _ in range(2)][-1],
}


def _plain(gateway: Gateway, route: Route, **options: Any) -> HttpAnswer:
    headers = {"Content-Type": "application/json", **options.pop("headers", {})}
    return gateway.send(route.method, _path(route), headers=headers, **options)


@each_route
def test_every_way_to_ask_wrongly_is_answered_as_told(
    route: Route, clock: FixedClock, document: dict[str, Any]
) -> None:
    limits = {"SESSIONS_PER_MINUTE": 1, "REGISTRATIONS_PER_MINUTE": 1, "REQUESTS_PER_MINUTE": 1}
    for way, ask in ASKING_WRONGLY.items():
        answer = ask(a_gateway(clock=clock, settings=limits if way == "once too often" else None), route)
        if route.operation in ON_DATABASE and answer.status_code == 500:
            continue  # This gateway has no database.
        assert answer.status_code != 500, way
        assert_told(answer, route, document)


@each_route
def test_every_refusal_of_a_neighbour_is_answered_as_told(
    route: Route, clock: FixedClock, document: dict[str, Any]
) -> None:
    asks = [asked.method for asked in _asked(route, clock) if asked.method != "identity.get_signing_keys"]
    for code in openapi.codes_of(route) if asks else []:
        refusal = Refusal.registry[code]()
        answer = _send(a_gateway(clock=clock, answers=dict.fromkeys(asks, refusal)), route)
        assert_told(answer, route, document)


@each_route
def test_silence_and_defects_behind_are_answered_as_told(
    route: Route, clock: FixedClock, document: dict[str, Any]
) -> None:
    for trouble in (NeighbourSilent("payments"), KeyError("a defect")):
        answer = _send(a_gateway(clock=clock, answers=dict.fromkeys(CONTRACT, trouble)), route)
        assert_told(answer, route, document)


@each_route
@pytest.mark.parametrize("status", [400, 414, 431])
def test_what_was_not_even_read_is_answered_as_told(
    route: Route, status: int, clock: FixedClock, document: dict[str, Any]
) -> None:
    application = cast(Application, a_gateway(clock=clock).client.application)
    headers, content = application.refused(Unserved(status, "It cannot be read."))
    told = responses_of(document, route)[str(status)]
    assert {name for name, _ in headers} <= EVERYWHERE | set(told["headers"])
    schema = told["content"]["application/problem+json"]["schema"]
    assert [error.message for error in _validator(schema, document).iter_errors(json.loads(content))] == []


def _asked(route: Route, clock: FixedClock) -> list[Any]:
    gateway = a_gateway(clock=clock)
    _send(gateway, route)
    return gateway.neighbours.asked


@pytest.mark.parametrize("route", [route for route in ROUTES if route.limit], ids=lambda route: str(route.operation))
def test_where_attempts_are_limited_every_answer_tells_how_many_are_left(
    route: Route, clock: FixedClock, document: dict[str, Any]
) -> None:
    told = responses_of(document, route)
    assert "429" in told
    assert all({"RateLimit", "RateLimit-Policy"} <= set(answer["headers"]) for answer in told.values())
    assert "Retry-After" in told["429"]["headers"]
    answer = _send(a_gateway(clock=clock), route)
    assert {"RateLimit", "RateLimit-Policy"} <= set(answer.headers.keys())


def test_a_header_that_is_told_is_one_that_pages_of_other_origins_may_read(document: dict[str, Any]) -> None:
    told = {name for route in ROUTES for answer in responses_of(document, route).values() for name in answer["headers"]}
    assert told == set(HEADERS) == set(document["components"]["headers"])
    assert told <= {*EXPOSED, "X-Request-Id"}


@each_route
def test_every_code_has_its_example_and_the_example_its_form(route: Route, document: dict[str, Any]) -> None:
    told = responses_of(document, route)
    listed = []
    for status, answer in told.items():
        if int(status) < 400:
            continue
        content = answer["content"]["application/problem+json"]
        for code, reference in content["examples"].items():
            example = document["components"]["examples"][reference["$ref"].rpartition("/")[2]]["value"]
            assert [error.message for error in _validator(content["schema"], document).iter_errors(example)] == []
            assert (example["code"], example["status"]) == (code, int(status))
            assert ("money_moved" in example) == route.moves_money
            assert f"`{code}`" in answer["description"]
            listed.append(code)
    assert sorted(listed) == openapi.codes_of(route)


def test_the_smallest_payment_is_told_and_is_the_one_that_payments_takes(document: dict[str, Any]) -> None:
    rule = next(rule for rule in payments.constraints if rule.name == "ck_payments_amount_minimum")
    told = document["components"]["schemas"]["SubmitPayment"]["properties"]["amount_cents"]
    assert told["minimum"] == PAYMENT_CENTS_MIN
    assert f"= 0 THEN {PAYMENT_CENTS_MIN} ELSE" in str(rule.sqltext)  # type: ignore[attr-defined]


def test_shapes_say_what_they_are(document: dict[str, Any]) -> None:
    shapes = document["components"]["schemas"]
    assert "unknown, not none" in shapes["Account"]["description"]
    assert "description" not in shapes["Health"]


def test_every_tag_is_explained(document: dict[str, Any]) -> None:
    explained = {tag["name"] for tag in document["tags"] if tag["description"]}
    assert explained == {tag for route in ROUTES for tag in route.tags}


def test_names_of_requests_are_told_with_their_limits(document: dict[str, Any]) -> None:
    operation = document["paths"]["/v1/accounts/{account_id}/payments"]["post"]
    key = next(parameter for parameter in operation["parameters"] if parameter["name"] == "Idempotency-Key")
    assert (key["schema"]["minLength"], key["schema"]["maxLength"]) == (1, 255)
    assert document["components"]["schemas"]["SubmitPayment"]["properties"]["payment_method_id"]["format"] == "uuid"
