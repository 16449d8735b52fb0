"""On a whole stack: a debit is returned and the balance, the fee and the mail follow; a payoff settles and closes."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from deploy.demo.client import Client, a_key, eventually
from deploy.portfolio.demo import RETURNED_PAYMENT_FEE_CENTS
from tests.fixtures.stacks import RunningStack, a_running_stack

ROUTING_NUMBER, APPROVED, RETURNS_R01 = "110000000", "000123456789", "000333333301"


@pytest.mark.slow
def test_a_returned_debit_is_owed_again_and_a_settled_payoff_closes_the_loan(tmp_path: Path) -> None:
    with a_running_stack(data=tmp_path / "data") as stack:
        samuel, address = signed_in_as_samuel(stack)
        (loan,) = samuel.get("/v1/accounts")["data"]
        account = f"/v1/accounts/{loan['id']}"

        comes_back(stack, samuel, account, before=loan)
        mail = eventually(lambda: mail_about_return(stack, address), what="the mail about the return")
        assert "there was not enough money in the account" in mail["text"]
        assert "We will present it once more on" in mail["text"]

        pays_off(stack, samuel, account)
        closed = eventually(lambda: view_if(samuel, account, status="closed"), what="the loan is closed")
        assert closed["principal_balance_cents"] == 0
        eventually(lambda: is_paid_back(stack), what="the surplus is paid back")
        stack.captive("ledger", "check")


@pytest.mark.slow
def test_money_settles_when_the_business_date_moves(tmp_path: Path) -> None:
    with a_running_stack(data=tmp_path / "data") as stack:
        samuel, _ = signed_in_as_samuel(stack)
        (loan,) = samuel.get("/v1/accounts")["data"]
        kept = pay(samuel, f"/v1/accounts/{loan['id']}", number=APPROVED, amount_cents=10_000)
        returned = pay(samuel, f"/v1/accounts/{loan['id']}", number=RETURNS_R01, amount_cents=5_000)
        for payment in (kept, returned):
            eventually(lambda: has_status(samuel, payment, "posted"), what="the payment is posted")  # noqa: B023
        stack.captive("clock", "advance", "1")
        eventually(lambda: has_status(samuel, kept, "settled"), what="the payment is settled")
        eventually(lambda: has_status(samuel, returned, "returned"), what="the payment is returned")
        stack.captive("ledger", "check")


def comes_back(stack: RunningStack, client: Client, account: str, *, before: dict[str, Any]) -> None:
    payment = pay(client, account, number=RETURNS_R01, amount_cents=20_000)
    eventually(lambda: client.get(f"/v1/payments/{payment['id']}")["applied_at"], what="the payment is applied")
    press(stack, "charges", key=payment["id"], button="return", code="R01")
    told = eventually(lambda: has_status(client, payment, "returned"), what="the payment is returned")
    assert "there was not enough money in the account" in told["message"]
    owed = {"principal_balance_cents": before["principal_balance_cents"], "past_due_cents": before["past_due_cents"]}
    owed["fees_due_cents"] = before["fees_due_cents"] + RETURNED_PAYMENT_FEE_CENTS
    eventually(lambda: view_if(client, account, **owed), what="all is owed as before, and the fee for the return")


def pays_off(stack: RunningStack, client: Client, account: str) -> None:
    view = client.get(account)
    good_through = date.fromisoformat(view["as_of"]["business_on"]) + timedelta(days=10)
    headers = {"Idempotency-Key": a_key()}
    quote = client.post(f"{account}/payoff-quotes", {"good_through": str(good_through)}, expect=201, headers=headers)
    payment = pay(client, account, number=APPROVED, amount_cents=quote["payoff_cents"], quote_id=quote["id"])
    eventually(lambda: view_if(client, account, status="paid_off"), what="the loan is paid off")
    press(stack, "charges", key=payment["id"], button="settle")


def signed_in_as_samuel(stack: RunningStack) -> tuple[Client, str]:
    (login,) = [entry for entry in json.loads((stack.data / "logins.json").read_text()) if "samuel" in entry["user_id"]]
    client = Client(url=stack.url)
    assert client.sign_in(user_id=login["user_id"], password=login["password"])
    return client, login["user_id"]


def pay(client: Client, account: str, *, number: str, **body: Any) -> dict[str, Any]:
    method = client.post(
        "/v1/payment-methods",
        {
            "type": "bank_account", "routing_number": ROUTING_NUMBER, "account_number": number,
            "account_type": "checking", "holder_name": "Samuel Okafor",
        },
        expect=201,
    )  # fmt: skip
    headers = {"Idempotency-Key": a_key()}
    body = {"payment_method_id": method["id"], **body}
    made: dict[str, Any] = client.post(f"{account}/payments", body, expect=201, headers=headers)
    return made


def has_status(client: Client, payment: dict[str, Any], status: str) -> Any:
    found = client.get(f"/v1/payments/{payment['id']}")
    return found if found["status"] == status else None


def view_if(client: Client, account: str, **wanted: Any) -> Any:
    view = client.get(account)
    return view if all(view[name] == value for name, value in wanted.items()) else None


def press(stack: RunningStack, kind: str, *, key: str, button: str, **body: str) -> None:
    sandbox = stack.record()["sandbox_url"]
    (found,) = requests.get(f"{sandbox}/_sandbox/{kind}", params={"key": key}, timeout=5).json()["data"]
    pressed = requests.post(f"{sandbox}/_sandbox/{kind}/{found['id']}/{button}", json=body, timeout=5)
    assert pressed.status_code == 200, pressed.text


def mail_about_return(stack: RunningStack, address: str) -> Any:
    return next((mail for mail in stack.mails(address) if "was returned" in mail["subject"]), None)


def is_paid_back(stack: RunningStack) -> Any:
    refunds = requests.get(f"{stack.record()['sandbox_url']}/_sandbox/refunds", timeout=5).json()["data"]
    return [refund for refund in refunds if refund["status"] == "paid"]
