"""Programs of a whole stack on RabbitMQ die at every crash point while customers pay; then each payment is counted.

A normal run draws, for each point, one program and one pass at which it dies; `CAPTIVE_TEST_SEED` repeats a draw. With
`CAPTIVE_TEST_FULL=1` every program that passes a point dies of it three times, and the payments made meanwhile are
counted point by point.
"""

import os
import random
from pathlib import Path

import pytest

from chassis.failpoints import DECLARED
from chassis.inbox import ENDED_MAX
from tests.faults.crashing.playing import run
from tests.faults.crashing.points import PASSES, drawn, whole
from tests.faults.crashing.stack import a_crashing_stack
from tests.fixtures.broker import a_vhost
from tests.fixtures.figures import Report

DEATHS_EACH = 3
# Of two processes of a service one dies and the other meets what it left, at once.
SCALES = ((), ("accounts=2",), ("notifications=2",), ("payments=2",))


def test_every_declared_point_is_covered() -> None:
    assert set(PASSES) == DECLARED


@pytest.mark.bus
@pytest.mark.slow
def test_no_payment_is_lost_doubled_or_stuck_whatever_dies_at_whatever_point(tmp_path: Path, report: Report) -> None:
    is_full = os.environ.get("CAPTIVE_TEST_FULL") == "1"
    seed = int(os.environ.get("CAPTIVE_TEST_SEED") or random.SystemRandom().randrange(1_000_000))
    scenes = whole(deaths_each=DEATHS_EACH) if is_full else drawn(seed=seed)
    scale = random.Random(seed).choice(SCALES)
    report(f"seed {seed}: {'every point by every program' if is_full else 'every point once'}; {scale or 'not scaled'}")
    with a_vhost() as bus, a_crashing_stack(folder=tmp_path, bus=bus, scale=scale) as stack:
        found = run(stack, scenes, folder=tmp_path)
    for line in found.lines():
        report(line)
    assert found.missing == [], "a point that a program does not reach is a finding"
    assert found.died == found.wanted, "nobody dies where the table says that nobody passes"
    assert found.seen == found.died.total(), "each death that was written down was the end of a process"
    assert found.put_aside * ENDED_MAX <= found.died.total(), "only what has ended process after process is put aside"
    assert found.count.defects == []
    assert found.left == []
    assert found.ledger_agrees
