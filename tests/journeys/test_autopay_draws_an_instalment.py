"""On a whole stack: a customer agrees to autopay, gets the copy and the notice, and the instalment is drawn once."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from deploy.demo.client import Client, eventually
from tests.fixtures.customers import agree_to_autopay
from tests.fixtures.stacks import RunningStack, a_running_stack


@pytest.mark.slow
def test_autopay_is_agreed_to_told_of_and_drawn_once(tmp_path: Path) -> None:
    with a_running_stack(data=tmp_path / "data") as stack:
        client, address = signed_in(stack)
        loan = next(account for account in client.get("/v1/accounts")["data"] if account["product"] == "loan")
        account = f"/v1/accounts/{loan['id']}"
        assert loan["autopay_enabled"] is False
        before = {payment["id"] for payment in client.get(f"{account}/payments")["data"]}

        enrolled = agree_to_autopay(client, account)
        assert client.get(account)["autopay_enabled"] is True
        copy = eventually(lambda: mail_about(stack, address, "Autopay is on"), what="the copy of the consent")
        assert enrolled["consent_offer"]["text"][:40] in copy["text"]

        draft = enrolled["drafts"][0]
        on, told_on = (date.fromisoformat(draft["draft_on"]) - timedelta(days=days) for days in (0, 11))
        move_to(stack, client, account, told_on)
        notice = eventually(lambda: mail_about(stack, address, "will be drawn on"), what="the notice of the draft")
        assert "To stop this draft" in notice["text"]
        assert {payment["id"] for payment in client.get(f"{account}/payments")["data"]} == before

        move_to(stack, client, account, on)
        drawn = eventually(lambda: applied_since(client, account, before=before), what="the draft is in the balance")
        assert [payment["amount_cents"] for payment in drawn] == [draft["amount_cents"]]
        assert client.get(account)["past_due_cents"] == 0
        stack.captive("ledger", "check")


def signed_in(stack: RunningStack) -> tuple[Client, str]:
    login = json.loads((stack.data / "logins.json").read_text())[0]
    client = Client(url=stack.url)
    assert client.sign_in(user_id=login["user_id"], password=login["password"])
    return client, login["user_id"]


def move_to(stack: RunningStack, client: Client, account: str, on: date) -> None:
    """The business date, ahead to that day, where it is not there yet."""
    days = (on - date.fromisoformat(client.get(account)["as_of"]["business_on"])).days
    if days > 0:
        stack.captive("clock", "advance", str(days))


def mail_about(stack: RunningStack, address: str, subject: str) -> Any:
    return next((mail for mail in stack.mails(address) if subject in mail["subject"]), None)


def applied_since(client: Client, account: str, *, before: set[str]) -> Any:
    made = [payment for payment in client.get(f"{account}/payments")["data"] if payment["id"] not in before]
    return made if made and all(payment["applied_at"] for payment in made) else None
