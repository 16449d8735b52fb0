"""Nobody waits without end: whatever is silent between a caller and its answer, the caller hears so within its deadline
and a second, what was given up is not begun later, and both sides work again by themselves.
"""

import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from chassis.bus.link import HEARTBEAT_SECONDS
from tests.faults.proxy import Proxy
from tests.faults.silence.node import Node
from tests.faults.silence.stage import (
    GRACE_SECONDS,
    RECOVERY_SECONDS_MAX,
    SETTLING_SECONDS,
    TIMEOUT_SECONDS,
    Answer,
    Stage,
    at_once,
    end_in_resets,
    figures,
    new_name,
)
from tests.fixtures.figures import Report
from tests.fixtures.processes import HostedProcess, eventually

pytestmark = [pytest.mark.bus, pytest.mark.slow]

IS_FULL = bool(os.environ.get("CAPTIVE_TEST_FULL"))
CALLERS = 6
# More than the sockets between a caller and the broker hold.
BALLAST_BYTES, HEAVY_CALLERS = 700_000, 24
LINGER_SECONDS = 2.0
# The broker's own command takes a second and, on a busy machine, several.
COMMAND_SECONDS_MAX = 6.0
# Two are waited for, and a connection that does not answer is closed for a while.
HEARTBEATS_MISSED_SECONDS = 3.0 * HEARTBEAT_SECONDS

Order = Callable[[Stage, Node], None]


@dataclass(frozen=True)
class Silence:
    """How it begins, how it ends, and how often a question asked meanwhile was begun: never later than its deadline."""

    begin: Order
    end: Order
    begun: int = 0


SILENCES = {
    "the target is dead": Silence(
        begin=lambda stage, _: stage.kill("target"),
        end=lambda stage, _: stage.start("target"),
    ),
    "memory alarm": Silence(
        begin=lambda _, node: node.set_alarm("memory", is_on=True),
        end=lambda _, node: node.set_alarm("memory", is_on=False),
    ),
    "disk alarm": Silence(
        begin=lambda _, node: node.set_alarm("disk", is_on=True),
        end=lambda _, node: node.set_alarm("disk", is_on=False),
    ),
    "black hole around the caller": Silence(
        begin=lambda stage, _: stage.bus_wires["front"].hold(),
        end=lambda stage, _: stage.bus_wires["front"].flow(),
    ),
    "black hole for requests": Silence(
        begin=lambda stage, _: stage.bus_wires["front"].hold(toward="server"),
        end=lambda stage, _: stage.bus_wires["front"].flow(),
    ),
    "black hole for answers": Silence(
        begin=lambda stage, _: stage.bus_wires["front"].hold(toward="client"),
        end=lambda stage, _: stage.bus_wires["front"].flow(),
        begun=1,
    ),
    "black hole around the target": Silence(
        begin=lambda stage, _: stage.bus_wires["target"].hold(),
        end=lambda stage, _: stage.bus_wires["target"].flow(),
    ),
    "black hole for the target's answers": Silence(
        begin=lambda stage, _: stage.bus_wires["target"].hold(toward="server"),
        end=lambda stage, _: stage.bus_wires["target"].flow(),
        begun=1,
    ),
    "black hole that ends in resets": Silence(
        begin=lambda stage, _: stage.bus_wires["front"].hold(),
        end=lambda stage, _: end_in_resets(stage.bus_wires["front"]),
    ),
}


@pytest.mark.parametrize("case", SILENCES)
def test_a_call_into_silence_ends_at_its_deadline_and_is_not_begun_later(
    case: str, stage: Stage, node: Node, report: Report
) -> None:
    silence, names = SILENCES[case], [new_name(f"{case} {number}") for number in range(CALLERS)]
    silence.begin(stage, node)
    try:
        answers = at_once(CALLERS, lambda number: _ask(stage, number, names[number]))
        slowest = _slowest_in_time(answers)
        assert {answer.error for answer in answers} == {"NeighbourSilent"}
        assert stage.live_seconds("front") < GRACE_SECONDS
    finally:
        silence.end(stage, node)
    report(figures(deadline=TIMEOUT_SECONDS, slowest_answer=slowest, recovered_in=stage.recovered_in()))

    # Those before us in the queue were looked at before the question that was answered.
    time.sleep(SETTLING_SECONDS)
    begun = [stage.times(f"begun {name}") for name in names[::2]]
    acted = [stage.times(f"done {name}") for name in names[1::2]]
    assert begun == [silence.begun] * len(begun)
    assert acted == [silence.begun] * len(acted)
    assert all(_ask(stage, number, name).is_good for number, name in enumerate(names))
    assert [stage.times(f"done {name}") for name in names[1::2]] == [1] * len(acted), "once per key, asked twice"


def test_a_target_that_dies_at_its_work_is_given_up_in_time_and_not_set_to_it_again(
    stage: Stage, report: Report
) -> None:
    looked, acted = new_name("look and die"), new_name("act and die")
    killer = threading.Thread(target=_kill_at_work, args=(stage, looked))
    killer.start()
    answers = at_once(2, lambda number: _linger(stage, number, [looked, acted][number]))
    killer.join()
    slowest = _slowest_in_time(answers)
    stage.start("target")
    report(figures(deadline=TIMEOUT_SECONDS, slowest_answer=slowest, recovered_in=stage.recovered_in()))
    time.sleep(SETTLING_SECONDS)
    assert stage.times(f"begun {looked}") == 1
    assert stage.times(f"done {acted}") == 0
    assert stage.ask("act", name=acted, key=acted).is_good
    assert stage.times(f"done {acted}") == 1


def test_a_slow_target_is_given_up_in_time_and_what_it_did_is_not_done_again(stage: Stage, report: Report) -> None:
    looked, acted = new_name("slow look"), new_name("slow act")
    answers = at_once(2, lambda number: _linger(stage, number, [looked, acted][number]))
    slowest = _slowest_in_time(answers)
    assert {answer.error for answer in answers} == {"NeighbourSilent"}
    report(figures(deadline=TIMEOUT_SECONDS, slowest_answer=slowest, recovered_in=stage.recovered_in()))
    eventually(lambda: stage.times(f"done {acted}") == 1, describe=stage.output)
    again = stage.ask("act", name=acted, key=acted, linger_seconds=LINGER_SECONDS)
    assert again.is_good
    assert again.seconds < TIMEOUT_SECONDS, "the answer was kept"
    assert (stage.times(f"begun {looked}"), stage.times(f"done {acted}")) == (1, 1)


def test_a_target_that_never_existed_is_said_at_once(stage: Stage, report: Report) -> None:
    answer = stage.ask("look", name="anything", service="nowhere", timeout_seconds=4)
    report(figures(deadline=4, answer=answer.seconds))
    assert answer.error == "NeighbourAbsent"
    assert answer.seconds < GRACE_SECONDS


def test_a_reply_queue_that_is_deleted_under_a_waiting_caller_is_made_anew(
    stage: Stage, node: Node, report: Report
) -> None:
    names = [new_name("reply queue") for _ in range(2)]
    linger, patience = COMMAND_SECONDS_MAX, COMMAND_SECONDS_MAX + 2 * LINGER_SECONDS
    with ThreadPoolExecutor() as pool:
        answers = [
            pool.submit(_linger, stage, number, name, timeout_seconds=patience, linger_seconds=linger)
            for number, name in enumerate(names)
        ]
        eventually(lambda: stage.times(f"begun {names[0]}") == 1)
        assert node.delete_queues("rpc.reply-gateway") == 1
    slowest = _slowest_in_time([answer.result() for answer in answers], timeout_seconds=patience)
    assert {answer.result().error for answer in answers} == {"NeighbourSilent"}
    report(figures(deadline=patience, slowest_answer=slowest, recovered_in=stage.recovered_in()))
    again = partial(_linger, stage, 1, names[1], timeout_seconds=patience, linger_seconds=linger)
    eventually(lambda: again().is_good, describe=stage.output)
    assert (stage.times(f"begun {names[0]}"), stage.times(f"done {names[1]}")) == (1, 1)


def test_even_a_request_that_does_not_leave_the_machine_ends_at_its_deadline(stage: Stage, report: Report) -> None:
    """So much is asked of a broker that takes nothing that the sockets are full and sending itself waits."""
    names = [new_name("loaded") for _ in range(HEAVY_CALLERS)]
    stage.bus_wires["front"].hold()
    try:
        answers = at_once(HEAVY_CALLERS, lambda number: _ask(stage, number, names[number], ballast_bytes=BALLAST_BYTES))
        slowest = _slowest_in_time(answers)
        assert not any(answer.is_good for answer in answers)
        assert stage.live_seconds("front") < GRACE_SECONDS
    finally:
        stage.bus_wires["front"].flow()
    report(figures(deadline=TIMEOUT_SECONDS, slowest_answer=slowest, recovered_in=stage.recovered_in()))
    time.sleep(SETTLING_SECONDS)
    assert sum(stage.times(f"begun {name}") + stage.times(f"done {name}") for name in names) == 0


def test_a_request_that_leaves_drop_by_drop_does_not_wait_twice(stage: Stage, report: Report) -> None:
    """The time that sending took is part of the deadline."""
    names, is_over = [new_name("drops") for _ in range(HEAVY_CALLERS)], threading.Event()
    dripping = threading.Thread(target=_drip, args=(stage, is_over))
    dripping.start()
    try:
        answers = at_once(
            HEAVY_CALLERS,
            lambda number: _ask(stage, number, names[number], ballast_bytes=BALLAST_BYTES, timeout_seconds=2.5),
        )
    finally:
        is_over.set()
        dripping.join()
        stage.bus_wires["front"].flow()
    slowest = _slowest_in_time(answers, timeout_seconds=2.5)
    report(figures(deadline=2.5, slowest_answer=slowest, recovered_in=stage.recovered_in()))


@pytest.mark.skipif(not IS_FULL, reason="it takes as long as the heartbeats")
@pytest.mark.parametrize("role", ["front", "target"])
def test_a_connection_that_nobody_else_knows_any_more_is_made_anew(role: str, stage: Stage, report: Report) -> None:
    """Nothing is heard of it and nothing is refused: only the missing heartbeats tell."""
    stage.bus_wires[role].forget()
    answer = stage.ask("look", name=new_name("forgotten"))
    assert answer.error == "NeighbourSilent"
    slowest = _slowest_in_time([answer])
    recovered = stage.recovered_in(seconds_max=HEARTBEATS_MISSED_SECONDS)
    report(figures(deadline=TIMEOUT_SECONDS, slowest_answer=slowest, recovered_in=recovered))


def test_a_connection_that_falls_silent_while_it_is_opened_is_given_up_and_made_anew(
    node: Node, tmp_path: Path, report: Report
) -> None:
    journal = tmp_path / "journal"
    with Proxy(node.url) as wire:
        process = HostedProcess(["tests.faults.silence.opening", wire.url(node.url), str(journal)], environment={})
        try:
            eventually(lambda: journal.exists() and "opening" in journal.read_text(), describe=process.output)
            wire.hold()
            eventually(lambda: "bus connection lost" in process.output(), describe=process.output)
            assert "up" not in journal.read_text()
            wire.flow()
            started = time.monotonic()
            eventually(lambda: "up" in journal.read_text(), seconds=RECOVERY_SECONDS_MAX, describe=process.output)
            report(figures(recovered_in=time.monotonic() - started))
        finally:
            process.kill()


def _drip(stage: Stage, is_over: threading.Event) -> None:
    wire = stage.bus_wires["front"]
    while not is_over.is_set():
        wire.hold()
        is_over.wait(0.4)
        wire.flow()
        time.sleep(0.002)


def _ask(stage: Stage, number: int, name: str, **more: object) -> Answer:
    """Every second one wants something done, and says under which key."""
    method = "act" if number % 2 else "look"
    return stage.ask(method, name=name, key=name, **more)  # type: ignore[arg-type]


def _linger(
    stage: Stage, number: int, name: str, *, timeout_seconds: float = TIMEOUT_SECONDS,
    linger_seconds: float = LINGER_SECONDS,
) -> Answer:  # fmt: skip
    method = "act" if number % 2 else "look"
    return stage.ask(method, name=name, key=name, linger_seconds=linger_seconds, timeout_seconds=timeout_seconds)


def _kill_at_work(stage: Stage, name: str) -> None:
    eventually(lambda: stage.times(f"begun {name}") == 1)
    stage.kill("target")


def _slowest_in_time(answers: list[Answer], *, timeout_seconds: float = TIMEOUT_SECONDS) -> float:
    """The seconds of the slowest answer, none of which took longer than the deadline and a little."""
    slowest = max(answer.seconds for answer in answers)
    assert slowest <= timeout_seconds + GRACE_SECONDS
    return slowest
