"""A whole stack with one service that stands still, or with more to do than it can: who is answered then, and after.

The service is a process that is stopped, so it neither answers nor closes anything, as in a hang or a lost network.
"""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import requests

from deploy.bench import crowd
from deploy.bench.whole_stack import Payer, enrolled
from deploy.stack import DataFolder
from tests.fixtures.processes import eventually
from tests.fixtures.stacks import RunningStack, a_running_stack

pytestmark = [pytest.mark.bus, pytest.mark.slow]

CALLERS = 40
OFFERED_PER_SECOND, OFFERED_SECONDS = 600, 4


@dataclass(frozen=True)
class Portal:
    """A customer of a running stack, and the processes of its services."""

    stack: RunningStack
    payer: Payer
    lease_id: str

    def ask(self, path: str, **options: Any) -> requests.Response:
        headers = {"Authorization": self.payer.client.authorization, **options.pop("headers", {})}
        return requests.request(
            options.pop("method", "GET"), self.stack.url + path, headers=headers, timeout=20, **options
        )  # fmt: skip

    def lease(self) -> requests.Response:
        return self.ask(f"/v1/leases/{self.lease_id}")

    def pay(self) -> requests.Response:
        body = {"amount_cents": 100, "payment_method_id": self.payer.method_id, "pay_anyway": True}
        key = {"Idempotency-Key": str(uuid4())}
        return self.ask(f"/v1/accounts/{self.payer.account_id}/payments", method="POST", json=body, headers=key)

    @contextmanager
    def standing_still(self, service: str) -> Iterator[None]:
        process = self.stack.record()["children"][service]
        os.kill(process, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(process, signal.SIGCONT)


@pytest.fixture(scope="module")
def portal(broker_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    data = tmp_path_factory.mktemp("overload")
    with pytest.MonkeyPatch.context() as patch:
        # One customer stands for many.
        patch.setenv("REQUESTS_PER_MINUTE", "1000000")
        patch.setenv("SESSIONS_PER_MINUTE", "1000000")
        with a_running_stack(data=data, bus=broker_url) as stack:
            yield _entered(stack, data)


def _entered(stack: RunningStack, data: Path) -> Portal:
    record = DataFolder(data).find_record()
    assert record is not None
    payer = enrolled(record)
    accounts = payer.client.get("/v1/accounts")["data"]
    return Portal(stack, payer, next(account["id"] for account in accounts if account["product"] == "lease"))


def silent(portal: Portal, ask: Any) -> list[requests.Response]:
    """Many ask the service that stands still; gives all their answers, the first of them after the wait of an RPC."""
    with ThreadPoolExecutor(CALLERS) as callers:
        return list(callers.map(lambda _: ask(), range(CALLERS * 2)))


def test_a_service_that_stands_still_takes_its_own_routes_down_and_comes_back_with_its_first_answer(
    portal: Portal,
) -> None:
    assert portal.lease().status_code == 200
    with portal.standing_still("leases"), ThreadPoolExecutor(CALLERS) as callers:
        waiting = [callers.submit(portal.lease) for _ in range(CALLERS)]
        eventually(lambda: any(answer.done() for answer in waiting))
        others = [portal.ask("/v1/accounts"), portal.ask("/v1/me"), portal.pay()]
        assert [answer.status_code for answer in others] == [200, 200, 201]
        answers = [answer.result() for answer in waiting]
        assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(503, "service_unavailable")}
        assert {answer.headers["Retry-After"] for answer in answers} == {"2"}
    eventually(lambda: portal.lease().status_code == 200)


def test_while_it_stands_still_most_are_refused_without_waiting(portal: Portal) -> None:
    with portal.standing_still("leases"):
        silent(portal, portal.lease)
        answers = silent(portal, portal.lease)
    at_once = [answer for answer in answers if answer.elapsed.total_seconds() < 2]
    assert len(at_once) > len(answers) / 2
    eventually(lambda: portal.lease().status_code == 200)


def test_a_payment_that_was_not_handed_on_says_that_no_money_moved(portal: Portal) -> None:
    with portal.standing_still("payments"):
        first = silent(portal, portal.pay)
        later = silent(portal, portal.pay)
        account = portal.ask(f"/v1/accounts/{portal.payer.account_id}")
        assert account.json()["pending_payments"] is None, "unknown, not none"
    told = Counter(answer.json()["money_moved"] for answer in later if answer.elapsed.total_seconds() < 2)
    assert set(told) == {"no"}
    assert "unknown" in {answer.json()["money_moved"] for answer in first}, "who was asked may have acted"
    eventually(lambda: portal.pay().status_code == 201)


def test_above_what_it_can_bear_sign_ins_and_payments_go_first_and_all_are_answered_afterwards(portal: Portal) -> None:
    person = portal.payer.person
    plan = {
        "url": portal.stack.url, "token": portal.payer.client.authorization, "account_id": portal.payer.account_id,
        "method_id": portal.payer.method_id, "user_id": person.email, "password": person.password,
    }  # fmt: skip
    samples = asyncio.run(crowd.ask({**plan, "pace": [[OFFERED_PER_SECOND, OFFERED_SECONDS]]}))
    outcomes = Counter((rank, outcome) for rank, _, _, outcome in samples)
    asked = Counter(rank for rank, *_ in samples)
    answered = {rank: outcomes[rank, crowd.ANSWERED] / asked[rank] for rank in asked}
    assert outcomes["rest", crowd.REFUSED] > 0, "there was enough to refuse some"
    assert answered["first"] > answered["rest"]
    assert answered["read"] > answered["rest"]
    calm = asyncio.run(crowd.ask({**plan, "clients": 4, "seconds": 3}))
    assert {outcome for *_, outcome in calm} == {crowd.ANSWERED}
