"""How a provider fails when a test asks it to, as its official client sees it."""

import time
from collections.abc import Callable

import pytest
import requests
from python_http_client.exceptions import ServiceUnavailableError, TooManyRequestsError
from twilio.base.exceptions import TwilioRestException

from tests.fixtures.sandbox import CLIENT_TIMEOUT_SECONDS, RunningSandbox, a_card, a_mail


def text_ada(sandbox: RunningSandbox, *, timeout: float = 5.0) -> None:
    sandbox.twilio(timeout=timeout).messages.create(to="+12125552368", from_="+15005550006", body="Hello")


def test_a_provider_that_is_down_answers_503_in_its_own_form_and_does_nothing(sandbox: RunningSandbox) -> None:
    for provider in ("sendgrid", "twilio", "processor"):
        sandbox.fault(provider, "down")

    with pytest.raises(ServiceUnavailableError) as mail_refusal:
        sandbox.sendgrid().send(a_mail())
    with pytest.raises(TwilioRestException) as text_refusal:
        text_ada(sandbox)
    charge_refusal = sandbox.charge("key-1", a_card())

    assert mail_refusal.value.to_dict["errors"]
    assert (text_refusal.value.status, text_refusal.value.code) == (503, 20503)
    assert (charge_refusal.status_code, charge_refusal.json()["error"]["code"]) == (503, "processor_down")
    assert [sandbox.listed(kind) for kind in ("mails", "texts", "charges")] == [[], [], []]


def test_a_rate_limit_names_the_wait_with_the_providers_own_header(sandbox: RunningSandbox) -> None:
    for provider in ("sendgrid", "twilio", "processor"):
        sandbox.fault(provider, "rate_limited", seconds=30)

    with pytest.raises(TooManyRequestsError) as mail_refusal:
        sandbox.sendgrid().send(a_mail())
    with pytest.raises(TwilioRestException) as text_refusal:
        text_ada(sandbox)
    charge_refusal = sandbox.charge("key-1", a_card())

    assert 25 < int(mail_refusal.value.headers["X-RateLimit-Reset"]) - time.time() <= 31
    assert (text_refusal.value.status, text_refusal.value.code) == (429, 20429)
    assert (charge_refusal.status_code, charge_refusal.headers["Retry-After"]) == (429, "30")


def test_a_slow_provider_has_done_the_work_that_its_client_gave_up_on(sandbox: RunningSandbox) -> None:
    for provider in ("sendgrid", "twilio", "processor"):
        sandbox.fault(provider, "slow")
    calls: list[Callable[[], object]] = [
        lambda: sandbox.sendgrid(timeout=CLIENT_TIMEOUT_SECONDS).send(a_mail()),
        lambda: text_ada(sandbox, timeout=CLIENT_TIMEOUT_SECONDS),
        lambda: sandbox.charge("key-1", a_card(), timeout=CLIENT_TIMEOUT_SECONDS),
    ]

    for call in calls:
        with pytest.raises((TimeoutError, requests.Timeout)):
            call()

    assert [len(sandbox.listed(kind)) for kind in ("mails", "texts", "charges")] == [1, 1, 1]


def test_a_fault_of_one_provider_leaves_the_others_alone_and_ends_with_ok(sandbox: RunningSandbox) -> None:
    sandbox.fault("processor", "down")
    sandbox.sendgrid().send(a_mail())
    assert sandbox.charge("key-1", a_card()).status_code == 503

    sandbox.fault("processor", "ok")

    assert sandbox.charge("key-1", a_card()).status_code == 201
    assert len(sandbox.listed("mails")) == 1


def test_a_fault_for_two_calls_is_over_at_the_third(sandbox: RunningSandbox) -> None:
    sandbox.fault("processor", "down", calls=2, seconds=7)

    answers = [sandbox.charge("key-1", a_card()) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [503, 503, 201]
    assert answers[0].headers["Retry-After"] == "7"
    assert {fault["mode"] for fault in sandbox.listed("faults")} == {"ok"}


@pytest.mark.parametrize(
    "fault",
    [
        {"provider": "stripe", "mode": "down"},
        {"provider": "twilio", "mode": "gone"},
        {"provider": ["twilio"], "mode": "down"},
        {"provider": "twilio"},
        {"provider": "twilio", "mode": "slow", "seconds": -1},
        {"provider": "twilio", "mode": "slow", "seconds": "soon"},
        {"provider": "twilio", "mode": "down", "calls": 0},
        {"provider": "twilio", "mode": "down", "until": "tomorrow"},
    ],
)
def test_a_fault_that_makes_no_sense_is_refused_with_a_sentence(
    sandbox: RunningSandbox, fault: dict[str, object]
) -> None:
    answer = sandbox.post("/_sandbox/faults", fault)

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "fault_not_understood")
    assert {fault["mode"] for fault in sandbox.listed("faults")} == {"ok"}
