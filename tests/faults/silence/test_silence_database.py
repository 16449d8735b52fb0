"""A database that is silent or gone: calls end in time, the process lives on, and events wait without being counted.

However long it lasts and however often connections and processes end meanwhile, everything is handled once afterwards.
"""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import pytest

from chassis.bus.link import open_channel
from chassis.bus.topology import DELIVERY_LIMIT, dead_letters
from tests.faults.silence.node import CONSUMER_SECONDS_MAX, TICK_SECONDS, Node
from tests.faults.silence.stage import (
    GRACE_SECONDS,
    SETTLING_SECONDS,
    TIMEOUT_SECONDS,
    Stage,
    at_once,
    end_in_resets,
    figures,
    hearing_queues,
    new_name,
)
from tests.faults.silence.vendor import CountingVendor
from tests.fixtures.figures import Report
from tests.fixtures.processes import eventually

pytestmark = [pytest.mark.bus, pytest.mark.slow]

IS_FULL = bool(os.environ.get("CAPTIVE_TEST_FULL"))
# More than the service works on at a time, so that some wait in its queue.
CALLERS = 40
BACKLOG = 40
HANDLERS = {"on_told", "on_told_ring"}
OFTEN, SELDOM = DELIVERY_LIMIT + 5, 4
STARTS = 3 if IS_FULL else 2
CONSUMER_SECONDS, OUTAGES_IN_A_ROW = 0.8, 5 if IS_FULL else 2
# A service has one connection to take events and calls from, and one to publish its own.
LINKS = 2
# One is the outage's own, one for the connection that ends before it is noticed; one to spare.
DELIVERIES_MAX = 3


@dataclass(frozen=True)
class Outage:
    """How a database goes and how it comes back."""

    begin: Callable[[Stage, str], None]
    end: Callable[[Stage, str], None]


OUTAGES = {
    "silent": Outage(
        begin=lambda stage, role: stage.store_wires[role].hold(),
        end=lambda stage, role: stage.store_wires[role].flow(),
    ),
    "silent, then reset": Outage(
        begin=lambda stage, role: stage.store_wires[role].hold(),
        end=lambda stage, role: end_in_resets(stage.store_wires[role]),
    ),
    "gone": Outage(
        begin=lambda stage, role: stage.store_wires[role].cut(),
        end=lambda stage, role: stage.store_wires[role].flow(),
    ),
}


@pytest.mark.parametrize("case", OUTAGES)
def test_calls_end_in_time_while_the_database_is(case: str, stage: Stage, report: Report) -> None:
    outage, names = OUTAGES[case], [new_name(f"database {number}") for number in range(CALLERS)]
    outage.begin(stage, "target")
    try:
        answers = at_once(CALLERS, lambda number: stage.ask("act", name=names[number], key=names[number]))
        slowest = max(answer.seconds for answer in answers)
        live = max(stage.live_seconds("target") for _ in range(5))
        assert slowest <= TIMEOUT_SECONDS + GRACE_SECONDS
        assert {answer.error for answer in answers} == {"NeighbourSilent"}
        assert live < GRACE_SECONDS
        time.sleep(GRACE_SECONDS)
    finally:
        outage.end(stage, "target")
    recovered = stage.recovered_in("act")
    report(figures(deadline=TIMEOUT_SECONDS, slowest_answer=slowest, live_answer=live, recovered_in=recovered))
    time.sleep(SETTLING_SECONDS)
    assert sum(stage.times(f"done {name}") for name in names) == 0, "nobody waited for it any more"
    again = at_once(CALLERS, lambda number: stage.ask("act", name=names[number], key=names[number], timeout_seconds=5))
    assert all(answer.is_good for answer in again), again
    assert {stage.times(f"done {name}") for name in names} == {1}


@pytest.mark.parametrize(("case", "closings"), [("gone", OFTEN), ("silent", OFTEN if IS_FULL else SELDOM)])
def test_events_outlast_the_database_however_often_connections_end_meanwhile(
    case: str, closings: int, stage: Stage, vendor: CountingVendor, report: Report
) -> None:
    OUTAGES[case].begin(stage, "hearer")
    story = tell_into_outage(stage, case)
    for _ in range(closings):
        reconnect(stage)
    assert stage.hearing() == 0
    counted = deliveries(stage)
    OUTAGES[case].end(stage, "hearer")
    seconds = heard_once(stage, story, vendor, events=BACKLOG)
    report(figures(closings=closings, deliveries=counted, handled_in=seconds))
    assert counted <= DELIVERIES_MAX
    assert_nothing_given_up(stage)


def test_events_outlast_the_database_though_their_service_is_started_again_and_again(
    stage: Stage, vendor: CountingVendor, report: Report
) -> None:
    OUTAGES["gone"].begin(stage, "hearer")
    story = tell_into_outage(stage, "gone")
    for _ in range(STARTS):
        stage.kill("hearer")
        stage.start("hearer", is_awaited=False)
        eventually(lambda: not stage.is_alive("hearer"), describe=stage.output)
    counted = deliveries(stage)
    OUTAGES["gone"].end(stage, "hearer")
    stage.start("hearer")
    seconds = heard_once(stage, story, vendor, events=BACKLOG)
    report(figures(starts=STARTS, deliveries=counted, handled_in=seconds))
    assert counted <= DELIVERIES_MAX
    assert_nothing_given_up(stage)


def test_events_outlast_the_database_longer_than_a_consumer_may_hold_them(
    stage: Stage, node: Node, vendor: CountingVendor, report: Report
) -> None:
    """The broker closes the channel of who holds a message for too long; usually after half an hour."""
    node.limit_consumers(seconds=CONSUMER_SECONDS, tick_seconds=CONSUMER_SECONDS / 4)
    try:
        reconnect(stage)
        for outage in range(OUTAGES_IN_A_ROW):
            closed = times_closed(stage)
            OUTAGES["gone"].begin(stage, "hearer")
            story = tell_into_outage(stage, "gone")
            eventually(partial(was_closed_again, stage, closed), describe=stage.output)
            time.sleep(CONSUMER_SECONDS)
            counted = deliveries(stage)
            OUTAGES["gone"].end(stage, "hearer")
            seconds = heard_once(stage, story, vendor, events=BACKLOG)
            report(figures(outage=outage + 1, deliveries=counted, handled_in=seconds))
            assert counted <= DELIVERIES_MAX
        assert_nothing_given_up(stage)
    finally:
        node.limit_consumers(seconds=CONSUMER_SECONDS_MAX, tick_seconds=TICK_SECONDS)
        reconnect(stage)


def reconnect(stage: Stage) -> None:
    """The hearer loses its connections to the broker, and has made new ones when this returns."""
    stage.bus_wires["hearer"].reset()
    eventually(lambda: stage.bus_wires["hearer"].connections == LINKS, describe=stage.output)
    time.sleep(SETTLING_SECONDS / 2)


def times_closed(stage: Stage) -> int:
    return len([line for line in stage.said("hearer", "bus connection lost") if line["error"] == "PreconditionFailed"])


def was_closed_again(stage: Stage, times: int) -> bool:
    return times_closed(stage) > times


def tell_into_outage(stage: Stage, case: str) -> str:
    """Tell a backlog of events, and wait until both handlers have noticed that their database is down."""
    before, story = len(stage.said("hearer", "handler pauses")), stage.tell(events=BACKLOG)
    if case == "silent":
        # Who waits for an answer notices late; those who get the same messages after a reconnect, soon.
        time.sleep(SETTLING_SECONDS)
        reconnect(stage)

    def noticed() -> bool:
        return {line["handler"] for line in stage.said("hearer", "handler pauses")[before:]} == HANDLERS

    eventually(noticed, seconds=30, describe=stage.output)
    return story


def heard_once(stage: Stage, story: str, vendor: CountingVendor, *, events: int, seconds: float = 30) -> float:
    """Seconds until each event has been heard, in the database and at the vendor; each of them was, once."""
    started = time.monotonic()
    heard = "SELECT count(*), coalesce(max(times), 0) FROM effects WHERE name LIKE %s"
    eventually(
        lambda: stage.query(heard, f"heard {story} %", at="hearer")[0][0] == len(vendor.done_of(story)) == events,
        seconds=seconds, describe=stage.output,
    )  # fmt: skip
    took = time.monotonic() - started
    assert stage.query(heard, f"heard {story} %", at="hearer") == [(events, 1)]
    assert set(vendor.done_of(story).values()) == {1}
    return took


def deliveries(stage: Stage) -> int:
    """How often the broker counts that it has handed out the message that is next."""
    counts = []
    with open_channel(stage.bus) as channel:
        for queue in hearing_queues():
            message = channel.basic_get(queue=queue)
            counts.append(int((message.headers or {}).get("x-delivery-count", 0)) if message else 0)
    return max(counts)


def assert_nothing_given_up(stage: Stage) -> None:
    with open_channel(stage.bus) as channel:
        for queue in hearing_queues():
            assert channel.basic_get(queue=dead_letters(queue)) is None
    for table in ("inbox", "attempts"):
        assert stage.query(f"SELECT count(*) FROM {table} WHERE state = 'parked'", at="hearer") == [(0,)]
