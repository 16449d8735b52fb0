"""A change says which state it was made from; the service compares, the gateway carries."""

import pytest

from chassis.clock import FixedClock
from chassis.errors import PreconditionFailed, StepUpRequired
from gateway.api import examples
from tests.unit.gateway.builders import A_PROFILE, Gateway, HttpAnswer, a_gateway

MOVED = {"mailing_address": examples.MAILING_ADDRESS}


def change(gateway: Gateway, **headers: str) -> HttpAnswer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return gateway.send("PATCH", "/v1/me", json=MOVED, headers=named)


def test_the_etag_that_was_read_goes_with_the_change(clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock)
    etag = gateway.get("/v1/me").headers["ETag"]
    answer = change(gateway, If_Match=etag)
    assert answer.status_code == 200
    assert gateway.neighbours.requests("identity.update_me") == [{**MOVED, "if_versions": [A_PROFILE["version"]]}]


def test_the_answer_of_the_change_has_the_next_etag(clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock)
    etag = change(gateway, If_Match='"7.0"').headers["ETag"]
    change(gateway, If_Match=etag)
    assert gateway.neighbours.requests("identity.update_me")[-1]["if_versions"] == [8]


def test_the_version_is_in_the_etag_alone(clock: FixedClock) -> None:
    answer = a_gateway(clock=clock).get("/v1/me")
    assert answer.headers["ETag"].startswith('"7.')
    assert "version" not in answer.json


@pytest.mark.parametrize("headers", [{}, {"If_Match": ""}, {"If_Match": "*"}], ids=str)
def test_without_one_nothing_is_asked(headers: dict[str, str], clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock)
    answer = change(gateway, **headers)
    assert (answer.status_code, answer.json["code"]) == (428, "precondition_required")
    assert gateway.neighbours.requests("identity.update_me") == []


@pytest.mark.parametrize("tag", ['"6f1c"', "7", "nonsense", '"', '"7', '"x.7"', '"99999999999.1"'])
def test_a_tag_that_cannot_be_one_of_ours_is_a_412(tag: str, clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock)
    answer = change(gateway, If_Match=tag)
    assert (answer.status_code, answer.json["code"]) == (412, "precondition_failed")
    assert "with its quotes" in answer.json["detail"]
    assert gateway.neighbours.requests("identity.update_me") == []


@pytest.mark.parametrize(
    ("tags", "versions"),
    [('W/"7.0"', [7]), ('"7.0", "8.1"', [7, 8]), ('"other",W/"9.a"', [9]), ('"7"', None), ('"007.1"', [7])],
)
def test_a_proxy_may_have_weakened_the_tag_and_a_client_may_send_several(
    tags: str, versions: list[int] | None, clock: FixedClock
) -> None:
    gateway = a_gateway(clock=clock)
    answer = change(gateway, If_Match=tags)
    assert answer.status_code == (200 if versions else 412)
    assert [asked["if_versions"] for asked in gateway.neighbours.requests("identity.update_me")] == (
        [versions] if versions else []
    )


def test_a_change_by_somebody_else_is_a_412(clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock, answers={"identity.update_me": PreconditionFailed()})
    answer = change(gateway, If_Match='"6.0"')
    assert (answer.status_code, answer.json["code"]) == (412, "precondition_failed")
    assert "Read it again" in answer.json["detail"]


def test_what_asks_for_a_fresh_proof_says_so(clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock, answers={"identity.update_me": StepUpRequired()})
    answer = gateway.send("PATCH", "/v1/me", json={"email": "new@example.com"}, headers={"If-Match": '"7.0"'})
    assert (answer.status_code, answer.json["code"]) == (403, "step_up_required")
    assert "POST /v1/sessions/step-up" in answer.json["detail"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"role": "agent"}, "/role"), ({"first_name": ""}, "/first_name"), ({"first_name": None}, "/first_name"),
        ({"if_versions": [1]}, "/if_versions"), ({"last_name": "a\nb"}, "/last_name"),
        ({"mailing_address": {**examples.MAILING_ADDRESS, "state": "Texas"}}, "/mailing_address/state"),
        ({"mailing_address": {**examples.MAILING_ADDRESS, "postal_code": "7526"}}, "/mailing_address/postal_code"),
        ({"mailing_address": {**examples.MAILING_ADDRESS, "country": "FR"}}, "/mailing_address/country"),
    ],
)  # fmt: skip
def test_what_cannot_be_changed_is_named(body: dict[str, object], pointer: str, clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock)
    answer = gateway.send("PATCH", "/v1/me", json=body, headers={"If-Match": '"7.0"'})
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, pointer)


def test_a_page_of_an_allowed_origin_may_send_and_read_them(clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock, settings={"CORS_ORIGINS": "https://app.example"})
    origin = {"Origin": "https://app.example"}
    asked = gateway.send("OPTIONS", "/v1/me", token=None, headers=origin).headers
    assert "If-Match" in asked["Access-Control-Allow-Headers"]
    assert "PATCH" in asked["Access-Control-Allow-Methods"]
    assert "ETag" in change(gateway, If_Match='"7.0"', **origin).headers["Access-Control-Expose-Headers"]
