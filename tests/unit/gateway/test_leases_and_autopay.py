"""Who keeps a lease for longer sees whether autopay will draw the months: payments knows it, and leases does not."""

from typing import Any

import pytest

from chassis.clock import FixedClock
from chassis.errors import NeighbourSilent
from gateway.api import examples
from tests.unit.gateway.builders import NOTHING_PENDING, a_gateway

LEASE = f"/v1/leases/{examples.ACCOUNT_ID}"
EXTENSION = f"{LEASE}/extensions/{examples.OPTION_ID}"
SHOWN = [f"{LEASE}/lease-end", EXTENSION, f"{LEASE}/renewal"]
ON = {**NOTHING_PENDING, "autopay_account_ids": [examples.ACCOUNT_ID]}


@pytest.mark.parametrize("path", SHOWN)
@pytest.mark.parametrize(("told", "is_on"), [(ON, True), (NOTHING_PENDING, False), (NeighbourSilent("payments"), None)])
def test_autopay_is_on_off_or_not_known(clock: FixedClock, path: str, told: Any, is_on: bool | None) -> None:
    answer = a_gateway(clock=clock, answers={"payments.list_pending_payments": told}).get(path)
    assert (answer.status_code, answer.json["autopay_enabled"]) == (200, is_on)


def test_another_accounts_autopay_says_nothing_of_this_one(clock: FixedClock) -> None:
    of_another = {**NOTHING_PENDING, "autopay_account_ids": ["01900000-0000-7000-8000-00000000beef"]}
    answer = a_gateway(clock=clock, answers={"payments.list_pending_payments": of_another}).get(SHOWN[0])
    assert answer.json["autopay_enabled"] is False


@pytest.mark.parametrize(
    ("path", "body"), [(f"{LEASE}/extensions", {"months": 1, "renews": True}), (f"{EXTENSION}/acceptance", {})]
)
def test_it_is_seen_where_one_agrees_to_more_months(clock: FixedClock, path: str, body: dict[str, Any]) -> None:
    gateway = a_gateway(clock=clock, answers={"payments.list_pending_payments": ON})
    answer = gateway.post(path, body, headers={"Idempotency-Key": "agree"})
    assert (answer.status_code < 300, answer.json["autopay_enabled"]) == (True, True)
