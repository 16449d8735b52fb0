"""A vendor that is down for two hours while a backlog waits for it: it is asked now and then, not stormed; and when it
is back, each item is done once, soon, and nobody has to decide about any.

The two hours are made: the attempts carry database times, and these are set back in steps while the vendor stays down.
Between two steps the service sweeps as it always does, with the wall clock.
"""

import os
import time
from functools import partial

import pytest

from chassis.attempts import RELEASED_SECONDS_MAX
from chassis.home import SWEEP_SECONDS, SWEPT_MAX
from tests.faults.silence.stage import Stage, figures
from tests.faults.silence.vendor import CountingVendor
from tests.fixtures.figures import Report
from tests.fixtures.processes import eventually

pytestmark = [pytest.mark.bus, pytest.mark.slow]

IS_FULL = bool(os.environ.get("CAPTIVE_TEST_FULL"))
BACKLOG = 300
OUTAGE_SECONDS, STEPS = 7200, 12 if IS_FULL else 2
# Those who were at work before the first had heard that the vendor is down.
AT_ONCE_MAX = 10
STORM_SECONDS = 1.5
# A vendor that comes back is slow at first.
ANSWERS_AFTER_SECONDS = 0.6
DRAIN_SECONDS_MAX = 60


def test_a_vendor_that_is_down_for_two_hours_is_not_stormed_and_then_gets_everything_once(
    stage: Stage, vendor: CountingVendor, report: Report
) -> None:
    vendor.is_down = True
    try:
        story = _assert_probed_only(stage, vendor, report)
        _assert_not_stormed_by_a_start(stage, vendor, report)
    finally:
        vendor.is_down = False
    _assert_drained(stage, vendor, report, story=story)


def _assert_probed_only(stage: Stage, vendor: CountingVendor, report: Report) -> str:
    started = time.monotonic()
    story = _tell_backlog(stage)
    for _ in range(STEPS - 1):
        _set_back(stage, seconds=OUTAGE_SECONDS / STEPS)
        asked = len(vendor.requests_at)
        eventually(partial(_is_asked_again, vendor, asked), describe=stage.output)
    asked, sweeps = len(vendor.requests_at), (time.monotonic() - started) / SWEEP_SECONDS
    peak = vendor.peak_per_second()
    report(f"while down: {figures(waiting=BACKLOG, requests=asked, sweeps=sweeps, peak_per_second=peak)}")
    assert asked <= AT_ONCE_MAX + sweeps + 2
    return story


def _assert_not_stormed_by_a_start(stage: Stage, vendor: CountingVendor, report: Report) -> None:
    """The last of the two hours: a process that begins knows from the database that something was down."""
    stage.kill("hearer")
    asked = len(vendor.requests_at)
    _set_back(stage, seconds=OUTAGE_SECONDS / STEPS)
    stage.start("hearer")
    eventually(partial(_is_asked_again, vendor, asked), describe=stage.output)
    time.sleep(STORM_SECONDS)
    report(f"at a start: {figures(requests=len(vendor.requests_at) - asked)}")
    assert len(vendor.requests_at) - asked <= 2


def _is_asked_again(vendor: CountingVendor, asked: int) -> bool:
    return len(vendor.requests_at) > asked


def _tell_backlog(stage: Stage) -> str:
    stage.query("DELETE FROM attempts", at="hearer")
    story = stage.tell(events=BACKLOG)
    waiting = "SELECT count(*) FROM attempts WHERE state = 'retrying'"
    eventually(lambda: stage.query(waiting, at="hearer") == [(BACKLOG,)], seconds=60, describe=stage.output)
    return story


def _set_back(stage: Stage, *, seconds: float) -> None:
    """So much time has passed for what waits in the database."""
    stage.query(
        "UPDATE attempts SET started_at = started_at - make_interval(secs => %s),"
        " next_try_at = next_try_at - make_interval(secs => %s),"
        " claimed_until = claimed_until - make_interval(secs => %s)",
        seconds, seconds, seconds, at="hearer",
    )  # fmt: skip


def _assert_drained(stage: Stage, vendor: CountingVendor, report: Report, *, story: str) -> None:
    """The longest that one item still waits for its turn is passed by; all else takes its time."""
    asked, started = len(vendor.requests_at), time.monotonic()
    vendor.answers_after_seconds = ANSWERS_AFTER_SECONDS
    _set_back(stage, seconds=RELEASED_SECONDS_MAX)
    eventually(lambda: len(vendor.done_of(story)) == BACKLOG, seconds=DRAIN_SECONDS_MAX, describe=stage.output)
    seconds = time.monotonic() - started
    done = "SELECT count(*) FROM attempts WHERE state = 'done'"
    eventually(lambda: stage.query(done, at="hearer") == [(BACKLOG,)], describe=stage.output)
    vendor.requests_at[:asked] = []
    peak, most = vendor.peak_per_second(), vendor.at_work_most
    report(f"afterwards: {figures(drained_in=seconds, requests=BACKLOG, peak_per_second=peak, most_at_once=most)}")
    assert set(vendor.done_of(story).values()) == {1}
    assert len(vendor.requests_at) == BACKLOG
    assert vendor.at_work_most <= SWEPT_MAX + 1
