"""What the crash points find when a part of the chassis is taken out: without that, "nothing lost" would say nothing.

A second line of defence stands behind some parts: keys by which the ledger knows a payment, notifications a message and
the stream an event. It is shown apart, by the same deaths with it and without it.
"""

import pytest

from tests.faults.crashing.ablated import ACKNOWLEDGEMENT, INBOX, INBOX_AND_KEYS, TOLD_AFTER, TOLD_BEFORE
from tests.faults.crashing.counting import LOST, STUCK, TWICE
from tests.faults.crashing.playing import a_crowd
from tests.faults.crashing.removing import Shown, shown
from tests.faults.crashing.stack import a_crashing_stack
from tests.fixtures.broker import a_vhost
from tests.fixtures.figures import Report

pytestmark = [pytest.mark.bus, pytest.mark.slow]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Shown]:
    """What each removal has shown, all of them on one stack."""
    folder = tmp_path_factory.mktemp("ablation")
    with a_vhost() as bus, a_crashing_stack(folder=folder, bus=bus, is_swappable=True) as stack:
        return shown(stack, a_crowd(stack, folder=folder))


def test_without_the_outbox_what_is_told_after_the_commit_is_lost(found: dict[str, Shown], report: Report) -> None:
    """One payment is never charged and never will be; another is charged and never reaches the balance."""
    result = found[TOLD_AFTER]
    report(f"events told after the commit, without outbox: {result.line()}")
    assert result.count.of(STUCK, "payment") == 1
    assert result.count.of(LOST, "charge") == 1
    assert result.count.of(LOST, "ledger") == 2
    assert result.count.of(TWICE) == 0


def test_without_the_outbox_what_is_told_before_the_commit_is_told_twice(
    found: dict[str, Shown], report: Report
) -> None:
    """The customer is written to twice, and a payment that never was waits for a person. The ledger's key holds."""
    result = found[TOLD_BEFORE]
    report(f"events told before the commit, without outbox: {result.line()}")
    assert result.count.of(TWICE, "email") >= 1
    assert result.count.of(TWICE, "sms") >= 1
    assert result.count.of(TWICE, "ledger", "charge") == 0
    assert result.parked["payments.on_payment_submitted"] == 1


def test_a_message_that_is_acknowledged_when_it_comes_is_lost(found: dict[str, Shown], report: Report) -> None:
    """One payment is never charged, another is charged and not booked; where an attempt is on record, that holds."""
    result = found[ACKNOWLEDGEMENT]
    report(f"acknowledged on receipt: {result.line()}")
    assert result.count.of(STUCK, "payment") == 1
    assert result.count.of(LOST, "charge") == 1
    assert result.count.of(LOST, "ledger") >= 2
    assert result.count.of(LOST, "email") >= 2
    assert result.count.of(TWICE) == 0


def test_without_the_inbox_only_the_keys_behind_it_hold(found: dict[str, Shown], report: Report) -> None:
    """Nobody notices: the ledger, notifications and the stream each know by a key of their own what they had."""
    result = found[INBOX]
    report(f"without inbox: {result.line()}")
    assert result.count.defects == []
    assert not result.parked


def test_without_inbox_and_keys_everything_happens_twice(found: dict[str, Shown], report: Report) -> None:
    result = found[INBOX_AND_KEYS]
    report(f"without inbox, and without the keys behind it: {result.line()}")
    for what in ("ledger", "email", "sms", "stream"):
        assert result.count.of(TWICE, what) >= 1, what
    assert result.count.of(TWICE, "charge") == 0
