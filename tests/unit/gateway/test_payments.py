"""Paying answers at once, or waits for the outcome as long as the client prefers."""

from collections.abc import Callable
from typing import Any

import pytest

from chassis.clock import FixedClock
from chassis.errors import NeighbourSilent, NotFound
from gateway.admission import Admission
from gateway.api import examples
from gateway.api.payments import wished_wait_seconds
from tests.unit.gateway.builders import A_KEY, Gateway, HttpAnswer, a_gateway

POSTED = {**examples.PAYMENT, "status": "posted", "message": "Your payment of $412.35 went through."}


def _pay(gateway: Gateway, **headers: str) -> HttpAnswer:
    body = {"amount_cents": 41235, "payment_method_id": examples.METHOD_ID}
    return gateway.post(f"/v1/accounts/{examples.ACCOUNT_ID}/payments", body, headers={**A_KEY, **headers})


def _after(looks: int, then: Any) -> Callable[[], Any]:
    """Still submitting for some looks, then something else."""
    left = [looks]

    def answer() -> Any:
        left[0] -= 1
        return examples.PAYMENT if left[0] >= 0 else then

    return answer


def test_a_payment_is_answered_as_soon_as_it_is_on_record(clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock)
    answer = _pay(gateway)
    assert (answer.status_code, answer.json["status"]) == (201, "submitting")
    assert answer.headers["Location"] == f"/v1/payments/{examples.PAYMENT_ID}"
    assert gateway.neighbours.requests("payments.get_payment") == []
    assert gateway.neighbours.requests("payments.submit_payment") == [
        {
            "account_id": examples.ACCOUNT_ID,
            "amount_cents": 41235,
            "payment_method_id": examples.METHOD_ID,
            "extra": None,
            "quote_id": None,
            "on": None,
            "pay_anyway": False,
            "card_fee_cents": 0,
        }
    ]


def test_the_outcome_comes_with_the_answer_where_it_comes_in_time(clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock, answers={"payments.get_payment": _after(2, POSTED)})
    answer = _pay(gateway, Prefer="wait=5")
    assert (answer.status_code, answer.json["status"]) == (201, "posted")
    assert answer.headers["Preference-Applied"] == "wait=5"
    assert len(gateway.pauses) == 3


def test_a_payment_still_under_way_when_the_time_is_up_is_shown_so(clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock)
    answer = _pay(gateway, Prefer="wait=2")
    assert (answer.status_code, answer.json["status"]) == (201, "submitting")
    assert 2 <= sum(gateway.pauses) < 2.6


def test_nobody_waits_longer_than_five_seconds(clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock)
    assert _pay(gateway, Prefer="wait=600").headers["Preference-Applied"] == "wait=5"
    assert sum(gateway.pauses) < 5.6


@pytest.mark.parametrize("error", [NeighbourSilent("payments"), NotFound()])
def test_a_failed_look_never_turns_an_accepted_payment_into_an_error(error: Exception, clock: FixedClock) -> None:
    answer = _pay(a_gateway(clock=clock, answers={"payments.get_payment": _after(1, error)}), Prefer="wait=5")
    assert (answer.status_code, answer.json["status"]) == (201, "submitting")


def test_a_decided_payment_is_not_waited_for(clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock, answers={"payments.submit_payment": POSTED})
    assert _pay(gateway, Prefer="wait=5").json["status"] == "posted"
    assert gateway.pauses == []


@pytest.mark.parametrize(
    ("prefer", "seconds"),
    [
        ("", None), ("wait=3", 3), ("Wait = 3", 3), ("respond-async, wait=4", 4), ("wait=1; foo", 1), ("wait=0", 0),
        ("wait=99999", None), ("wait=-1", None), ("wait=2.5", None), ("wait", None), ("await=3", None),
    ],
)  # fmt: skip
def test_a_preference_is_read_as_rfc_7240_says(prefer: str, seconds: int | None) -> None:
    assert wished_wait_seconds(prefer) == seconds


def test_a_card_number_is_refused_before_it_travels(clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock)
    answer = gateway.post("/v1/payment-methods", {"type": "card", "processor_token": "4111111111111111"})
    assert (answer.status_code, answer.json["code"]) == (422, "card_number_refused")
    assert "4111" not in answer.text
    assert gateway.neighbours.requests("payments.add_payment_method") == []


def test_who_only_waits_for_an_outcome_takes_nobodys_place(clock: FixedClock) -> None:
    in_hand: list[int] = []

    class Noting(Admission):
        def __setattr__(self, name: str, value: Any) -> None:
            super().__setattr__(name, value)
            in_hand.extend([value] if name == "in_hand" else [])

    gateway = a_gateway(clock=clock, admission=Noting())
    _pay(gateway, Prefer="wait=2")
    looks = len(gateway.neighbours.requests("payments.get_payment"))
    sending = [0, 1]
    assert in_hand == [0, 1, *sending, *[0, 1] * looks, 0]
