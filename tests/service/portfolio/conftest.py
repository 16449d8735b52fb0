"""The stage on which portfolios are taken over."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chassis.clock import FixedClock
from tests.fixtures.postgres import OpenDatabase
from tests.service.portfolio.stage import Stage, staged


@pytest.fixture
def stage(
    databases: OpenDatabase, migrated: Callable[[str], str], keys_folder: Path, clock: FixedClock
) -> Iterator[Stage]:
    yield from staged(databases, migrated, keys=keys_folder, clock=clock)
