"""What vendors post is handed on as it came, with its signature; what cannot be taken now is asked for again."""

import json
import subprocess
import sys
from typing import Any
from urllib.parse import urlencode

import pytest

from chassis.clock import FixedClock
from chassis.context import ANONYMOUS
from chassis.errors import BusDown, DependencyDown, NeighbourAbsent, NeighbourSilent, StoreDown
from gateway.api import examples
from services.notifications.contract.errors import WebhookSignatureInvalid
from services.payments.contract.errors import ProcessorSignatureInvalid
from tests.fixtures.processes import ROOT
from tests.unit.gateway.builders import Gateway, HttpAnswer, a_gateway

EVENTS = "/v1/webhooks/sendgrid"
STATUS = f"/v1/webhooks/twilio/status?message_id={examples.MESSAGE_ID}"
MONEY = "/v1/webhooks/processor"
SIGNED_MONEY = {"Content-Type": "application/json", "Stripe-Signature": "t=1795446602,v1=c2ln"}
SIGNED_EVENTS = {
    "Content-Type": "application/json",
    "X-Twilio-Email-Event-Webhook-Signature": "MEUCIQD=",
    "X-Twilio-Email-Event-Webhook-Timestamp": "1795446602",
}
SIGNED_STATUS = {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8", "X-Twilio-Signature": "c2ln"}


def post_events(gateway: Gateway, body: bytes = b"[]", **options: Any) -> HttpAnswer:
    return gateway.send("POST", EVENTS, token=None, data=body, headers=SIGNED_EVENTS, **options)


def test_events_are_handed_on_byte_for_byte_with_their_signature_and_no_name(clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock)
    body = '[ {"event":"delivered",\r\n "reason":"✓ é \\u00e9", "a": 1.50} ]\n'

    answer = post_events(gateway, body.encode())

    (asked,) = gateway.neighbours.asked
    assert (answer.status_code, answer.data) == (204, b"")
    assert (asked.method, asked.context.role) == ("notifications.record_mail_events", ANONYMOUS)
    assert asked.request == {"body": body, "signature": "MEUCIQD=", "timestamp": "1795446602"}


def test_a_status_is_handed_on_with_the_address_that_twilio_was_given(clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock, settings={"PUBLIC_URL": "https://portal.example/"})
    body = urlencode({"MessageStatus": "delivered", "To": "+12145550142", "Body": "a b"})
    # What stands before the gateway may have changed the host and the scheme.
    origin = {"HTTP_HOST": "10.0.0.7:8000", "wsgi.url_scheme": "http"}

    answer = gateway.send(
        "POST", STATUS, token=None, data=body.encode(), headers=SIGNED_STATUS, environ_overrides=origin
    )  # fmt: skip

    (asked,) = gateway.neighbours.asked
    assert answer.status_code == 204
    assert asked.request == {"url": f"https://portal.example{STATUS}", "body": body, "signature": "c2ln"}


def test_what_the_processor_tells_is_handed_on_byte_for_byte_with_its_signature(clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock)
    body = '{ "type": "charge.settled",\r\n "data": {"é": 1.50} }\n'

    answer = gateway.send("POST", MONEY, token=None, data=body.encode(), headers=SIGNED_MONEY)

    (asked,) = gateway.neighbours.asked
    assert (answer.status_code, answer.data) == (204, b"")
    assert (asked.method, asked.context.role) == ("payments.record_processor_events", ANONYMOUS)
    assert asked.request == {"body": body, "signature": "t=1795446602,v1=c2ln"}


def test_what_the_processor_did_not_sign_is_refused_in_words(clock: FixedClock) -> None:
    unsigned = {"Content-Type": "application/json"}
    gateway = a_gateway(clock=clock, answers={"payments.record_processor_events": ProcessorSignatureInvalid()})
    missing = gateway.send("POST", MONEY, token=None, data=b"{}", headers=unsigned)
    wrong = gateway.send("POST", MONEY, token=None, data=b"{}", headers=SIGNED_MONEY)
    assert (missing.status_code, missing.json["code"]) == (403, "webhook_signature_missing")
    assert (wrong.status_code, wrong.json["code"]) == (403, "processor_signature_invalid")
    assert "Check the key" in wrong.json["detail"]


def test_a_vendors_busy_hour_from_one_address_is_taken(clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock, settings={"SESSIONS_PER_MINUTE": 1, "REGISTRATIONS_PER_MINUTE": 1})
    assert {post_events(gateway).status_code for _ in range(500)} == {204}


def test_a_body_larger_than_any_other_route_takes_is_taken(clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock)
    body = json.dumps([{"event": "delivered", "filler": "x" * 700_000}]).encode()
    assert post_events(gateway, body).status_code == 204
    assert gateway.neighbours.asked[0].request["body"] == body.decode()


@pytest.mark.parametrize("announced", [None, ""])
def test_a_body_beyond_its_limit_is_a_413_and_nobody_is_asked(announced: str | None, clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock)
    chunked = {} if announced is None else {"CONTENT_LENGTH": "", "HTTP_TRANSFER_ENCODING": "chunked"}
    answer = post_events(gateway, b" " * (1024 * 1024 + 1), environ_overrides=chunked)
    assert (answer.status_code, answer.json["code"]) == (413, "body_too_large")
    assert "1024 KiB" in answer.json["detail"]
    assert gateway.neighbours.asked == []


def test_an_unsigned_body_is_not_even_read(clock: FixedClock) -> None:
    class Unreadable:
        def read(self, _: int) -> bytes:
            raise AssertionError("the body was read")

    gateway = a_gateway(clock=clock)
    answer = gateway.send(
        "POST", EVENTS, token=None, headers={"Content-Type": "application/json"},
        environ_overrides={"wsgi.input": Unreadable(), "CONTENT_LENGTH": "1000000"},
    )  # fmt: skip
    assert (answer.status_code, answer.json["code"]) == (403, "webhook_signature_missing")
    assert "X-Twilio-Email-Event-Webhook-Timestamp" in answer.json["detail"]
    assert gateway.neighbours.asked == []


def test_a_wrong_signature_is_a_403_that_says_what_to_check(clock: FixedClock) -> None:
    answer = post_events(
        a_gateway(clock=clock, answers={"notifications.record_mail_events": WebhookSignatureInvalid()})
    )
    assert (answer.status_code, answer.json["code"]) == (403, "webhook_signature_invalid")
    assert "Check the key" in answer.json["detail"]


@pytest.mark.parametrize("error", [NeighbourSilent("n"), NeighbourAbsent("n"), BusDown("n"), StoreDown("n")])
def test_what_cannot_be_taken_now_is_asked_for_again(error: DependencyDown, clock: FixedClock) -> None:
    answers = {"notifications.record_mail_events": error, "notifications.record_text_status": error}
    gateway = a_gateway(clock=clock, answers=answers)
    status = gateway.send("POST", STATUS, token=None, data=b"a=1", headers=SIGNED_STATUS)
    for answer in (post_events(gateway), status):
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")


@pytest.mark.slow
def test_the_page_of_a_services_problem_is_there_in_a_process_without_that_service() -> None:
    looks = "import gateway.service; from chassis.errors import Refusal; print(*Refusal.registry)"
    found = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", looks], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert {"webhook_signature_invalid", "verification_expired", "amount_too_small"} <= set(found.stdout.split())
