"""A stage for webhooks, and a partner who listens."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog

from chassis.clock import FixedClock
from chassis.store import Database
from tests.builders.partners import Partner, a_partner
from tests.service.gateway.webhooks import Stage


@pytest.fixture
def logged() -> Iterator[list[structlog.typing.EventDict]]:
    """What the test logged, as data: a rendered traceback costs more than the rest of a test."""
    with structlog.testing.capture_logs() as entries:
        yield entries


@pytest.fixture
def partners_stage(
    databases: Callable[[str], Database], clock: FixedClock, keys_folder: Path, logged: object
) -> Iterator[Stage]:
    database = databases("gateway")
    stage = Stage(database, keys_folder)
    yield stage
    stage.dispatcher.close()
    database.clock = clock


@pytest.fixture
def partner() -> Iterator[Partner]:
    with a_partner() as listening:
        yield listening
