"""A stack whose business date is moved: what customers see follows at once, and their sessions do not notice."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from deploy.demo.client import Client
from tests.fixtures.stacks import RunningStack, a_running_stack


@pytest.mark.slow
def test_a_late_loan_is_later_once_the_business_date_has_moved(tmp_path: Path) -> None:
    with a_running_stack(data=tmp_path / "data") as stack:
        samuel = signed_in_as_samuel(stack)
        before = the_loan_of(samuel)

        told = stack.captive("clock", "advance", "30").stdout

        after = the_loan_of(samuel)
        was_on, is_on = (date.fromisoformat(seen["as_of"]["business_on"]) for seen in (before, after))
        assert is_on - was_on == timedelta(days=30)
        assert after["days_past_due"] == before["days_past_due"] + 30
        assert after["accrued_interest_cents"] > before["accrued_interest_cents"]
        assert f"{was_on} -> {is_on}" in told
        assert f"business date  {is_on} (30 days ahead)" in stack.captive("clock", "show").stdout
        sandbox = requests.get(f"{stack.record()['sandbox_url']}/_sandbox/clock", timeout=5).json()
        assert sandbox["business_on"] == str(is_on)
        stack.captive("ledger", "check")


def signed_in_as_samuel(stack: RunningStack) -> Client:
    (login,) = [entry for entry in json.loads((stack.data / "logins.json").read_text()) if "samuel" in entry["user_id"]]
    client = Client(url=stack.url)
    assert client.sign_in(user_id=login["user_id"], password=login["password"])
    return client


def the_loan_of(client: Client) -> dict[str, Any]:
    (loan,) = client.get("/v1/accounts")["data"]
    found: dict[str, Any] = loan
    return found
