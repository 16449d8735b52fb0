"""A crash point that says something was written means it: death comes when the bytes have left, not before."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from chassis.bus import topology
from chassis.bus.link import open_channel
from chassis.failpoints import KILLED_EXIT_CODE
from tests.chassis import counting
from tests.chassis.conftest import database, late_database, toy_keys  # noqa: F401 - fixtures of the toy service
from tests.chassis.test_buses import SERVICES, Stack, declare_toys
from tests.fixtures.processes import eventually

COUNTING, LATE, _ = SERVICES
LATE_QUEUE = topology.event_queue(source="counting", event="counted", service="late", method="on_counted_late")


@pytest.fixture
def stack(
    database: Any,  # noqa: F811 - the fixture
    late_database: Any,  # noqa: F811 - the fixture
    migrated: Callable[[str], str],
    toy_keys: Path,  # noqa: F811 - the fixture
    broker_url: str,
) -> Iterator[Stack]:
    declare_toys(broker_url, embedded=False)
    running = Stack(bus=broker_url, urls=migrated, keys=toy_keys, split=True)
    yield running
    for process, _ in running.processes.values():
        process.kill()


def start_again(stack: Stack, path: str, *, dying_at: str = "") -> None:
    stack.processes[path][0].stop()
    stack._common["CAPTIVE_FAILPOINTS"] = dying_at
    stack.start([path])
    del stack._common["CAPTIVE_FAILPOINTS"]


def wait_for_death(stack: Stack, path: str) -> None:
    process = stack.processes[path][0].process
    eventually(lambda: process.poll() is not None, describe=stack.output)
    assert process.returncode == KILLED_EXIT_CODE


@pytest.mark.bus
@pytest.mark.slow
def test_what_a_point_says_was_written_has_left(stack: Stack, late_database: Any) -> None:  # noqa: F811
    start_again(stack, LATE, dying_at="event.acknowledged")
    start_again(stack, COUNTING, dying_at="command.after_reply")
    assert stack.get("add", name="a", amount=1, key="answered").status_code == 200
    wait_for_death(stack, COUNTING)

    start_again(stack, COUNTING)
    wait_for_death(stack, LATE)
    assert (counting.total(late_database), left_in(stack.bus, LATE_QUEUE)) == (1, 0)

    start_again(stack, LATE)
    start_again(stack, COUNTING, dying_at="outbox.sent")
    stack.get("add", name="a", amount=1, key="told")
    wait_for_death(stack, COUNTING)
    eventually(lambda: counting.total(late_database) == 2, describe=stack.output)


def left_in(bus: str, queue: str) -> int:
    """How many messages are there to be taken; counted by taking, since quorum queues tell their number late."""
    with open_channel(bus) as channel:
        return sum(1 for _ in iter(lambda: channel.basic_get(queue), None))
