"""What is sent to the gateway is read strictly, and every answer keeps the conventions."""

import time
import timeit
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest

from chassis.clock import FixedClock
from chassis.errors import FieldError, InvalidRequest, NeighbourSilent
from gateway.admission import Admission
from gateway.api import examples
from gateway.api.webhooks import SENDGRID_SIGNATURE, SENDGRID_TIMESTAMP
from gateway.bodies import parse_json
from gateway.errors import MalformedRequest
from gateway.headers import SECURITY
from tests.unit.gateway.builders import A_KEY, Gateway, HttpAnswer, a_gateway

PAY = f"/v1/accounts/{examples.ACCOUNT_ID}/payments"
A_PAYMENT = {"amount_cents": 41235, "payment_method_id": examples.METHOD_ID}


def _raw(gateway: Gateway, body: bytes, **headers: str) -> HttpAnswer:
    sent = {"Content-Type": "application/json", **A_KEY, **headers}
    return gateway.send("POST", PAY, data=body, headers=sent)


UNREADABLE: dict[str, bytes] = {
    "empty": b"",
    "blank": b"  \n ",
    "not JSON": b"amount_cents=41235",
    "cut off": b'{"amount_cents": 41235',
    "two values": b"{}{}",
    "single quotes": b"{'amount_cents': 1}",
    "trailing comma": b'{"amount_cents": 1,}',
    "not UTF-8": b'{"amount_cents": "\xff\xfe"}',
    "UTF-16": '{"amount_cents": 1}'.encode("utf-16"),
    "NaN": b'{"amount_cents": NaN}',
    "Infinity": b'{"amount_cents": -Infinity}',
    "number beyond floats": b'{"amount_cents": 1e999}',
    "number of a thousand times ten digits": b'{"amount_cents": ' + b"9" * 10_000 + b"}",
    "key twice": b'{"amount_cents": 1, "amount_cents": 2}',
    "key twice inside": b'{"a": {"b": 1, "b": 2}}',
    "17 levels": b"[" * 17 + b"]" * 17,
    "ten thousand levels": b"[" * 10_000,
    "ten thousand objects deep": b'{"a":' * 10_000,
    "null character": b'{"amount_cents": "a\\u0000b"}',
    "half a surrogate pair": b'{"amount_cents": "\\ud800"}',
    "half a surrogate pair as key": b'{"\\udfff": 1}',
    "a text without an end": b'{"amount_cents": "41235}',
    "a text that ends in half an escape": b'{"amount_cents": "41235\\',
    "a text of escaped quotes without an end": b'"' + b'\\"' * 1000,
}


@pytest.mark.parametrize("body", UNREADABLE)
def test_a_body_that_cannot_be_read_is_a_400_and_moves_no_money(body: str, clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock)
    answer = _raw(gateway, UNREADABLE[body])
    assert (answer.status_code, answer.json["code"]) == (400, "malformed_request")
    assert answer.json["money_moved"] == "no"
    assert gateway.neighbours.requests("payments.submit_payment") == []


def test_brackets_inside_text_are_not_depth(clock: FixedClock) -> None:
    body = b'{"amount_cents": 41235, "payment_method_id": "' + b"[" * 40 + b'"}'
    assert _raw(a_gateway(clock=clock), body).json["code"] != "malformed_request"


def test_a_text_without_an_end_costs_no_more_than_its_length() -> None:
    def least_seconds(quotes: int) -> float:
        body = b'"' + b'\\"' * quotes
        return min(timeit.repeat(lambda: _refused(body), timer=time.process_time, number=1, repeat=5))

    assert least_seconds(8_000) < 32 * least_seconds(1_000)


def _refused(body: bytes) -> None:
    with pytest.raises(MalformedRequest):
        parse_json(body)


WRONG_FIELDS: dict[str, tuple[Any, str, str]] = {
    "a missing field": ({"amount_cents": 1}, "/payment_method_id", "required"),
    "an unknown field": ({**A_PAYMENT, "status": "posted"}, "/status", "unknown_field"),
    "an account id in the body": ({**A_PAYMENT, "account_id": examples.ACCOUNT_ID}, "/account_id", "unknown_field"),
    "dollars": ({**A_PAYMENT, "amount_cents": 412.35}, "/amount_cents", "invalid"),
    "cents as text": ({**A_PAYMENT, "amount_cents": "41235"}, "/amount_cents", "invalid"),
    "cents as true": ({**A_PAYMENT, "amount_cents": True}, "/amount_cents", "invalid"),
    "more money than there is": ({**A_PAYMENT, "amount_cents": 10**30}, "/amount_cents", "out_of_range"),
    "an extra that does not exist": ({**A_PAYMENT, "extra": "holiday"}, "/extra", "invalid"),
    "a list": ([A_PAYMENT], "", "invalid"),
    "a text": ("pay", "", "invalid"),
    "null": (None, "", "invalid"),
}


@pytest.mark.parametrize("wrong", WRONG_FIELDS)
def test_a_wrong_field_is_named_by_its_pointer(wrong: str, clock: FixedClock) -> None:
    body, pointer, code = WRONG_FIELDS[wrong]
    answer = (
        a_gateway(clock=clock).post(PAY, body, headers=A_KEY)
        if body is not None
        else (_raw(a_gateway(clock=clock), b"null"))
    )
    assert (answer.status_code, answer.json["code"]) == (422, "invalid_request")
    assert [(error["pointer"], error["code"]) for error in answer.json["errors"]] == [(pointer, code)]
    assert all(error["detail"].endswith(".") for error in answer.json["errors"])


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "application/json; charset=latin-1"},
        {"Content-Type": "application/jsonp"},
        {"Content-Type": ""},
        {"Content-Encoding": "gzip"},
    ],
    ids=str,
)
def test_a_body_of_another_type_is_a_415(headers: dict[str, str], clock: FixedClock) -> None:
    answer = _raw(a_gateway(clock=clock), b"{}", **headers)
    assert (answer.status_code, answer.json["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize(
    "media", ["application/json", "Application/JSON; charset=UTF-8", 'application/json;charset="utf-8"']
)
def test_json_in_utf8_is_taken_however_it_is_spelt(media: str, clock: FixedClock) -> None:
    body = b'{"amount_cents": 41235, "payment_method_id": "' + examples.METHOD_ID.encode() + b'"}'
    assert _raw(a_gateway(clock=clock), body, **{"Content-Type": media}).status_code == 201


def test_a_body_over_64_kib_is_a_413_without_being_read(clock: FixedClock) -> None:
    answer = _raw(a_gateway(clock=clock), b'{"a": "' + b"x" * 65_530 + b'"}')
    assert (answer.status_code, answer.json["code"]) == (413, "body_too_large")
    assert answer.json["money_moved"] == "no"


def test_a_chunked_body_is_cut_at_the_same_limit(clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock)
    headers = {"Content-Type": "application/json", "Transfer-Encoding": "chunked", **A_KEY}
    answer = gateway.send("POST", PAY, data=b" " * 70_000, headers=headers, environ_overrides={"CONTENT_LENGTH": ""})
    assert answer.status_code == 413


def test_a_body_shorter_than_announced_is_a_400(clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock)
    headers = {"Content-Type": "application/json", **A_KEY}
    answer = gateway.send("POST", PAY, data=b"{}", headers=headers, environ_overrides={"CONTENT_LENGTH": "9"})
    assert (answer.status_code, answer.json["code"]) == (400, "malformed_request")


class Dawdling(BytesIO):
    """A body that is on its way: `meanwhile` is called when somebody waits for it."""

    def __init__(self, meanwhile: Callable[[], None]) -> None:
        super().__init__(b"{}")
        self._meanwhile = meanwhile

    def read(self, size: int | None = -1) -> bytes:
        self._meanwhile()
        return super().read(size)


@pytest.mark.parametrize("path", [PAY, "/v1/webhooks/sendgrid"])
def test_who_is_still_sending_a_body_takes_nobodys_place(path: str, clock: FixedClock) -> None:
    admission, in_hand = Admission(), list[int]()
    gateway = a_gateway(clock=clock, admission=admission)
    headers = {"Content-Type": "application/json", **A_KEY, SENDGRID_SIGNATURE: "a", SENDGRID_TIMESTAMP: "1"}
    body = Dawdling(lambda: in_hand.append(admission.in_hand))
    gateway.send("POST", path, headers=headers, environ_overrides={"wsgi.input": body, "CONTENT_LENGTH": "2"})
    assert in_hand == [0]
    assert admission.in_hand == 0


QUERIES: dict[str, tuple[str, int, str | None]] = {
    "an unknown parameter": ("colour=red", 422, "/query/colour"),
    "a parameter twice": ("limit=1&limit=2", 422, "/query/limit"),
    "a limit of none": ("limit=0", 422, "/query/limit"),
    "a limit of too many": ("limit=101", 422, "/query/limit"),
    "a limit in words": ("limit=ten", 422, "/query/limit"),
    "an empty limit": ("limit=", 422, "/query/limit"),
    "an endless cursor": ("cursor=" + "x" * 201, 422, "/query/cursor"),
    "bytes that are no text": ("cursor=%ff%fe", 400, None),
    "a null character": ("cursor=%00", 400, None),
    "more parameters than we know": ("&".join(f"a{number}=1" for number in range(30)), 400, None),
}


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_that_is_not_declared_is_refused(query: str, clock: FixedClock) -> None:
    text, status, pointer = QUERIES[query]
    answer = a_gateway(clock=clock).get(f"{PAY}?{text}")
    assert answer.status_code == status
    assert [error["pointer"] for error in answer.json.get("errors", [])] == ([pointer] if pointer else [])


def test_a_route_without_parameters_takes_none(clock: FixedClock) -> None:
    assert a_gateway(clock=clock).get("/v1/me?debug=1").json["errors"][0]["pointer"] == "/query/debug"


def test_a_cursor_that_a_service_refuses_is_named_where_the_client_wrote_it(clock: FixedClock) -> None:
    refusal = InvalidRequest("Take the cursor from next_cursor.", errors=[FieldError("/cursor", "invalid", "No.")])
    gateway = a_gateway(clock=clock, answers={"accounts.list_transactions": refusal})
    answer = gateway.get(f"/v1/accounts/{examples.ACCOUNT_ID}/transactions?cursor=abc")
    assert (answer.status_code, answer.json["detail"]) == (422, "Take the cursor from next_cursor.")
    assert answer.json["errors"][0]["pointer"] == "/query/cursor"


def test_the_page_is_passed_on(clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock)
    cursor = examples.PAYMENT_ID
    assert gateway.get(f"{PAY}?limit=7&cursor={cursor}").status_code == 200
    asked = gateway.neighbours.requests("payments.list_payments")
    assert asked == [{"account_id": examples.ACCOUNT_ID, "limit": 7, "cursor": cursor}]


@pytest.mark.parametrize("path", ["/v1", "/v1/nothing", "/v1/accounts/", "//v1/me", "/v1/../metrics2", "/v1/me/x"])
def test_an_unknown_path_is_a_404_problem(path: str, clock: FixedClock) -> None:
    answer = a_gateway(clock=clock).get(path)
    assert (answer.status_code, answer.json["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    "identifier", ["1", "current", "x" * 300, "%00", "..%2f", "0193583f-6a00-7c3e-9d41-5f0a7c1b2d3"]
)
def test_an_id_that_cannot_be_one_answers_like_an_absent_one(identifier: str, clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock)
    answer = gateway.get(f"/v1/payments/{identifier}")
    assert (answer.status_code, answer.json["code"]) == (404, "not_found")
    assert gateway.neighbours.requests("payments.get_payment") == []


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"])
def test_a_method_the_path_does_not_know_is_a_405_with_those_it_knows(method: str, clock: FixedClock) -> None:
    answer = a_gateway(clock=clock).send(method, PAY)
    assert (answer.status_code, answer.json["code"]) == (405, "method_not_allowed")
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS, POST"


def test_head_is_get_without_the_body(clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock)
    full, head = gateway.get("/v1/me"), gateway.send("HEAD", "/v1/me")
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["ETag"] == full.headers["ETag"]


def test_options_needs_no_token_and_names_the_methods(clock: FixedClock) -> None:
    answer = a_gateway(clock=clock).send("OPTIONS", "/v1/me", token=None)
    assert (answer.status_code, answer.headers["Allow"], answer.data) == (204, "GET, HEAD, OPTIONS, PATCH", b"")


class TestAcrossOrigins:
    SETTINGS = {"CORS_ORIGINS": "https://portal.example, https://app.example/"}

    @pytest.mark.parametrize("origin", ["https://portal.example", "https://app.example"])
    def test_a_listed_origin_may_read_answers(self, origin: str, clock: FixedClock) -> None:
        answer = a_gateway(clock=clock, settings=self.SETTINGS).get("/v1/me", headers={"Origin": origin})
        assert answer.headers["Access-Control-Allow-Origin"] == origin
        assert "Idempotent-Replayed" in answer.headers["Access-Control-Expose-Headers"]
        assert answer.headers["Vary"] == "Origin"

    @pytest.mark.parametrize(
        "origin", ["https://evil.example", "null", "https://portal.example.evil", "http://portal.example"]
    )
    def test_another_origin_may_not(self, origin: str, clock: FixedClock) -> None:
        answer = a_gateway(clock=clock, settings=self.SETTINGS).get("/v1/me", headers={"Origin": origin})
        assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]

    def test_a_preflight_allows_what_the_routes_take(self, clock: FixedClock) -> None:
        gateway = a_gateway(clock=clock, settings=self.SETTINGS)
        asked = {"Origin": "https://portal.example", "Access-Control-Request-Method": "POST"}
        answer = gateway.send("OPTIONS", PAY, token=None, headers=asked)
        assert answer.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS, POST"
        assert "Idempotency-Key" in answer.headers["Access-Control-Allow-Headers"]

    def test_no_origin_is_allowed_unless_set(self, clock: FixedClock) -> None:
        answer = a_gateway(clock=clock).get("/v1/me", headers={"Origin": "https://portal.example"})
        assert "Access-Control-Allow-Origin" not in answer.headers


class TestRequestIds:
    def test_a_well_formed_id_is_kept(self, clock: FixedClock) -> None:
        answer = a_gateway(clock=clock).get("/nowhere", headers={"X-Request-Id": "mobile-7.3_a"})
        assert answer.headers["X-Request-Id"] == answer.json["request_id"] == "mobile-7.3_a"

    @pytest.mark.parametrize("sent", ["", "a b", "x" * 65, "ü", "<script>", "a\tb"])
    def test_any_other_is_replaced(self, sent: str, clock: FixedClock) -> None:
        answer = a_gateway(clock=clock).get("/nowhere", headers={"X-Request-Id": sent})
        assert answer.headers["X-Request-Id"] not in ("", sent)

    def test_two_requests_have_two_ids(self, clock: FixedClock) -> None:
        gateway = a_gateway(clock=clock)
        assert len({gateway.get("/health/live").headers["X-Request-Id"] for _ in range(3)}) == 3


REGISTRATION = {
    "account_number": "5500123456", "first_name": "Jane", "last_name": "Driver", "email": "jane@example.com",
    "ssn_last4": "1234", "password": "correct horse battery staple", "accepted_terms": "2026-01",
}  # fmt: skip

Sending = Callable[[Gateway], HttpAnswer]
EVERY_CLASS: dict[int, Sending] = {
    200: lambda gateway: gateway.get("/v1/me"),
    201: lambda gateway: gateway.post(PAY, A_PAYMENT, headers=A_KEY),
    202: lambda gateway: gateway.post("/v1/registrations", REGISTRATION, token=None),
    204: lambda gateway: gateway.send("DELETE", "/v1/sessions/current"),
    304: lambda gateway: gateway.get("/v1/me", headers={"If-None-Match": gateway.get("/v1/me").headers["ETag"]}),
    400: lambda gateway: gateway.post(PAY, A_PAYMENT),
    401: lambda gateway: gateway.get("/v1/me", token=None),
    403: lambda gateway: gateway.get("/v1/accounts", token=gateway.token(roles=["agent"])),
    404: lambda gateway: gateway.get("/nowhere"),
    405: lambda gateway: gateway.send("TRACE", "/v1/me"),
    413: lambda gateway: _raw(gateway, b" " * 65_537),
    415: lambda gateway: gateway.send("POST", PAY, data=b"{}", headers=A_KEY),
    422: lambda gateway: gateway.post(PAY, {}, headers=A_KEY),
    429: lambda gateway: [gateway.post("/v1/sessions", {}, token=None) for _ in range(3)][-1],
    500: lambda gateway: gateway.get(f"/v1/leases/{examples.ACCOUNT_ID}"),
    503: lambda gateway: gateway.get(f"/v1/leases/{examples.ACCOUNT_ID}/lease-end"),
}


@pytest.mark.parametrize("status", EVERY_CLASS)
def test_every_answer_carries_the_security_headers(status: int, clock: FixedClock) -> None:
    answers = {"leases.get_lease": KeyError("secret_column"), "leases.get_lease_end": NeighbourSilent("leases")}
    gateway = a_gateway(clock=clock, answers=answers, settings={"SESSIONS_PER_MINUTE": 2})
    answer = EVERY_CLASS[status](gateway)
    assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in SECURITY} == SECURITY
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Request-Id"]
    names = [name.lower() for name, _ in answer.headers]
    assert len(names) == len(set(names)), "a header that is sent twice may be read either way"
    if status >= 400:
        assert answer.content_type == "application/problem+json"
        assert {"type", "title", "status", "detail", "code", "request_id"} <= set(answer.json)
        assert answer.json["request_id"] == answer.headers["X-Request-Id"]
        assert answer.json["status"] == status
