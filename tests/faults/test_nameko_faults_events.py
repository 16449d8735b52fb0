"""Events: what nameko loses, doubles or repeats without end, ours handles once or keeps.

The numbers in brackets are the rows of the table of nameko's faults in README.md.
"""

import pickle
from functools import partial

import pytest

from chassis.bus.topology import dead_letters
from chassis.inbox import ENDED_MAX
from tests.faults.arms import TRIES, Arm, ChassisArm, stays
from tests.fixtures.processes import eventually

pytestmark = [pytest.mark.bus, pytest.mark.slow]

A_PERSON = "Jane Applewhite"
# As many as either arm handles of one queue at the same time.
HANDLED_AT_ONCE = 10


@pytest.mark.parametrize(("arm", "runs", "effects"), [("stock", 1, 0), ("chassis", 2, 1)], indirect=["arm"])
def test_1_an_event_whose_handler_fails_once(arm: Arm, runs: int, effects: int) -> None:
    """nameko acknowledges it all the same and it is gone; ours tries again."""
    name = arm.new_name("fails once")
    arm.tell(name, deeds="fail_once,work")
    eventually(lambda: arm.journal.runs(name) == runs, describe=arm.output)
    eventually(lambda: arm.effects(name) == effects, describe=arm.output)
    assert stays(lambda: (arm.journal.runs(name), arm.effects(name)), (runs, effects), seconds=0.5)


@pytest.mark.parametrize(
    ("arm", "role", "runs"), [("stock", "Insisting", 100), ("chassis", "Back", TRIES)], indirect=["arm"]
)
def test_2_an_event_whose_handler_fails_always_and_is_tried_again(arm: Arm, role: str, runs: int) -> None:
    """nameko's remedy, requeue_on_error, is a loop without pause or end; ours waits in between, and parks it."""
    name = arm.new_name("fails always")
    if not arm.is_alive(role):
        arm.start(role)
    arm.tell(name, deeds="fail")
    eventually(lambda: arm.journal.runs(name) >= runs, seconds=5, describe=arm.output)
    if isinstance(arm, ChassisArm):
        assert eventually(partial(arm.parked_after, name)) == TRIES
        assert stays(lambda: arm.journal.runs(name), TRIES, seconds=0.5)
    else:
        seen = arm.journal.runs(name)
        eventually(lambda: arm.journal.runs(name) >= seen + runs, seconds=5)
        arm.kill(role)
        assert arm.taken_from(arm.event_queue("stock_insisting")), "it goes on with the next start"


@pytest.mark.parametrize(("arm", "is_over"), [("stock", False), ("chassis", True)], indirect=["arm"])
def test_4_an_event_that_kills_its_process(arm: Arm, is_over: bool) -> None:
    """With nameko every start dies of it, without end; ours tries it alone, then parks it, and serves."""
    name = arm.new_name("kills")
    arm.tell(name, deeds="linger:0.3,exit")
    for deaths in range(1, ENDED_MAX + 1):
        eventually(partial(_has_run, arm, name, deaths), describe=arm.output)
        eventually(lambda: not arm.is_alive("Back"))
        arm.launch("Back")
    if isinstance(arm, ChassisArm):
        assert eventually(partial(arm.parked_after, name), describe=arm.output) == ENDED_MAX
        eventually(lambda: arm.ask(arm.new_name("afterwards")) == "200", describe=arm.output)
        assert stays(lambda: (arm.journal.runs(name), arm.is_alive("Back")), (ENDED_MAX, is_over), seconds=2)
    else:
        eventually(partial(_has_run, arm, name, ENDED_MAX + 1), describe=arm.output)
        eventually(lambda: arm.is_alive("Back") == is_over)
        assert arm.taken_from(arm.event_queue()), "the next start would die of it too"


def _has_run(arm: Arm, name: str, times: int) -> bool:
    return arm.journal.runs(name) == times


@pytest.mark.parametrize(("arm", "effects"), [("stock", 2), ("chassis", 1)], indirect=["arm"])
def test_5_a_process_killed_before_it_acknowledges(arm: Arm, effects: int) -> None:
    """What is delivered again was done already: nameko does it twice, ours once."""
    name = arm.new_name("killed")
    arm.tell(name, deeds="work,linger_once:30")
    eventually(lambda: arm.journal.worked(name) == 1, describe=arm.output)
    arm.restart("Back")
    eventually(lambda: arm.effects(name) == effects, describe=arm.output)
    assert stays(lambda: arm.effects(name), effects, seconds=0.5)


@pytest.mark.parametrize(("arm", "at_once", "effects"), [("stock", 2, 2), ("chassis", 1, 1)], indirect=["arm"])
def test_6_a_connection_lost_while_a_handler_runs(arm: Arm, at_once: int, effects: int) -> None:
    """The broker delivers it again at once: nameko runs both at the same time, ours waits for the first and is done."""
    name = arm.new_name("connection lost")
    arm.tell(name, deeds="work,linger_once:3")
    eventually(lambda: arm.journal.worked(name) == 1, describe=arm.output)
    arm.wire("Back").reset()
    eventually(lambda: arm.effects(name) == effects, describe=arm.output)
    assert stays(lambda: arm.effects(name), effects, seconds=0.5)
    assert arm.journal.most_at_once(name) == at_once


@pytest.mark.parametrize(("arm", "effects"), [("stock", 0), ("chassis", 1)], indirect=["arm"])
def test_12_an_event_told_before_its_listener_was_ever_started(arm: Arm, effects: int) -> None:
    """nameko's queues begin with their listener, what was told before is gone; ours are declared by the deployment."""
    name = arm.new_name("early")
    arm.tell(name)
    eventually(lambda: arm.effects(name) == 1, describe=arm.output)
    arm.start("Late")
    later = arm.new_name("later")
    arm.tell(later)
    eventually(lambda: arm.effects(f"late {later}") == 1, describe=arm.output)
    arm.kill("Late")
    assert arm.effects(f"late {name}") == effects


@pytest.mark.parametrize(("arm", "effects"), [("stock", 0), ("chassis", 1)], indirect=["arm"])
def test_19_events_whose_handlers_let_a_timeout_out(arm: Arm, effects: int) -> None:
    """Each holds its place in nameko's pool for ever; when all are taken, the service handles no event any more."""
    names = [arm.new_name("timeout") for _ in range(HANDLED_AT_ONCE)]
    for name in names:
        arm.tell(name, deeds="timeout")
    eventually(lambda: all(arm.journal.runs(name) for name in names), describe=arm.output)
    after = arm.new_name("afterwards")
    arm.tell(after)
    if effects:
        eventually(lambda: arm.effects(after) == effects, describe=arm.output)
    else:
        assert stays(lambda: arm.effects(after), effects, seconds=2)
        arm.kill("Back")
        arm.taken_from(arm.event_queue())


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", f'{{"name": "{A_PERSON}'.encode()),
        ("application/x-python-serialize", pickle.dumps({"name": A_PERSON})),
    ],
    ids=["broken", "pickled"],
)
@pytest.mark.parametrize(
    ("arm", "is_kept", "is_logged"), [("stock", False, True), ("chassis", True, False)], indirect=["arm"]
)
def test_21_bytes_that_nobody_can_decode(
    arm: Arm, is_kept: bool, is_logged: bool, content_type: str, body: bytes
) -> None:  # fmt: skip
    """nameko writes them to the log, whatever is in them, and drops them; ours keeps them and logs their length."""
    before = len(arm.output())
    arm.publish(body, routing_key=arm.event_queue(), content_type=content_type)
    if is_kept:
        eventually(lambda: arm.taken_from(dead_letters(arm.event_queue())) == [body], describe=arm.output)
    eventually(lambda: "decode" in arm.output()[before:] or "length" in arm.output()[before:], describe=arm.output)
    assert (A_PERSON in arm.output()[before:]) == is_logged
    name = arm.new_name("afterwards")
    arm.tell(name)
    eventually(lambda: arm.effects(name) == 1, describe=arm.output)
    arm.kill("Back")
    assert body not in arm.taken_from(arm.event_queue())


@pytest.mark.parametrize(("arm", "effects", "is_alive"), [("stock", 0, False), ("chassis", 1, True)], indirect=["arm"])
def test_23_a_commit_that_fails(arm: Arm, effects: int, is_alive: bool) -> None:
    """A provider that commits after the handler, as is usual with nameko, loses the event and ends the service."""
    name = arm.new_name("not committed")
    arm.tell(name, deeds="later_work,linger_once:2")
    ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'idle in transaction'"
    eventually(lambda: arm.journal.worked(name) == 1 and arm.query(ended), describe=arm.output)
    eventually(lambda: arm.effects(name) == effects and arm.is_alive("Back") == is_alive, describe=arm.output)
    if not is_alive:
        arm.start("Back")
    assert stays(lambda: arm.effects(name), effects, seconds=0.5)
