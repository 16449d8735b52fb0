"""The accounts service on an empty database of its own."""

from pathlib import Path

import pytest

from chassis.clock import FixedClock
from services.accounts.service import AccountsService
from tests.builders.accounts import accounts_service
from tests.fixtures.postgres import OpenDatabase


@pytest.fixture
def service(databases: OpenDatabase, clock: FixedClock, keys_folder: Path) -> AccountsService:
    return accounts_service(database=databases("accounts"), clock=clock, keys_folder=keys_folder)
