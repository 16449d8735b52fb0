"""Leases beside the accounts that it asks."""

from pathlib import Path

import pytest

from chassis.clock import FixedClock
from tests.builders.lease_house import LeaseHouse, a_lease_house
from tests.fixtures.postgres import OpenDatabase


@pytest.fixture
def house(databases: OpenDatabase, clock: FixedClock, keys_folder: Path) -> LeaseHouse:
    return a_lease_house(databases=databases, clock=clock, keys_folder=keys_folder)
