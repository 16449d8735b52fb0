"""The committed contract is valid OpenAPI 3.1, says everything a client needs, and is the one the routes make."""

import re
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from chassis import schemas
from gateway import openapi
from gateway.routing import Route
from gateway.stream.told import PASSING, TOLD
from gateway.table import ROUTES

TAKING = [route for route in ROUTES if route.takes]


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return openapi.document()


def test_the_committed_file_is_what_the_routes_make() -> None:
    assert openapi.FILE.read_text(encoding="utf-8") == openapi.text(), "run: python -m gateway.openapi"


def test_it_is_valid_openapi(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    OpenAPIV31SpecValidator(document).validate()


def test_it_lists_exactly_the_routes(document: dict[str, Any]) -> None:
    listed = {(path, method.upper()) for path, operations in document["paths"].items() for method in operations}
    assert listed == {(route.path, route.method) for route in ROUTES}
    assert len(ROUTES) == len(listed)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: str(route.operation))
def test_every_operation_tells_what_a_client_needs(route: Route, document: dict[str, Any]) -> None:
    operation = document["paths"][route.path][route.method.lower()]
    assert re.fullmatch(r"[a-z]+([A-Z][a-z]+)*", operation["operationId"])
    assert operation["summary"]
    assert operation["tags"]
    success = operation["responses"][str(route.status)]
    for content in success.get("content", {}).values():
        assert content["example"] not in (None, "")
    problems = [status for status in operation["responses"] if int(status) >= 400]
    assert "500" in problems
    assert all("application/problem+json" in operation["responses"][status]["content"] for status in problems)
    assert operation["security"] == ([] if route.is_open else [{"bearer": []}])
    assert ("401" in problems) or route.is_open


def test_every_operation_has_a_name_of_its_own() -> None:
    assert len({route.operation for route in ROUTES}) == len(ROUTES)


@pytest.mark.parametrize("route", TAKING, ids=lambda route: str(route.operation))
def test_the_example_of_a_request_is_one_that_is_taken(route: Route) -> None:
    assert route.takes is not None
    assert schemas.load(route.takes, dict(route.sends or {}))


def test_money_is_documented_as_whole_numbers(document: dict[str, Any]) -> None:
    shapes = document["components"]["schemas"].values()
    cents = [kind for shape in shapes for name, kind in shape["properties"].items() if name.endswith("_cents")]
    assert len(cents) > 30
    assert all("integer" in kind["type"] for kind in cents)


def test_requests_are_closed_and_replies_open(document: dict[str, Any]) -> None:
    shapes = document["components"]["schemas"]
    assert shapes["SubmitPayment"]["additionalProperties"] is False
    assert "account_id" not in shapes["SubmitPayment"]["properties"]
    assert "additionalProperties" not in shapes["Account"]


# Lines that are read whole: instalments to come, and where to mail what.
WHOLE = {"getSchedule", "getAccountSchedule", "listPaymentAddresses"}
# Neither a resource nor a list: how a process fares, its figures, what goes on without end, a page about a code, and an
# archive that is made while it is read.
PASSING_BY = {"getLiveness", "getReadiness", "getMetrics", "openStream", "getProblemPage", "printPaperBatch"}


def test_every_list_is_paged_in_the_same_way(document: dict[str, Any]) -> None:
    lists = {
        route.operation: {parameter["name"] for parameter in operation_of(route, document)["parameters"]}
        for route in ROUTES
        if route.method == "GET" and shape_of(route, document).get("data", {}).get("type") == "array"
    }
    assert len(lists) > 30
    assert {name for name, parameters in lists.items() if not {"limit", "cursor"} <= parameters} == WHOLE
    paged = {route.operation for route in ROUTES if "next_cursor" in shape_of(route, document)}
    assert paged == set(lists) - WHOLE


def test_every_single_resource_has_an_etag(document: dict[str, Any]) -> None:
    without = {
        route.operation
        for route in ROUTES
        if route.method == "GET"
        and "next_cursor" not in shape_of(route, document)
        and "ETag" not in operation_of(route, document)["responses"]["200"]["headers"]
    }
    assert without == PASSING_BY


def operation_of(route: Route, document: dict[str, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = document["paths"][route.path][route.method.lower()]
    return operation


def shape_of(route: Route, document: dict[str, Any]) -> dict[str, Any]:
    """The fields of what a route gives in JSON."""
    content = operation_of(route, document)["responses"][str(route.status)].get("content", {})
    named = content.get("application/json", {}).get("schema", {}).get("$ref", "").rpartition("/")[2]
    fields: dict[str, Any] = document["components"]["schemas"].get(named, {}).get("properties", {})
    return fields


def test_the_key_is_required_where_money_moves(document: dict[str, Any]) -> None:
    operation = document["paths"]["/v1/accounts/{account_id}/payments"]["post"]
    key = next(parameter for parameter in operation["parameters"] if parameter["name"] == "Idempotency-Key")
    assert key["required"] is True
    assert {"400", "409", "422", "503"} <= set(operation["responses"])


def test_patterns_are_ones_that_javascript_clients_understand() -> None:
    patterns = re.findall(r'"pattern": "(.*)"', openapi.text())
    assert patterns
    assert [pattern for pattern in patterns if r"\\A" in pattern or r"\\Z" in pattern] == []
    assert all(pattern.startswith("^") and pattern.endswith("$") for pattern in patterns)


def test_the_stream_s_events_are_named_in_the_contract(document: dict[str, Any]) -> None:
    content = document["paths"]["/v1/stream"]["get"]["responses"]["200"]["content"]["text/event-stream"]
    assert content["schema"]["properties"]["event"]["enum"] == [
        "ready",
        "reset",
        *(told.name for told in TOLD),
        *PASSING,
    ]
