"""The connection to the broker is slow, held, lost or refused: nameko hangs, dies or doubles; ours waits, and says so.

The numbers are the rows of the table of nameko's faults in README.md.
"""

import pytest

from tests.faults.arms import SILENCE, Arm, ChassisArm, channel_on, stays
from tests.faults.proxy import Proxy
from tests.fixtures.processes import eventually

pytestmark = [pytest.mark.bus, pytest.mark.slow]


@pytest.mark.parametrize(("arm", "is_alive", "effects"), [("stock", False, 2), ("chassis", True, 1)], indirect=["arm"])
def test_9_a_connection_lost_while_a_handler_computes(arm: Arm, is_alive: bool, effects: int) -> None:
    """As after missed heartbeats: nameko's acknowledgement fails and ends the service; ours connects again."""
    name = arm.new_name("computes")
    arm.tell(name, deeds="work,burn_once:1")
    eventually(lambda: arm.journal.worked(name) == 1, describe=arm.output)
    arm.wire("Back").reset()
    if is_alive:
        eventually(lambda: arm.ask(arm.new_name("afterwards")) == "200", describe=arm.output)
    eventually(lambda: arm.is_alive("Back") == is_alive, describe=arm.output)
    if not is_alive:
        arm.start("Back")
    eventually(lambda: arm.effects(name) == effects, describe=arm.output)
    assert stays(lambda: arm.effects(name), effects, seconds=0.5)


@pytest.mark.parametrize(("arm", "effects"), [("stock", 0), ("chassis", 1)], indirect=["arm"])
def test_10_the_broker_is_gone_between_a_commit_and_its_event(arm: Arm, effects: int) -> None:
    """nameko has committed and cannot dispatch: nobody will ever hear of it; ours has the event in the outbox."""
    name = arm.new_name("untold")
    telling = arm.tell_meanwhile(name, first="linger:0.5,work", patience_seconds=20)
    eventually(lambda: arm.journal.runs(f"telling {name}") == 1, describe=arm.output)
    arm.all_wires(Proxy.cut)
    eventually(lambda: arm.effects(f"telling {name}") == 1, describe=arm.output)
    assert telling.result() != "200"
    arm.all_wires(Proxy.flow)
    later = arm.new_name("later")
    eventually(lambda: arm.tell(later) == "200" and arm.effects(later) > 0, describe=arm.output)
    if effects:
        eventually(lambda: arm.effects(name) == effects, describe=arm.output)
    assert arm.effects(f"telling {name}") == 1
    assert stays(lambda: arm.effects(name), effects, seconds=0.5)


@pytest.mark.parametrize(("arm", "effects"), [("stock", 2), ("chassis", 1)], indirect=["arm"])
def test_11_a_confirmation_that_is_lost(arm: Arm, effects: int) -> None:
    """The event is with the broker and is published again: nameko's listeners run twice, ours know it by its id."""
    name = arm.new_name("published twice")
    wire = arm.wire(arm.teller)
    before = arm.new_name("before")
    arm.tell(before)
    eventually(lambda: arm.effects(before) == 1, describe=arm.output)
    with arm.overheard() as has_come:
        arm.tell_meanwhile(name, first="linger:0.5,work")
        eventually(lambda: arm.journal.runs(f"telling {name}") == 1, describe=arm.output)
        wire.hold(toward="client")
        eventually(lambda: has_come(name), describe=arm.output)
    wire.reset()
    wire.flow()
    eventually(lambda: arm.effects(name) == effects, describe=arm.output)
    assert stays(lambda: arm.effects(name), effects, seconds=1.5)


@pytest.mark.parametrize(("arm", "answer", "effects"), [("stock", SILENCE, 1), ("chassis", "503", 0)], indirect=["arm"])
def test_14_a_network_that_swallows_everything(arm: Arm, answer: str, effects: int) -> None:
    """nameko's caller hangs as long as that lasts, and what was given up is done afterwards."""
    name = arm.new_name("swallowed")
    arm.all_wires(Proxy.hold)
    assert arm.ask(name) == answer
    arm.all_wires(Proxy.flow)
    eventually(lambda: arm.ask(arm.new_name("afterwards")) == "200", describe=arm.output)
    eventually(lambda: arm.effects(name) == effects, describe=arm.output)
    assert stays(lambda: arm.effects(name), effects, seconds=0.5)


@pytest.mark.parametrize("arm", ["stock", "chassis"], indirect=["arm"])
def test_26_a_queue_that_is_deleted_under_its_service(arm: Arm) -> None:
    """No fault of nameko's, which declares it anew; ours says that it is not ready until the deployment has done so."""
    with channel_on(arm.bus) as channel:
        channel.queue_delete(queue=arm.event_queue())
    if isinstance(arm, ChassisArm):
        eventually(lambda: not arm.is_ready("Back"))
        arm.declare()
        arm.await_up("Back")
    name = arm.new_name("afterwards")
    eventually(lambda: arm.consumers(arm.event_queue()) == 1, describe=arm.output)
    arm.tell(name)
    eventually(lambda: arm.effects(name) == 1, describe=arm.output)


@pytest.mark.parametrize(("arm", "answer"), [("stock", SILENCE), ("chassis", "200")], indirect=["arm"])
def test_27_a_queue_that_was_declared_with_other_arguments(arm: Arm, answer: str) -> None:
    """One such queue, and nameko's service consumes none of its queues, while it looks alive."""
    arm.kill("Back")
    _declare_otherwise(arm, arm.event_queue())
    arm.launch("Back")
    if isinstance(arm, ChassisArm):
        arm.await_up("Back")
    else:
        eventually(lambda: "PRECONDITION_FAILED" in arm.output(), describe=arm.output)
    assert arm.ask(arm.new_name("afterwards")) == answer
    assert arm.is_alive("Back")
    assert arm.consumers(arm.rpc_queue) == (answer == "200")
    arm.kill("Back")
    with channel_on(arm.bus) as channel:
        channel.queue_delete(queue=arm.event_queue())
    if isinstance(arm, ChassisArm):
        arm.declare()


def _declare_otherwise(arm: Arm, queue: str) -> None:
    with channel_on(arm.bus) as channel:
        channel.queue_delete(queue=queue)
        channel.queue_declare(queue=queue, durable=True, auto_delete=False, arguments={"x-max-length": 1000})
        channel.queue_bind(queue=queue, exchange=arm.exchange, routing_key="told")


@pytest.mark.parametrize(("arm", "is_alive"), [("stock", False), ("chassis", True)], indirect=["arm"])
def test_28_a_start_while_the_broker_is_away(arm: Arm, is_alive: bool) -> None:
    """nameko's service that publishes gives up at once; ours comes up when the broker does."""
    for role in arm.standing:
        arm.kill(role)
    arm.all_wires(Proxy.cut)
    for role in arm.standing:
        arm.launch(role)
    if not is_alive:
        eventually(lambda: not arm.is_alive("Front"), describe=arm.output)
        return
    eventually(lambda: "connection lost" in arm.processes["Front"].output(), describe=arm.output)
    arm.all_wires(Proxy.flow)
    eventually(lambda: arm.ask(arm.new_name("afterwards")) == "200", describe=arm.output)
