"""Real-time priority is taken for the block alone, by what is measured and by what it starts."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from deploy.bench.precedence import Precedence
from deploy.stack import StackProblem


def may_run_ahead() -> bool:
    """Root often may, but not in every container."""
    try:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    except PermissionError:
        return False
    os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    return True


MAY_RUN_AHEAD = may_run_ahead()
PRINTS_ITS_POLICY = [sys.executable, "-c", "import os; print(os.sched_getscheduler(0))"]


@pytest.fixture
def process() -> Iterator["subprocess.Popen[bytes]"]:
    started = subprocess.Popen(["sleep", "60"])
    yield started
    started.kill()
    started.wait()


@pytest.mark.skipif(not MAY_RUN_AHEAD, reason="this user may not")
def test_it_lasts_as_long_as_the_block(process: "subprocess.Popen[bytes]") -> None:
    with Precedence(processes=(process.pid,), is_wanted=True, rest_seconds=0).taken():
        assert os.sched_getscheduler(process.pid) == os.SCHED_RR
        started = subprocess.run(PRINTS_ITS_POLICY, capture_output=True, text=True, check=True)
        assert int(started.stdout) == os.SCHED_RR
    assert [os.sched_getscheduler(one) for one in (process.pid, 0)] == [os.SCHED_OTHER] * 2


@pytest.mark.skipif(not MAY_RUN_AHEAD, reason="this user may not")
def test_it_ends_with_a_block_that_fails(process: "subprocess.Popen[bytes]") -> None:
    with (
        pytest.raises(StackProblem, match="lost"),
        Precedence(processes=(process.pid,), is_wanted=True, rest_seconds=0).taken(),
    ):
        raise StackProblem("lost")
    assert [os.sched_getscheduler(one) for one in (process.pid, 0)] == [os.SCHED_OTHER] * 2


@pytest.mark.skipif(MAY_RUN_AHEAD, reason="this user may")
def test_who_may_not_is_told() -> None:
    with (
        pytest.raises(StackProblem, match="may not run ahead"),
        Precedence(processes=(), is_wanted=True, rest_seconds=0).taken(),
    ):
        pytest.fail("the block must not run")


def test_unwanted_it_changes_nothing(process: "subprocess.Popen[bytes]") -> None:
    with Precedence(processes=(process.pid,), is_wanted=False).taken():
        assert [os.sched_getscheduler(one) for one in (process.pid, 0)] == [os.SCHED_OTHER] * 2
