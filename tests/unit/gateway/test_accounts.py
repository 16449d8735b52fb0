"""An account is shown with what is on its way, and says so where that is not known."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.clock import FixedClock
from chassis.errors import NeighbourSilent, NotFound
from gateway import bulkheads
from gateway.api import examples
from gateway.api.accounts import composed
from tests.unit.gateway.builders import ACCOUNT_VIEW, NOTHING_PENDING, a_gateway

ACCOUNT = f"/v1/accounts/{examples.ACCOUNT_ID}"
OTHER = "0193583f-0000-7000-8000-000000000000"


def a_pending_payment(*, amount_cents: int = 10_000, account_id: str = examples.ACCOUNT_ID) -> dict[str, Any]:
    return {
        "id": examples.PAYMENT_ID, "account_id": account_id, "amount_cents": amount_cents,
        "effective_on": "2026-11-23", "status": "submitting",
    }  # fmt: skip


def test_a_pending_payment_lowers_what_is_due_but_not_the_balance(clock: FixedClock) -> None:
    pending = {**NOTHING_PENDING, "data": [a_pending_payment(amount_cents=10_000)]}
    view = a_gateway(clock=clock, answers={"payments.list_pending_payments": pending}).get(ACCOUNT).json
    assert view["amount_due_after_pending_cents"] == view["amount_due_cents"] - 10_000
    assert view["principal_balance_cents"] == ACCOUNT_VIEW["principal_balance_cents"]
    assert view["pending_payments"] == [
        {"id": examples.PAYMENT_ID, "amount_cents": 10_000, "effective_on": "2026-11-23", "status": "submitting"}
    ]


@pytest.mark.parametrize(("on", "left_cents"), [("2026-12-05", 0), ("2026-12-06", 41_235)])
def test_a_scheduled_payment_counts_where_it_comes_in_time(clock: FixedClock, on: str, left_cents: int) -> None:
    scheduled = {**a_pending_payment(amount_cents=41_235), "status": "scheduled", "effective_on": on}
    pending = {**NOTHING_PENDING, "data": [scheduled]}
    view = a_gateway(clock=clock, answers={"payments.list_pending_payments": pending}).get(ACCOUNT).json
    assert (view["amount_due_after_pending_cents"], len(view["pending_payments"])) == (left_cents, 1)


@pytest.mark.parametrize("path", [ACCOUNT, "/v1/accounts"])
def test_while_payments_is_down_the_account_is_shown_and_pending_is_unknown(path: str, clock: FixedClock) -> None:
    answer = a_gateway(clock=clock, answers={"payments.list_pending_payments": NeighbourSilent("payments")}).get(path)
    view = answer.json if path == ACCOUNT else answer.json["data"][0]
    assert answer.status_code == 200
    assert (view["pending_payments"], view["amount_due_after_pending_cents"]) == (None, None)
    assert view["autopay_enabled"] is False
    assert view["amount_due_cents"] == ACCOUNT_VIEW["amount_due_cents"]


def test_only_the_first_page_waits_for_payments_while_it_is_silent(
    clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulkheads, "SILENCE_SECONDS", 0.0)
    gateway = a_gateway(clock=clock, answers={"payments.list_pending_payments": NeighbourSilent("payments")})
    pages = [gateway.get(path) for path in (ACCOUNT, "/v1/accounts", ACCOUNT)]
    assert [page.status_code for page in pages] == [200, 200, 200]
    assert len(gateway.neighbours.requests("payments.list_pending_payments")) == 1


def test_payments_is_asked_first_so_that_no_payment_is_missing_from_both(clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock)
    gateway.get(ACCOUNT)
    methods = [asked.method for asked in gateway.neighbours.asked]
    assert methods.index("payments.list_pending_payments") < methods.index("accounts.get_account")


def test_the_list_shows_each_account_its_own_payments(clock: FixedClock) -> None:
    answers = {
        "accounts.list_accounts": {"data": [{**ACCOUNT_VIEW, "id": OTHER}, ACCOUNT_VIEW]},
        "payments.list_pending_payments": {
            "data": [a_pending_payment(account_id=OTHER, amount_cents=5)],
            "autopay_account_ids": [OTHER],
        },
    }
    shown = a_gateway(clock=clock, answers=answers).get("/v1/accounts").json["data"]
    assert [[payment["amount_cents"] for payment in view["pending_payments"]] for view in shown] == [[5], []]
    assert [view["autopay_enabled"] for view in shown] == [True, False]


def test_the_list_is_of_the_tokens_accounts_and_no_others(clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock)
    gateway.get("/v1/accounts")
    assert gateway.neighbours.requests("accounts.list_accounts") == [{"account_ids": [examples.ACCOUNT_ID]}]


def test_a_person_without_accounts_has_an_empty_list_and_nobody_is_asked(clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock)
    answer = gateway.get("/v1/accounts", token=gateway.token(accounts=[]))
    assert answer.json == {"data": [], "next_cursor": None}
    assert [asked.method for asked in gateway.neighbours.asked] == ["identity.get_signing_keys"]


@pytest.mark.parametrize("refusing", ["accounts.get_account", "payments.list_pending_payments"])
def test_a_foreign_account_is_not_found_whoever_notices_first(refusing: str, clock: FixedClock) -> None:
    answer = a_gateway(clock=clock, answers={refusing: NotFound()}).get(f"/v1/accounts/{OTHER}")
    assert (answer.status_code, answer.json["code"]) == (404, "not_found")


def test_an_id_in_capitals_names_the_same_account(clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock)
    assert gateway.get(ACCOUNT.replace(examples.ACCOUNT_ID, examples.ACCOUNT_ID.upper())).status_code == 200
    assert gateway.neighbours.requests("accounts.get_account") == [{"account_id": examples.ACCOUNT_ID}]


@given(due=st.integers(0, 10**9), amounts=st.lists(st.integers(1, 10**8), max_size=5))
def test_what_is_due_after_pending_payments_is_never_negative(due: int, amounts: list[int]) -> None:
    pending: list[Mapping[str, Any]] = [a_pending_payment(amount_cents=amount) for amount in amounts]
    view = {"id": examples.ACCOUNT_ID, "amount_due_cents": due, "next_due_on": None}
    after = composed(view, {"data": pending, "autopay_account_ids": []})["amount_due_after_pending_cents"]
    assert after == max(0, due - sum(amounts))
