"""One sandbox process for all tests here, emptied before each; tests that kill or start one get their own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fixtures.sandbox import RunningSandbox, run_sandbox


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., RunningSandbox]]:
    """Starts a sandbox on this test's own state file; calling again after a kill starts it anew."""
    started: list[RunningSandbox] = []

    def start_one(*options: str) -> RunningSandbox:
        started.append(run_sandbox(tmp_path / "state.jsonl", *options))
        return started[-1]

    yield start_one
    for running in started:
        running.close()
