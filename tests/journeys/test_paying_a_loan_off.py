"""Samuel, who is late, asks what pays his loan off, is promised it, pays the promise, and owes nothing any more."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from deploy.demo.client import Client, a_key, eventually
from tests.fixtures.stacks import RunningStack, a_running_stack

A_BANK_ACCOUNT = {
    "type": "bank_account", "routing_number": "110000000", "account_number": "000123456789",
    "account_type": "checking", "holder_name": "Samuel Okafor",
}  # fmt: skip
DAYS_AHEAD = 10


@pytest.mark.slow
def test_a_promised_sum_closes_the_loan_and_the_days_not_needed_are_owed_back(tmp_path: Path) -> None:
    with a_running_stack(data=tmp_path / "data") as stack:
        samuel = signed_in_as_samuel(stack)
        (loan,) = samuel.get("/v1/accounts")["data"]
        account = f"/v1/accounts/{loan['id']}"
        good_through = date.fromisoformat(loan["as_of"]["business_on"]) + timedelta(days=DAYS_AHEAD)

        preview = samuel.get(f"{account}/payoff-quote")
        assert preview["payoff_cents"] == loan["payoff_ceiling_cents"]
        quote = promised(samuel, account, good_through=good_through)
        assert_the_parts_add_up(quote)
        surplus_cents = quote["payoff_cents"] - preview["payoff_cents"]
        assert abs(surplus_cents - DAYS_AHEAD * 100 * float(quote["per_diem"])) <= 1
        assert quote["mail_to"]["overnight"][-1] == "Richardson, TX 75081"
        assert {row["purpose"] for row in samuel.get(f"{account}/payment-addresses")["data"]} == {"payment", "payoff"}

        pay(samuel, account, quote)
        closed = eventually(lambda: is_paid_off(samuel, account), what="the loan is paid off")

        assert (closed["principal_balance_cents"], closed["fees_due_cents"], closed["amount_due_cents"]) == (0, 0, 0)
        assert samuel.get(f"{account}/payoff-quotes/{quote['id']}")["status"] == "met"
        history = samuel.get(f"{account}/transactions")["data"][:3]
        assert [(row["kind"], row["amount_cents"]) for row in history] == [
            ("refund_due", -surplus_cents), ("payoff_drift", 0), ("payment", quote["payoff_cents"]),
        ]  # fmt: skip
        samuel.post(f"{account}/payoff-quotes", {"good_through": str(good_through)}, expect=409, headers=keyed())
        stack.captive("ledger", "check")


def signed_in_as_samuel(stack: RunningStack) -> Client:
    (login,) = [entry for entry in json.loads((stack.data / "logins.json").read_text()) if "samuel" in entry["user_id"]]
    client = Client(url=stack.url)
    assert client.sign_in(user_id=login["user_id"], password=login["password"])
    return client


def promised(client: Client, account: str, *, good_through: date) -> Any:
    """A quote, asked for twice with one key."""
    body, headers = {"good_through": str(good_through)}, keyed()
    first = client.post(f"{account}/payoff-quotes", body, expect=201, headers=headers)
    assert client.post(f"{account}/payoff-quotes", body, expect=201, headers=headers) == first
    return first


def assert_the_parts_add_up(quote: dict[str, Any]) -> None:
    breakdown = dict(quote["breakdown"])
    credit_cents = breakdown.pop("credit_cents")
    assert sum(breakdown.values()) - credit_cents == quote["payoff_cents"]
    assert sum(part["amount_cents"] for part in quote["explanation"]["parts"]) == quote["payoff_cents"]


def pay(client: Client, account: str, quote: dict[str, Any]) -> None:
    method = client.post("/v1/payment-methods", A_BANK_ACCOUNT, expect=201)
    body = {"amount_cents": quote["payoff_cents"], "payment_method_id": method["id"], "quote_id": quote["id"]}
    client.post(f"{account}/payments", body, expect=201, headers=keyed())


def is_paid_off(client: Client, account: str) -> Any:
    view = client.get(account)
    return view if view["status"] == "paid_off" else None


def keyed() -> dict[str, str]:
    return {"Idempotency-Key": a_key()}
