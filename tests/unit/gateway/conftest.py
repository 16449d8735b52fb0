"""Logs are kept, not printed: a rendered traceback costs more than the rest of a test."""

from collections.abc import Iterator

import pytest
import structlog


@pytest.fixture(autouse=True)
def logged() -> Iterator[list[structlog.typing.EventDict]]:
    """What the test logged, as data."""
    with structlog.testing.capture_logs() as entries:
        yield entries
