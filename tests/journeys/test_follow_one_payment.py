"""The main job on a whole stack, on both buses: the demo tells the story and checks each step of it."""

import os
import signal
from pathlib import Path

import pytest

from tests.fixtures.processes import eventually
from tests.fixtures.stacks import RunningStack, a_running_stack

STEPS = (
    "registered KFA-1000001",
    "signed in as maria.alvarez@example.com",
    "loan KFA-1000001: balance",
    "lease KFA-2000001: balance",
    "added the bank account ending 6789",
    "the ledger took it",
    "the confirmation mail arrived",
    "the confirmation text arrived",
    "an outside subscriber received payment_posted from",
    "the lease was evaluated again",
    "Every promise held.",
)


@pytest.fixture(params=["embedded", "rabbitmq"])
def bus(request: pytest.FixtureRequest) -> str | None:
    return None if request.param == "embedded" else request.getfixturevalue("broker_url")


@pytest.mark.bus
@pytest.mark.slow
def test_the_demo_does_the_main_job_and_can_be_repeated(bus: str | None, tmp_path: Path) -> None:
    with a_running_stack(data=tmp_path / "data", bus=bus) as stack:
        told = stack.captive("demo").stdout
        for step in STEPS:
            assert step in told, told
        assert ("its own queue on the broker" if bus else "the HTTP stream") in told
        assert "Every promise held." in stack.captive("demo").stdout
        assert stack.stop() == 0
        assert_nothing_is_left(stack)


@pytest.mark.bus
@pytest.mark.slow
def test_a_stack_that_is_killed_comes_back_with_everything(bus: str | None, tmp_path: Path) -> None:
    data = tmp_path / "data"
    with a_running_stack(data=data, bus=bus, stays=True) as stack:
        stack.captive("demo")
        stack.process.kill()
        stack.process.wait(10)
    with a_running_stack(data=data, bus=bus) as again:
        assert "is registered already" in again.captive("demo").stdout
        again.captive("ledger", "check")
        assert again.stop() == 0


@pytest.mark.bus
@pytest.mark.slow
def test_a_killed_service_is_started_again_and_its_twin_carries_on(broker_url: str, tmp_path: Path) -> None:
    options = ("--scale", "accounts=2")
    with a_running_stack(data=tmp_path / "data", bus=broker_url, options=options) as stack:
        before = stack.record()["children"]
        assert {"accounts", "accounts-2", "payments"} <= set(before)
        for name in ("accounts", "payments"):
            os.kill(before[name], signal.SIGKILL)
        assert "Every promise held." in stack.captive("demo").stdout

        def started_again() -> bool:
            now = stack.record()["children"]
            return all(now.get(name) not in (None, before[name]) for name in ("accounts", "payments"))

        eventually(started_again, describe=stack.output)


def assert_nothing_is_left(stack: RunningStack) -> None:
    marker = str(stack.data)
    left = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            environment = (entry / "environ").read_bytes().decode(errors="replace")
        except OSError:
            continue
        if marker in command or f"KEYS_DIR={marker}" in environment:
            left.append(command)
    assert left == []
