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

        told = stack.captive("clock", "advance", "30", "--no-wait").stdout

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


@pytest.mark.slow
def test_the_days_are_run_one_by_one_and_those_that_were_missed_are_caught_up(tmp_path: Path) -> None:
    with a_running_stack(data=tmp_path / "data") as stack:
        samuel = signed_in_as_samuel(stack)
        first_on = date.fromisoformat(the_loan_of(samuel)["as_of"]["business_on"])

        stepped = stack.captive("clock", "advance", "3").stdout.splitlines()

        days = [first_on + timedelta(days=number) for number in range(3)]
        assert [line.split()[0] for line in stepped[:-1]] == [str(day) for day in days]
        assert all("closed: " in line for line in stepped[:-1])
        stack.captive("clock", "advance", "7", "--no-wait")
        caught_up = stack.captive("day", "run").stdout.splitlines()
        last_on = first_on + timedelta(days=10)
        # After the cut-off the last one is closed as well.
        assert caught_up[-1].startswith((f"{last_on}  billed, waits for payments", f"{last_on}  closed"))
        shown = stack.captive("day", "status", "--days", "11").stdout.splitlines()
        assert [line.split()[0] for line in shown] == [str(first_on + timedelta(days=n)) for n in range(11)]
        assert sum(int(line.partition(" bills")[0].split()[-1]) for line in shown) > 0
        assert all(line.split()[1].startswith("closed") for line in shown[:-1])
        refused = stack.captive("day", "run", "--through", str(last_on), check=False)
        assert (refused.returncode, "is not over" in refused.stderr) == (2, True)
        assert any("bill_issued" in line for line in told_by(stack, "bill_issued"))
        stack.captive("ledger", "check")


def told_by(stack: RunningStack, event: str) -> list[str]:
    told = stack.captive("events", "tail", "--type", event, "--from", "2020-01-01T00:00:00Z", "--count", "1")
    return told.stdout.splitlines()


def signed_in_as_samuel(stack: RunningStack) -> Client:
    (login,) = [entry for entry in json.loads((stack.data / "logins.json").read_text()) if "samuel" in entry["user_id"]]
    client = Client(url=stack.url)
    assert client.sign_in(user_id=login["user_id"], password=login["password"])
    return client


def the_loan_of(client: Client) -> dict[str, Any]:
    (loan,) = client.get("/v1/accounts")["data"]
    found: dict[str, Any] = loan
    return found
