"""The process really dies at each named point, is started again, and every request still has exactly one effect.

The toy service on RabbitMQ, one process per service; whole payments on whole stacks belong to a later suite.
"""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from chassis.failpoints import DECLARED, KILLED_EXIT_CODE
from tests.chassis import counting
from tests.chassis.conftest import database, late_database, toy_keys  # noqa: F401 - fixtures of the toy service
from tests.chassis.test_buses import SERVICES, Stack, declare_toys
from tests.fixtures.processes import eventually

REQUESTS = 4
# The toy has no vendor; those two points stand in payments and notifications.
POINTS = sorted(point for point in DECLARED if not point.startswith("vendor."))


class Supervised:
    """The toy stack; the counting service is started again, without the fault, when it has died of it."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.deaths: list[int] = []

    def kill_at(self, point: str) -> None:
        self.stack.processes[SERVICES[0]][0].stop()
        self.stack._common["CAPTIVE_FAILPOINTS"] = f"{point}@2"
        self.stack.start([SERVICES[0]])
        del self.stack._common["CAPTIVE_FAILPOINTS"]

    def revive(self) -> None:
        process = self.stack.processes[SERVICES[0]][0].process
        if process.poll() is not None:
            self.deaths.append(process.returncode)
            self.stack.start([SERVICES[0]])

    def add_until_answered(self, key: str) -> None:
        ends_at = time.monotonic() + 30
        while time.monotonic() < ends_at:
            self.revive()
            try:
                if self.stack.get("add", name="a", amount=1, key=key).status_code == 200:
                    return
            except requests.RequestException:
                continue
        raise AssertionError(f"{key} was never answered")

    def value(self, name: str) -> int:
        self.revive()
        answer = self.stack.get("get_count", name=name)
        return int(answer.json()["data"]["value"]) if answer.status_code == 200 else -1


@pytest.fixture
def supervised(
    database: Any,  # noqa: F811 - the fixture
    late_database: Any,  # noqa: F811 - the fixture
    migrated: Callable[[str], str],
    toy_keys: Path,  # noqa: F811 - the fixture
    broker_url: str,
) -> Iterator[Supervised]:
    declare_toys(broker_url, embedded=False)
    stack = Stack(bus=broker_url, urls=migrated, keys=toy_keys, split=True)
    yield Supervised(stack)
    for process, _ in stack.processes.values():
        process.kill()


@pytest.mark.bus
@pytest.mark.slow
@pytest.mark.parametrize("point", POINTS)
def test_nothing_is_lost_or_doubled_when_the_process_dies_at(
    point: str,
    supervised: Supervised,
    late_database: Any,  # noqa: F811 - the fixture
) -> None:
    supervised.kill_at(point)
    for number in range(REQUESTS):
        supervised.add_until_answered(f"k{number}")
    eventually(lambda: supervised.value("seen a") == REQUESTS, seconds=40, describe=supervised.stack.output)
    eventually(lambda: supervised.deaths, seconds=20, describe=supervised.stack.output)
    assert supervised.deaths == [KILLED_EXIT_CODE], "the fault must land, once"
    assert supervised.value("a") == REQUESTS
    eventually(lambda: counting.total(late_database) == REQUESTS, seconds=30, describe=supervised.stack.output)
