"""Each bench runs from end to end, small, and says what it found in the promised form; its speed is not judged."""

import json
import re
import subprocess
import sys
from typing import Any

import pytest

from deploy.bench.arms import NAMES
from tests.fixtures.broker import a_turn
from tests.fixtures.processes import ROOT

SECONDS_MAX = 240
LINE = re.compile(r"^ *\S.* +[\d,]+\.\d\d (/s|ms|µs|×|%)")


def bench(*arguments: str) -> "subprocess.CompletedProcess[str]":
    with a_turn():
        return subprocess.run(
            [sys.executable, "-m", "deploy.cli", "bench", *arguments],
            cwd=ROOT, capture_output=True, text=True, check=False, timeout=SECONDS_MAX,
        )  # fmt: skip


def measured(*arguments: str) -> tuple[dict[str, Any], int]:
    done = bench(*arguments, "--json")
    assert done.stdout.count("\n") == 1, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found, done.returncode


def assert_exit_code_follows_the_targets(found: dict[str, Any], code: int) -> None:
    targets = [figure for figure in found["figures"].values() if "target" in figure]
    assert any(figure["target"]["decides"] for figure in targets)
    for figure in targets:
        low, high = figure["target"]["at_least"], figure["target"]["at_most"]
        assert figure["met"] == ((low is None or figure["value"] >= low) and (high is None or figure["value"] <= high))
    assert code == (1 if any(figure["target"]["decides"] and not figure["met"] for figure in targets) else 0)


def test_replay_needs_neither_broker_nor_database_and_has_its_target() -> None:
    found, code = measured("replay", "--rounds", "1")
    assert_exit_code_follows_the_targets(found, code)
    everything = found["figures"]["replay of 72 months, 157 events"]
    assert everything["target"] == {"at_least": None, "at_most": 5.0, "decides": True}
    assert everything["value"] > 0


@pytest.mark.bus
@pytest.mark.slow
def test_rpc_measures_every_arm_and_where_its_time_goes() -> None:
    found, code = measured(
        "rpc", "--clients", "4", "--rounds", "1", "--seconds", "0.5", "--patience", "0", "--breakdown"
    )
    assert_exit_code_follows_the_targets(found, code)
    for name in NAMES:
        assert found["figures"][f"{name} answers"]["value"] > 0
        assert found["figures"][f"{name} processor time, gateway"]["value"] > 0
    assert found["figures"]["chassis bare / stock"]["target"] == {"at_least": 2.5, "at_most": None, "decides": True}
    assert found["figures"]["chassis / stock"]["target"]["decides"] is False
    parts = {part["arm"]: part for part in found["breakdown"]}
    assert set(parts) == set(NAMES)
    assert {"signed context", "SQL"} <= {stage["name"] for stage in parts["chassis"]["service"]}
    assert {"SQL"}.isdisjoint({stage["name"] for stage in parts["chassis bare"]["service"]})
    for part in parts.values():
        assert sum(stage["share"] for stage in part["service"]) == pytest.approx(1)


@pytest.mark.bus
@pytest.mark.slow
def test_rpc_prints_a_line_for_each_figure_and_none_for_an_arm_that_was_not_asked_for() -> None:
    done = bench("rpc", "--clients", "2", "--rounds", "1", "--seconds", "0.3", "--patience", "0", "--arm", "raw")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith("raw answers")
    assert all(LINE.match(line) for line in lines), done.stdout
    assert all(line.startswith("raw ") for line in lines)


@pytest.mark.bus
@pytest.mark.slow
def test_fanout_follows_payments_into_the_ledger_and_to_the_vendors() -> None:
    found, code = measured("fanout", "--payments", "3", "--per-second", "2", "--patience", "0")
    assert_exit_code_follows_the_targets(found, code)
    figures = {name: figure["value"] for name, figure in found["figures"].items()}
    assert figures["payments that count"] >= 3
    assert figures["floor, published to consumed, p50"] > 0
    for name in ("ledger posted", "mail at its vendor", "text at its vendor"):
        assert 0 < figures[f"{name}, p50"] <= figures[f"{name}, p99"] <= figures[f"{name}, max"]
        assert figures[f"{name} / floor, p50"] > 1
    assert figures["ledger posted, p50"] < figures["mail at its vendor, p50"] + figures["text at its vendor, p50"]


@pytest.mark.bus
@pytest.mark.slow
def test_stream_counts_every_event_at_every_client_and_the_memory_of_the_gateway() -> None:
    found, code = measured(
        "stream", "--streams", "12", "--watching", "4", "--payments", "3", "--per-second", "2", "--patience", "0"
    )
    assert_exit_code_follows_the_targets(found, code)
    figures = {name: figure["value"] for name, figure in found["figures"].items()}
    assert (figures["open streams"], figures["streams that ended early"], figures["events heard"]) == (12, 0, 24)
    for name in ("payment_posted", "payment_applied"):
        assert 0 < figures[f"{name} at the client, p50"] <= figures[f"{name} at the client, p99"]
    assert 0 < figures["gateway's memory, no stream open"] <= figures["gateway's memory, all streams open"]


def test_an_arm_that_is_not_there_is_refused_before_anything_starts() -> None:
    done = bench("rpc", "--arm", "nothing")
    assert done.returncode == 2
    assert "there is no arm 'nothing'; there are stock, chassis bare, chassis, raw" in done.stderr
