"""The broker is out of memory or disk and takes no message, nor refuses one: row 13 of the table in README.md.

An alarm stops every publisher of a broker, so it is raised on a private one.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deploy.broker import Broker, private_broker
from deploy.postgres.cluster import Cluster
from tests.faults.arms import SILENCE, Arm, Arms, both_arms
from tests.fixtures.processes import eventually

pytestmark = [pytest.mark.bus, pytest.mark.slow]


@pytest.fixture(scope="module")
def broker() -> Iterator[Broker]:
    with private_broker() as broker:
        yield broker


@pytest.fixture(scope="module")
def arms(
    broker: Broker, cluster: Cluster, migrated: Callable[[str], str], keys_folder: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Arms]:  # fmt: skip
    folder = tmp_path_factory.mktemp("arms")
    bus = f"amqp://guest:guest@{broker.address}/%2F"
    with both_arms(bus=bus, cluster=cluster, migrated=migrated, keys=keys_folder, folder=folder) as found:
        yield found


@contextmanager
def alarm(broker: Broker) -> Iterator[None]:
    broker.run("set_vm_memory_high_watermark", "absolute", "1")
    try:
        eventually(lambda: "resource_limit" in broker.run("eval", "rabbit_alarm:get_alarms()."))
        yield
    finally:
        broker.run("set_vm_memory_high_watermark", "0.4")


@pytest.mark.parametrize(("arm", "answer", "effects"), [("stock", SILENCE, 1), ("chassis", "503", 0)], indirect=["arm"])
def test_13_a_call_while_the_broker_is_in_alarm(broker: Broker, arm: Arm, answer: str, effects: int) -> None:
    """nameko's callers and tellers hang until the alarm is over, and then what was given up is done.

    Ours are told in time that it does not go, and what was committed with an event is told afterwards.
    """
    name, told = arm.new_name("asked in alarm"), arm.new_name("told in alarm")
    with alarm(broker):
        asking = arm.ask_meanwhile(name)
        telling = arm.tell_meanwhile(told)
        assert (asking.result(), telling.result()) == (answer, answer)
    eventually(lambda: arm.ask(arm.new_name("afterwards")) == "200", describe=arm.output)
    eventually(lambda: arm.effects(name) == effects, describe=arm.output)
    eventually(lambda: arm.effects(told) == arm.effects(f"telling {told}") == effects, describe=arm.output)
