"""Autopay over HTTP: what was read is what is changed, and what is refused says why."""

import pytest

from chassis.clock import FixedClock
from chassis.errors import PreconditionFailed
from gateway.api import examples
from services.payments.contract.errors import ConsentNotCurrent, DraftNotStoppable, PaymentNotCancellable
from tests.unit.gateway.builders import A_KEY, a_gateway

AUTOPAY = f"/v1/accounts/{examples.ACCOUNT_ID}/autopay"
CHOSEN = {"payment_method_id": examples.METHOD_ID, "consent": {"version": "autopay-2026-11"}}


def test_what_was_read_is_what_is_changed(clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock)
    read = gateway.get(AUTOPAY)
    assert "version" not in read.json
    answer = gateway.send("PUT", AUTOPAY, json=CHOSEN, headers={"If-Match": read.headers["ETag"]})
    assert (answer.status_code, answer.headers["ETag"].startswith('"4.')) == (200, True)
    assert gateway.neighbours.requests("payments.put_autopay") == [
        {
            **CHOSEN, "account_id": examples.ACCOUNT_ID, "if_versions": [3], "day_offset": 0,
            "fixed_amount_cents": None, "extra_principal_cents": 0, "maximum_cents": None,
        }
    ]  # fmt: skip


def test_a_change_of_what_nobody_read_is_not_asked_for(clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock)
    answer = gateway.send("PUT", AUTOPAY, json=CHOSEN)
    assert (answer.status_code, answer.json["code"]) == (428, "precondition_required")
    assert gateway.neighbours.requests("payments.put_autopay") == []


@pytest.mark.parametrize(
    ("refusal", "status"), [(PreconditionFailed(), 412), (ConsentNotCurrent(), 422)], ids=lambda value: str(value)
)
def test_a_refused_change_says_why(clock: FixedClock, refusal: Exception, status: int) -> None:
    gateway = a_gateway(clock=clock, answers={"payments.put_autopay": refusal})
    answer = gateway.send("PUT", AUTOPAY, json=CHOSEN, headers={"If-Match": '"3.0"'})
    assert (answer.status_code, answer.json["code"]) == (status, refusal.code)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "wrong",
    [
        {"day_offset": 1}, {"day_offset": -11}, {"fixed_amount_cents": 99}, {"extra_principal_cents": -1},
        {"maximum_cents": 0}, {"consent": "yes"}, {"consent": {}}, {"if_versions": [1]}, {"status": "active"},
    ],
    ids=str,
)  # fmt: skip
def test_what_cannot_be_chosen_is_refused_at_the_door(clock: FixedClock, wrong: dict[str, object]) -> None:
    gateway = a_gateway(clock=clock)
    answer = gateway.send("PUT", AUTOPAY, json={**CHOSEN, **wrong}, headers={"If-Match": '"3.0"'})
    assert (answer.status_code, answer.json["code"]) == (422, "invalid_request")
    assert gateway.neighbours.requests("payments.put_autopay") == []


def test_it_is_switched_off_without_asking_for_more(clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock)
    answer = gateway.send("DELETE", AUTOPAY)
    assert answer.status_code == 200
    assert gateway.neighbours.requests("payments.remove_autopay") == [{"account_id": examples.ACCOUNT_ID}]


def test_a_draft_is_skipped_once_by_its_key(clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock)
    keyless = gateway.post(f"{AUTOPAY}/skip", {})
    assert (keyless.status_code, keyless.json["code"]) == (400, "idempotency_key_required")
    assert gateway.post(f"{AUTOPAY}/skip", {}, headers=A_KEY).status_code == 200
    (asked,) = [asked for asked in gateway.neighbours.asked if asked.method == "payments.skip_draft"]
    assert (asked.key, asked.request["instalment_number"]) == (A_KEY["Idempotency-Key"], None)


def test_a_draft_that_is_too_near_is_a_409(clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock, answers={"payments.skip_draft": DraftNotStoppable()})
    answer = gateway.post(f"{AUTOPAY}/skip", {}, headers=A_KEY)
    assert (answer.status_code, answer.json["code"]) == (409, "draft_not_stoppable")


def test_a_scheduled_payment_is_cancelled_or_it_is_said_why_not(clock: FixedClock) -> None:
    path = f"/v1/payments/{examples.PAYMENT_ID}"
    assert a_gateway(clock=clock).send("DELETE", path).json["status"] == "cancelled"
    refusing = a_gateway(clock=clock, answers={"payments.cancel_payment": PaymentNotCancellable()})
    answer = refusing.send("DELETE", path)
    assert (answer.status_code, answer.json["code"]) == (409, "payment_not_cancellable")
