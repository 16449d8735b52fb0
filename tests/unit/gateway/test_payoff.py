"""Payoff quotes over HTTP: the date comes from the query or the body, nothing else may be said about a quote."""

import pytest

from chassis.clock import FixedClock
from gateway.api import examples
from services.accounts.contract.errors import GoodThroughOutOfRange, NothingToPayOff
from tests.unit.gateway.builders import A_KEY, a_gateway

ACCOUNT = f"/v1/accounts/{examples.ACCOUNT_ID}"


def test_a_preview_is_asked_for_its_date_or_for_today(clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock)
    assert gateway.get(f"{ACCOUNT}/payoff-quote?good_through=2026-11-30").json["payoff_cents"] == 1_241_056
    gateway.get(f"{ACCOUNT}/payoff-quote")
    assert gateway.neighbours.requests("accounts.get_payoff_preview") == [
        {"account_id": examples.ACCOUNT_ID, "good_through": "2026-11-30"},
        {"account_id": examples.ACCOUNT_ID, "good_through": None},
    ]


def test_a_date_that_is_none_is_named(clock: FixedClock) -> None:
    answer = a_gateway(clock=clock).get(f"{ACCOUNT}/payoff-quote?good_through=soon")
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "/query/good_through")


def test_a_quote_says_where_it_can_be_read_again(clock: FixedClock) -> None:
    answer = a_gateway(clock=clock).post(f"{ACCOUNT}/payoff-quotes", {"good_through": "2026-11-30"}, headers=A_KEY)
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"{ACCOUNT}/payoff-quotes/{examples.QUOTE_ID}"


@pytest.mark.parametrize("field", ["kind", "lines", "source_ref"])
def test_what_only_services_may_say_is_unknown_here(field: str, clock: FixedClock) -> None:
    body = {"good_through": "2026-11-30", field: "lease_purchase"}
    answer = a_gateway(clock=clock).post(f"{ACCOUNT}/payoff-quotes", body, headers=A_KEY)
    assert (answer.status_code, answer.json["errors"][0]["code"]) == (422, "unknown_field")


@pytest.mark.parametrize(("refusal", "status"), [(GoodThroughOutOfRange(), 422), (NothingToPayOff(), 409)])
def test_a_refusal_keeps_its_code(refusal: Exception, status: int, clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock, answers={"accounts.issue_payoff_quote": refusal})
    answer = gateway.post(f"{ACCOUNT}/payoff-quotes", {"good_through": "2026-11-30"}, headers=A_KEY)
    assert (answer.status_code, answer.json["code"]) == (status, refusal.code)  # type: ignore[attr-defined]
