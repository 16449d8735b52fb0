"""Calls: with nameko a caller may wait for ever and what was given up is done later; ours answers in time, and once.

The numbers are the rows of the table of nameko's faults in README.md.
"""

import json
import signal
import time
from functools import partial

import pytest

from tests.faults.arms import PATIENCE_SECONDS, SILENCE, TIMEOUT_SECONDS, Arm, Arms, stays
from tests.fixtures.processes import eventually

pytestmark = [pytest.mark.bus, pytest.mark.slow]

AWAY_SECONDS = 4.0
STOP_SECONDS_MAX = 9.5


@pytest.mark.parametrize(
    ("arm", "answer", "is_alive"), [("stock", SILENCE, False), ("chassis", "503", True)], indirect=["arm"]
)
def test_8_the_broker_is_away_when_the_answer_is_ready(arm: Arm, answer: str, is_alive: bool) -> None:
    """nameko's service ends because it cannot send an answer; ours lets the caller ask again."""
    name = arm.new_name("not answered")
    asked = arm.ask_meanwhile(name, deeds="work,linger_once:0.5", patience_seconds=AWAY_SECONDS + PATIENCE_SECONDS)
    eventually(lambda: arm.journal.worked(name) == 1, describe=arm.output)
    arm.wire("Back").cut()
    time.sleep(AWAY_SECONDS)
    arm.wire("Back").flow()
    assert asked.result() == answer
    if is_alive:
        eventually(lambda: arm.ask(arm.new_name("afterwards")) == "200", describe=arm.output)
    eventually(lambda: arm.is_alive("Back") == is_alive, describe=arm.output)


@pytest.mark.parametrize(("arm", "answer", "effects"), [("stock", SILENCE, 3), ("chassis", "503", 1)], indirect=["arm"])
def test_15_the_one_who_is_asked_dies_and_the_caller_asks_again(arm: Arm, answer: str, effects: int) -> None:
    """nameko's caller hears nothing, the call runs again by itself, and its repetition is a third one; ours is one."""
    name = arm.new_name("asked twice")
    asked = arm.ask_meanwhile(name, deeds="work,linger_once:30", key=name)
    eventually(lambda: arm.journal.worked(name) == 1, describe=arm.output)
    arm.kill("Back")
    assert asked.result() == answer
    arm.start("Back")
    assert arm.ask(name, deeds="work,linger_once:30", key=name) == "200"
    assert arm.effects(name) == effects


@pytest.mark.parametrize(("arm", "answer", "effects"), [("stock", SILENCE, 1), ("chassis", "503", 0)], indirect=["arm"])
def test_16_a_call_to_a_service_that_is_not_running(arm: Arm, answer: str, effects: int) -> None:
    """nameko's caller waits, and what was given up is done when the service is back; ours says so and leaves it."""
    name = arm.new_name("given up")
    arm.kill("Back")
    assert arm.ask(name) == answer
    arm.start("Back")
    eventually(lambda: arm.ask(arm.new_name("afterwards")) == "200", describe=arm.output)
    assert arm.effects(name) == effects


@pytest.mark.parametrize(("arm", "is_told"), [("stock", False), ("chassis", True)], indirect=["arm"])
def test_18_an_answer_to_a_caller_who_was_cut_off(arm: Arm, is_told: bool) -> None:
    """nameko's caller is connected again and still waits for an answer that was thrown away with its queue."""
    name = arm.new_name("cut off")
    arm.restart("Front", REPLY_QUEUE_MILLISECONDS="500")
    eventually(lambda: arm.ask(arm.new_name("before")) == "200", describe=arm.output)
    asked = arm.ask_meanwhile(name, deeds="linger:1,work", patience_seconds=20)
    eventually(lambda: arm.journal.runs(name) == 1, describe=arm.output)
    arm.wire("Front").cut()
    eventually(lambda: arm.effects(name) == 1, describe=arm.output)
    time.sleep(1)
    arm.wire("Front").flow()
    eventually(lambda: arm.ask(arm.new_name("afterwards"), patience_seconds=TIMEOUT_SECONDS) == "200")
    if is_told:
        assert asked.result() == "503"
    else:
        assert stays(asked.done, False, seconds=TIMEOUT_SECONDS)
    arm.kill("Front")
    assert asked.result()


@pytest.mark.parametrize(("arm", "is_deaf"), [("stock", True), ("chassis", False)], indirect=["arm"])
def test_19_handlers_that_let_a_timeout_out(arm: Arm, is_deaf: bool) -> None:
    """Each holds its place in nameko's pool for ever; when all are taken, the service is alive and deaf."""
    names = [arm.new_name("timeout") for _ in range(arm.slots)]
    asked = [arm.ask_meanwhile(name, deeds="timeout") for name in names]
    eventually(lambda: all(arm.journal.runs(name) for name in names), describe=arm.output)
    _assert_deaf(arm, is_deaf)
    assert {asking.result() == SILENCE for asking in asked} == {is_deaf}


@pytest.mark.parametrize(("arm", "deaths"), [("stock", 2), ("chassis", 0)], indirect=["arm"])
def test_20_a_call_that_names_no_address_for_its_answer(arm: Arm, deaths: int) -> None:
    """One such message ends nameko's service at every start; ours passes it over."""
    body = json.dumps({"args": [], "kwargs": {"name": arm.new_name("no address"), "deeds": "work"}}).encode()
    arm.publish(body, exchange="nameko-rpc", routing_key=f"{arm.back}.work")
    if not deaths:
        assert arm.ask(arm.new_name("afterwards")) == "200"
        assert arm.is_alive("Back")
        return
    for _ in range(deaths - 1):
        eventually(lambda: not arm.is_alive("Back"), describe=arm.output)
        arm.launch("Back")
    eventually(lambda: not arm.is_alive("Back"), describe=arm.output)
    assert arm.taken_from(arm.rpc_queue), "the next start would die of it too"


@pytest.mark.parametrize(("arm", "is_deaf"), [("stock", True), ("chassis", False)], indirect=["arm"])
def test_24_a_service_that_asks_itself_with_every_place_taken(arm: Arm, is_deaf: bool) -> None:
    """In nameko all wait for each other, for ever; in ours each gives up in its time and the service goes on."""
    asked = [arm.ask_meanwhile(arm.new_name("asks itself"), deeds="ask_myself,work") for _ in range(2 * arm.slots)]
    answers = {asking.result() for asking in asked}
    assert (SILENCE in answers) == is_deaf, answers
    _assert_deaf(arm, is_deaf)


def _assert_deaf(arm: Arm, is_deaf: bool) -> None:
    """Whether the service answers nobody any more; it is alive in any case."""
    if is_deaf:
        assert arm.ask(arm.new_name("afterwards")) == SILENCE
    else:
        eventually(lambda: arm.ask(arm.new_name("afterwards")) == "200", seconds=5, describe=arm.output)
    assert arm.is_alive("Back")
    if is_deaf:
        arm.kill("Back")
        arm.taken_from(arm.rpc_queue)


def test_25_a_stop_while_a_handler_does_not_end(arms: Arms) -> None:
    """nameko waits for it without limit; ours is gone in time, and what was at work is done again elsewhere."""
    both = {name: arms.ready(name) for name in ("stock", "chassis")}
    for arm in both.values():
        name = arm.new_name("stuck")
        arm.ask_meanwhile(name, deeds="linger_once:60", patience_seconds=1)
        eventually(partial(arm.journal.runs, name), describe=arm.output)
        arm.processes["Back"].process.send_signal(signal.SIGTERM)
    eventually(lambda: not both["chassis"].is_alive("Back"), seconds=STOP_SECONDS_MAX)
    assert both["stock"].is_alive("Back")
    both["stock"].kill("Back")
