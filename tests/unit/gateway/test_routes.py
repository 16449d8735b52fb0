"""Every declared route does what its declaration says, and no other exists."""

import json
from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from openapi_schema_validator import OAS31Validator

from chassis.clock import FixedClock
from chassis.errors import Kind, Refusal
from gateway import errors, openapi
from gateway.api import conversation_examples, examples, paper_examples, staff_receipts, statement_examples
from gateway.routing import Reply, Route
from gateway.schemas import Document
from gateway.shaping import shaped
from gateway.table import ROUTES
from tests.unit.gateway.builders import A_KEY, ON_DATABASE, Gateway, HttpAnswer, a_gateway

IDS = {
    "account_id": examples.ACCOUNT_ID, "payment_id": examples.PAYMENT_ID, "payment_method_id": examples.METHOD_ID,
    "quote_id": examples.QUOTE_ID, "statement_id": statement_examples.STATEMENT_ID,
    "buyout_id": examples.OPTION_ID, "turn_in_id": examples.OPTION_ID, "extension_id": examples.OPTION_ID,
    "user_id": examples.USER_ID, "work_item_id": examples.MESSAGE_ID, "item_id": examples.MESSAGE_ID,
    "webhook_id": examples.WEBHOOK_ID, "delivery_id": examples.DELIVERY_ID, "receipt_id": staff_receipts.RECEIPT_ID,
    "conversation_id": conversation_examples.CONVERSATION_ID, "attachment_id": conversation_examples.ATTACHMENT_ID,
    "notice_id": examples.MESSAGE_ID, "factor_id": examples.FACTOR_ID, "passkey_id": examples.PASSKEY_ID,
    "batch_id": paper_examples.BATCH_ID,
}  # fmt: skip
MESSAGE_ID = examples.MESSAGE_ID
REST = {
    "session": "current", "code": "not_found", "file": "docs.css", "schema": "payments.payment_posted.v1.json",
}  # fmt: skip
A_STATE = {"If-Match": '"7.6f1c"'}
BY_TOKEN = [route for route in ROUTES if not route.is_open]
PLAIN = [route for route in ROUTES if route.gives is not Document and route.operation not in ON_DATABASE]


def _path(route: Route) -> str:
    return route.path.format(**IDS, **REST)


def _token(gateway: Gateway, route: Route) -> str:
    """Of the first role that the route is for."""
    return gateway.token(roles=[route.who[0]])


def _send(gateway: Gateway, route: Route, **options: Any) -> HttpAnswer:
    if not route.is_open:
        options.setdefault("token", _token(gateway, route))
    headers = {**(A_KEY if route.idempotent else {}), **(A_STATE if route.conditional else {})}
    headers |= options.pop("headers", {})
    if route.raw:
        headers |= {"Content-Type": route.raw.media, **dict.fromkeys(route.raw.signed_by, "signed")}
        options |= {"data": _written(route), "query_string": dict.fromkeys(route.query().fields, MESSAGE_ID)}
    if route.upload:
        options |= {"data": b"%PDF-1.7 %%EOF", "content_type": route.upload.medias[0]}
    if route.sends and not (route.takes or route.raw):
        options.setdefault("query_string", route.sends)
    body: dict[str, Any] = {"json": dict(route.sends or {})} if route.takes else {}
    return gateway.send(route.method, _path(route), headers=headers, **body, **options)


def _written(route: Route) -> bytes:
    assert route.raw
    is_json = route.raw.media == "application/json"
    return (json.dumps(route.sends) if is_json else urlencode(route.sends)).encode()


def _named(route: Route) -> str:
    return route.operation


@pytest.mark.parametrize("route", PLAIN, ids=_named)
def test_no_answer_sets_a_cookie_and_none_is_looked_at(route: Route, clock: FixedClock) -> None:
    """Who is asked for is in the Authorization header alone: nothing that a browser sends by itself opens a door."""
    gateway = a_gateway(clock=clock)
    assert "Set-Cookie" not in _send(gateway, route).headers
    if not route.is_open:
        token = _token(gateway, route)
        cookies = {"Cookie": f"access_token={token}; session={token}; __Host-session={token}"}
        refused = _send(gateway, route, token=None, headers=cookies)
        assert (refused.status_code, "Set-Cookie" in refused.headers) == (401, False)


@pytest.mark.parametrize("route", PLAIN, ids=_named)
def test_the_example_request_is_answered_in_the_documented_form(route: Route, clock: FixedClock) -> None:
    answer = _send(a_gateway(clock=clock), route)
    assert answer.status_code == route.status
    document = openapi.document()
    operation = document["paths"][route.path][route.method.lower()]
    content = operation["responses"][str(route.status)].get("content")
    if content is None:
        assert answer.data == b""
        return
    schema = {**content["application/json"]["schema"], "components": document["components"]}
    OAS31Validator(schema).validate(answer.json)
    OAS31Validator(schema).validate(content["application/json"]["example"])


@pytest.mark.parametrize("route", BY_TOKEN, ids=_named)
def test_a_route_for_persons_asks_for_a_token_before_anything_else(route: Route, clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock)
    assert _send(gateway, route, token=None).status_code == 401
    assert gateway.neighbours.asked == []


@pytest.mark.parametrize("route", BY_TOKEN, ids=_named)
def test_a_route_for_persons_is_closed_to_other_roles(route: Route, clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock)
    assert _send(gateway, route, token=gateway.token(roles=["service"])).status_code == 403
    for role in {"agent", "customer"} - set(route.who):
        assert _send(gateway, route, token=gateway.token(roles=[role])).status_code == 403


@pytest.mark.parametrize("route", [route for route in ROUTES if route.idempotent], ids=_named)
class TestRoutesThatNeedAKey:
    def test_without_one_nothing_is_asked(self, route: Route, clock: FixedClock) -> None:
        gateway = a_gateway(clock=clock)
        token = _token(gateway, route)
        answer = gateway.send(route.method, _path(route), json=dict(route.sends or {}), token=token)
        assert (answer.status_code, answer.json["code"]) == (400, "idempotency_key_required")
        assert [asked.method for asked in gateway.neighbours.asked] == ["identity.get_signing_keys"]

    def test_an_impossible_one_is_named(self, route: Route, clock: FixedClock) -> None:
        answer = _send(a_gateway(clock=clock), route, headers={"Idempotency-Key": "k" * 256})
        assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "/headers/Idempotency-Key")

    def test_it_is_passed_on(self, route: Route, clock: FixedClock) -> None:
        gateway = a_gateway(clock=clock)
        answer = _send(gateway, route, headers={"Idempotency-Key": "k" * 255})
        assert gateway.neighbours.asked[-1].key == "k" * 255
        assert "Idempotent-Replayed" not in answer.headers

    def test_a_replay_is_marked(self, route: Route, clock: FixedClock) -> None:
        gateway = a_gateway(clock=clock)
        gateway.neighbours.replayed = True
        assert _send(gateway, route).headers["Idempotent-Replayed"] == "true"


def _by_a_key(kinds: Collection[Kind]) -> list[Any]:
    """Every route that keeps answers, with each code of these kinds that its service may refuse it with."""
    return [
        pytest.param(route, code, id=f"{route.operation}-{code}")
        for route in ROUTES
        if route.idempotent or route.takes_key
        for code in openapi.codes_of(route)
        if Refusal.registry[code].kind in kinds and Refusal.registry[code].__module__ != errors.__name__
    ]


@pytest.mark.parametrize(("route", "code"), _by_a_key([Kind.PRECONDITION, Kind.LIMITED]))
def test_a_refusal_that_a_key_kept_is_replayed_as_the_document_says(
    route: Route, code: str, clock: FixedClock
) -> None:  # fmt: skip
    kept = Refusal.registry[code]()
    kept.is_kept = kept.is_replayed = True
    gateway = a_gateway(clock=clock)
    _send(gateway, route)
    method = gateway.neighbours.asked[-1].method
    answer = _send(a_gateway(clock=clock, answers={method: kept}), route)
    assert (answer.json["code"], answer.headers["Idempotent-Replayed"]) == (code, "true")
    told = openapi.document()["paths"][route.path][route.method.lower()]["responses"][str(answer.status_code)]
    assert "Idempotent-Replayed" in told["headers"]


def test_a_stale_change_of_autopay_is_among_them() -> None:
    told = [(each.values[0].operation, each.values[1]) for each in _by_a_key([Kind.PRECONDITION])]
    assert ("putAutopay", "precondition_failed") in told


KEPT_OF_A_PAYMENT = ["201", "403", "404", "409", "422"]


def test_what_the_gateway_refuses_itself_is_not_said_to_be_kept() -> None:
    told = openapi.document()["paths"]["/v1/accounts/{account_id}/payments"]["post"]["responses"]
    assert [status for status in told if "Idempotent-Replayed" in told[status]["headers"]] == KEPT_OF_A_PAYMENT


def test_a_key_is_taken_where_it_helps_and_ignored_where_answers_hold_secrets(clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock)
    for route in ROUTES:
        if route.operation in ("addPaymentMethod", "openSession", "register"):
            assert _send(gateway, route, headers=A_KEY).status_code == route.status
    keys = {asked.method: asked.key for asked in gateway.neighbours.asked}
    assert keys["payments.add_payment_method"] == "first-try"
    assert (keys["identity.open_session"], keys["identity.register"]) == (None, None)


@pytest.mark.parametrize("route", [route for route in PLAIN if route.has_etag], ids=_named)
class TestRoutesWithEtag:
    def test_the_same_state_is_not_sent_twice(self, route: Route, clock: FixedClock) -> None:
        gateway = a_gateway(clock=clock)
        etag = _send(gateway, route).headers["ETag"]
        for sent in (etag, f"W/{etag}", f'"other", {etag}', "*"):
            again = _send(gateway, route, headers={"If-None-Match": sent})
            assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", etag)
            assert "Content-Type" not in again.headers

    def test_another_state_is(self, route: Route, clock: FixedClock) -> None:
        assert _send(a_gateway(clock=clock), route, headers={"If-None-Match": '"old"'}).status_code == 200

    def test_if_match_is_for_writing_and_changes_nothing_here(self, route: Route, clock: FixedClock) -> None:
        assert _send(a_gateway(clock=clock), route, headers={"If-Match": '"old"'}).status_code == 200


def test_only_declared_fields_leave_the_house() -> None:
    route = next(route for route in ROUTES if route.operation == "listPayments")
    inner = {**examples.PAYMENT, "processor_reference": "ch_1", "method": {"type": "card", "last4": "1", "token": "t"}}
    found = shaped(route.gives(), {"data": [inner], "next_cursor": None, "total": 7})
    assert found == {
        "data": [{**examples.PAYMENT, "method": {"type": "card", "last4": "1"}}],
        "next_cursor": None,
    }


def test_a_session_id_that_cannot_be_one_is_not_found(clock: FixedClock) -> None:
    answer = a_gateway(clock=clock).send("DELETE", f"/v1/sessions/{'x' * 41}")
    assert (answer.status_code, answer.json["code"]) == (404, "not_found")


class TestDiscovery:
    def test_the_contract_is_served_as_committed(self, clock: FixedClock) -> None:
        answer = a_gateway(clock=clock).get("/openapi.json", token=None)
        assert answer.data == openapi.FILE.read_bytes()
        assert answer.headers["Cache-Control"] == "public, max-age=300"

    def test_the_keys_are_identitys(self, clock: FixedClock) -> None:
        gateway = a_gateway(clock=clock)
        assert gateway.get("/.well-known/jwks.json", token=None).json == {"keys": [gateway.key.as_dict(private=False)]}

    def test_readiness_follows_the_process(self, clock: FixedClock) -> None:
        assert a_gateway(clock=clock).get("/health/ready", token=None).json == {"status": "ok"}
        answer = a_gateway(clock=clock, is_ready=False).get("/health/ready", token=None)
        assert (answer.status_code, answer.json["code"]) == (503, "not_ready")

    def test_metrics_do_not_exist_without_a_token_set(self, clock: FixedClock) -> None:
        assert a_gateway(clock=clock).get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404

    @pytest.mark.parametrize("sent", ["", "Bearer", "Bearer wrong", "operators-only", "bearer operators-only"])
    def test_metrics_are_closed_to_any_other_token(self, sent: str, clock: FixedClock) -> None:
        gateway = a_gateway(clock=clock, settings={"METRICS_TOKEN": "operators-only"})
        assert gateway.get("/metrics", headers={"Authorization": sent}).status_code == 401

    def test_metrics_are_open_to_the_operator(self, clock: FixedClock) -> None:
        gateway = a_gateway(clock=clock, settings={"METRICS_TOKEN": "operators-only"})
        answer = gateway.get("/metrics", headers={"Authorization": "Bearer operators-only"})
        assert (answer.status_code, answer.mimetype) == (200, "text/plain")
        assert "captive_http_seconds" in answer.text

    def test_support_can_be_reached_without_signing_in(self, clock: FixedClock) -> None:
        contact = a_gateway(clock=clock, settings={"SUPPORT_EMAIL": "help@example.com"}).get(
            "/v1/support/contact", token=None
        )
        assert contact.json["email"] == "help@example.com"
        assert contact.json["mail_to"]["regular"][1] == "P.O. Box 650805"

    def test_support_says_when_somebody_is_there(self, clock: FixedClock) -> None:
        settings = {"SUPPORT_HOURS": "mon-fri 08:00-20:00", "SUPPORT_CLOSED_ON": "2026-11-30"}
        clock.move_to(datetime(2026, 11, 25, 18, tzinfo=UTC))
        open_now = a_gateway(clock=clock, settings=settings).get("/v1/support/contact", token=None).json["hours"]
        assert (open_now["is_open"], open_now["closes_at"]) == (True, "2026-11-26T02:00:00.000Z")
        clock.move_to(datetime(2026, 11, 28, 18, tzinfo=UTC))
        closed = a_gateway(clock=clock, settings=settings).get("/v1/support/contact", token=None).json["hours"]
        assert (closed["is_open"], closed["opens_at"]) == (False, "2026-12-01T14:00:00.000Z")
        assert closed["closed_on"][:2] == ["2026-11-30", "2026-12-25"]


def test_a_handler_sees_only_what_was_declared(clock: FixedClock) -> None:
    seen: list[Any] = []
    declared = next(route for route in ROUTES if route.operation == "getMe")

    def spy(call: Any) -> Reply:
        seen.append(call)
        return declared.handler(call)

    gateway = a_gateway(clock=clock, routes=(replace(declared, handler=spy),))
    assert gateway.get("/v1/me", data=b'{"role": "agent"}').status_code == 200
    assert (seen[0].body, seen[0].query, seen[0].path) == ({}, {}, {})
