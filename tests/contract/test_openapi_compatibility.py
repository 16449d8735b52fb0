"""The HTTP contract keeps what was promised; each way to break it is seen by the check."""

import os
import random
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from gateway import openapi
from gateway.contracts import promises

PAY, PAYMENT, ACCOUNT = "/v1/accounts/{account_id}/payments", "/v1/payments/{payment_id}", "/v1/accounts/{account_id}"
SAMPLE = 12
Api = dict[str, Any]
Change = Callable[[Api], Any]


@pytest.fixture(scope="module")
def current() -> Api:
    return promises.bare_openapi(openapi.document())


def operation(api: Api, path: str, method: str) -> Api:
    found: Api = api["paths"][path][method]
    return found


def shape(api: Api, name: str) -> Api:
    found: Api = api["components"]["schemas"][name]
    return found


def field(api: Api, name: str, of: str) -> Api:
    found: Api = shape(api, of)["properties"][name]
    return found


def parameter(api: Api, name: str, path: str, method: str) -> Api:
    found: Api = next(each for each in operation(api, path, method)["parameters"] if each["name"] == name)
    return found


def _drop_parameter(name: str, path: str, method: str) -> Change:
    return lambda api: operation(api, path, method)["parameters"].remove(parameter(api, name, path, method))


def _drop_field(name: str, of: str) -> Change:
    def change(api: Api) -> None:
        shape(api, of)["properties"].pop(name)
        required = shape(api, of).get("required", [])
        required.remove(name) if name in required else None

    return change


BREAKING: dict[str, tuple[Change, str]] = {
    "a path goes": (lambda api: api["paths"].pop(PAYMENT), f"GET {PAYMENT} is gone"),
    "a method goes": (lambda api: api["paths"][PAY].pop("post"), f"POST {PAY} is gone"),
    "an operation gets another name": (
        lambda api: operation(api, PAY, "post").update(operationId="pay"),
        f"POST {PAY} is no longer called submitPayment",
    ),
    "an open route asks for a token": (
        lambda api: operation(api, "/v1/support/contact", "get").update(security=[{"bearer": []}]),
        "GET /v1/support/contact newly asks for a token",
    ),
    "a role is shut out": (
        lambda api: operation(api, "/v1/me", "get").update({"x-roles": ["customer"]}),
        "GET /v1/me is closed to the role agent",
    ),
    "a property of an answer goes": (_drop_field("message", "Payment"), f"GET {PAYMENT} 200/message is gone"),
    "an optional property of an answer goes": (
        _drop_field("decline", "Payment"), f"POST {PAY} 201/decline is gone",
    ),
    "a property deep in an answer goes": (
        _drop_field("last4", "MethodShown"), f"GET {PAY} 200/data[]/method/last4 is gone",
    ),
    "a property of an answer need not be there": (
        lambda api: shape(api, "Account")["required"].remove("next_due_on"),
        f"GET {ACCOUNT} 200/next_due_on is no longer always there",
    ),
    "a property of an answer may be null": (
        lambda api: field(api, "maturity_on", "Account").update(type=["string", "null"]),
        f"GET {ACCOUNT} 200/maturity_on may now be null",
    ),
    "a property of an answer is of another type": (
        lambda api: field(api, "amount_cents", "Payment").update(type="string"),
        f"GET {PAYMENT} 200/amount_cents may now be string",
    ),
    "a date of an answer becomes any text": (
        lambda api: field(api, "effective_on", "Payment").pop("format"),
        f"GET {PAYMENT} 200/effective_on may now be what is not of the format date",
    ),
    "a set of values of an answer becomes any text": (
        lambda api: field(api, "status", "Payment").pop("enum"), f"GET {PAYMENT} 200/status may now be any text",
    ),
    "a field of a request is newly required": (
        lambda api: shape(api, "SubmitPayment")["required"].append("extra"),
        f"POST {PAY} body/extra is newly required",
    ),
    "a new field of a request is required": (
        lambda api: (
            shape(api, "OpenSession")["properties"].update(tenant={"type": "string"}),
            shape(api, "OpenSession")["required"].append("tenant"),
        ),
        "POST /v1/sessions body/tenant is newly required",
    ),
    "a field of a request is not taken any more": (
        _drop_field("device", "OpenSession"), "POST /v1/sessions body/device is no longer taken",
    ),
    "a field of a request takes null no more": (
        lambda api: field(api, "device", "OpenSession").update(type="string"),
        "POST /v1/sessions body/device no longer takes null",
    ),
    "a field of a request takes another type": (
        lambda api: field(api, "payment_method_id", "SubmitPayment").update(type="integer"),
        f"POST {PAY} body/payment_method_id no longer takes string",
    ),
    "a set of values of a request shrinks": (
        lambda api: field(api, "type", "AddPaymentMethod").update(enum=["card"]),
        "POST /v1/payment-methods body/type no longer takes bank_account",
    ),
    "a text of a request must be shorter": (
        lambda api: field(api, "user_id", "OpenSession").update(maxLength=100),
        "POST /v1/sessions body/user_id no longer takes what is outside maxLength 100",
    ),
    "a number of a request must be larger": (
        lambda api: field(api, "amount_cents", "SubmitPayment").update(minimum=500),
        f"POST {PAY} body/amount_cents no longer takes what is outside minimum 500",
    ),
    "a text of a request must follow another pattern": (
        lambda api: field(api, "ssn_last4", "LinkAccount").update(pattern="^[1-9]{4}$"),
        "POST /v1/me/accounts body/ssn_last4 no longer takes what is not of the pattern ^[1-9]{4}$",
    ),
    "a text of a request must be an address": (
        lambda api: field(api, "user_id", "OpenSession").update(format="email"),
        "POST /v1/sessions body/user_id no longer takes what is not of the format email",
    ),
    "a parameter goes": (_drop_parameter("cursor", PAY, "get"), f"GET {PAY} query cursor is no longer taken"),
    "a parameter takes less": (
        lambda api: parameter(api, "limit", PAY, "get")["schema"].update(maximum=50),
        f"GET {PAY} query limit no longer takes what is outside maximum 50",
    ),
    "a parameter is newly required": (
        lambda api: parameter(api, "Idempotency-Key", "/v1/payment-methods", "post").update(required=True),
        "POST /v1/payment-methods header Idempotency-Key is newly required",
    ),
    "a required parameter comes": (
        lambda api: operation(api, "/v1/me", "get")["parameters"].append(
            {"name": "X-Tenant", "in": "header", "required": True, "schema": {"type": "string"}}
        ),
        "GET /v1/me header X-Tenant is newly required",
    ),
    "a body is asked for where none was": (
        lambda api: operation(api, "/v1/sessions/{session}", "delete").update(
            requestBody={"required": True, "content": {}}
        ),
        "DELETE /v1/sessions/{session} newly requires a body",
    ),
    "a body is taken in another form": (
        lambda api: operation(api, PAY, "post")["requestBody"].update(content={"text/csv": {"schema": {}}}),
        f"POST {PAY} body is no longer taken as application/json",
    ),
    "a status goes": (
        lambda api: operation(api, PAY, "post")["responses"].pop("409"), f"POST {PAY} 409 is gone",
    ),
    "the status of success changes": (
        lambda api: operation(api, PAY, "post")["responses"].update(
            {"202": operation(api, PAY, "post")["responses"].pop("201")}
        ),
        f"POST {PAY} 201 is gone",
    ),
    "an answer comes in another form": (
        lambda api: operation(api, "/v1/me", "get")["responses"]["200"].update(content={"text/html": {"schema": {}}}),
        "GET /v1/me 200 is no longer given as application/json",
    ),
    "a header of an answer goes": (
        lambda api: operation(api, "/v1/me", "get")["responses"]["200"]["headers"].pop("ETag"),
        "GET /v1/me 200 header ETag is gone",
    ),
    "a problem no longer says whether money moved": (
        lambda api: operation(api, PAY, "post")["responses"]["503"]["content"]["application/problem+json"]["schema"][
            "allOf"
        ][1].pop("required"),
        f"POST {PAY} 503/money_moved is no longer always there",
    ),
    "the form of every problem changes": (_drop_field("detail", "Problem"), "GET /v1/me 401/detail is gone"),
}  # fmt: skip
HARMLESS: dict[str, Change] = {
    "a route comes": lambda api: api["paths"].update({"/v2/accounts": api["paths"]["/v1/accounts"]}),
    "a field of an answer comes": lambda api: shape(api, "Payment")["properties"].update(fee={"type": "integer"}),
    "a field of an answer is always there": lambda api: shape(api, "Payment")["required"].append("decline"),
    "an answer is never null": lambda api: field(api, "next_due_on", "Account").update(type="string"),
    "a set of values of an answer grows": lambda api: field(api, "status", "Payment")["enum"].append("settled"),
    "an optional field of a request comes": lambda api: shape(api, "SubmitPayment")["properties"].update(
        note={"type": "string"}
    ),
    "a field of a request need not be there": lambda api: shape(api, "Register")["required"].remove("accepted_terms"),
    "a set of values of a request grows": lambda api: field(api, "type", "AddPaymentMethod")["enum"].append("cheque"),
    "a text of a request may be longer": lambda api: field(api, "user_id", "OpenSession").update(maxLength=300),
    "an optional parameter comes": lambda api: operation(api, "/v1/accounts", "get")["parameters"].append(
        {"name": "status", "in": "query", "required": False, "schema": {"type": "string"}}
    ),
    "a status comes": lambda api: operation(api, PAY, "post")["responses"].update({"202": {"description": ""}}),
    "a code comes": lambda api: operation(api, PAY, "post")["responses"]["422"]["content"]["application/problem+json"][
        "schema"
    ]["allOf"][1]["properties"]["code"]["enum"].append("brand_new"),
    "a role is let in": lambda api: operation(api, "/v1/accounts", "get")["x-roles"].append("agent"),
    "a shape is renamed": lambda api: api["components"]["schemas"].update(
        {"Vehicle2": shape(api, "Vehicle")}
    ) or field(api, "vehicle", "Account").update({"$ref": "#/components/schemas/Vehicle2"}),
}  # fmt: skip


def test_nothing_that_was_promised_is_broken(current: Api) -> None:
    assert promises.broken_operations(promises.promised(promises.OPENAPI), current) == []


@pytest.mark.parametrize("case", BREAKING)
def test_the_check_sees(case: str, current: Api) -> None:
    change, sentence = BREAKING[case]
    changed = deepcopy(current)
    change(changed)
    assert sentence in promises.broken_operations(current, changed)


@pytest.mark.parametrize("case", HARMLESS)
def test_the_check_lets_pass(case: str, current: Api) -> None:
    changed = deepcopy(current)
    HARMLESS[case](changed)
    assert changed != current
    assert promises.broken_operations(current, changed) == []


def test_no_route_can_go_unseen(current: Api) -> None:
    """A sample, as of the properties below."""
    every = [(path, method) for path, operations in current["paths"].items() for method in operations]
    for path, method in _sample(every):
        changed = {**current, "paths": {**current["paths"], path: {**current["paths"][path]}}}
        del changed["paths"][path][method]
        assert promises.broken_operations(current, changed) == [f"{method.upper()} {path} is gone"]


def _sample(every: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return every if os.environ.get("CAPTIVE_TEST_FULL") else random.sample(every, SAMPLE)


def test_no_property_of_any_shape_can_go_unseen(current: Api) -> None:
    """A sample, drawn by the seed that pytest prints; a full run tries each."""
    schemas = current["components"]["schemas"]
    every = [(name, gone) for name in schemas for gone in schemas[name]["properties"]]
    for name, gone in _sample(every):
        changed = deepcopy(current)
        _drop_field(gone, name)(changed)
        found = promises.broken_operations(current, changed)
        assert any(f"/{gone} " in sentence for sentence in found), f"{name}.{gone}"


def test_a_property_may_be_called_like_a_word_of_the_schema_language(current: Api) -> None:
    """As the name of a field `title` is part of the promise; as a word about it, it is not."""
    assert "title" in shape(current, "Problem")["properties"]
    assert "description" not in shape(current, "Account")
    assert "examples" not in str(operation(current, PAY, "post"))
