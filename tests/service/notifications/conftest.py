"""One sandbox process for all stories here, emptied before each."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from chassis.clock import FixedClock
from chassis.keys import FieldCipher
from services.notifications.providers.wording import Brand, Wording
from services.notifications.service import NotificationsService
from tests.builders.wiring import wire
from tests.fixtures.postgres import OpenDatabase
from tests.service.notifications.stage import Stage, sendgrid_at, twilio_at
from tests.service.sandbox.running import RunningSandbox, run_sandbox


@pytest.fixture(scope="session")
def vendors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSandbox]:
    running = run_sandbox(tmp_path_factory.mktemp("vendors") / "state.jsonl")
    yield running
    running.close()


@pytest.fixture
def sandbox(vendors: RunningSandbox) -> RunningSandbox:
    assert vendors.post("/_sandbox/reset").status_code == 200
    return vendors


@pytest.fixture
def stage(databases: OpenDatabase, clock: FixedClock, keys_folder: Path, sandbox: RunningSandbox) -> Stage:
    database = databases("notifications")
    service = wire(
        NotificationsService,
        database=database,
        clock=clock,
        keys_folder=keys_folder,
        cipher=FieldCipher(folder=keys_folder, purpose="fields-notifications"),
        wording=Wording(
            brand=Brand(name="Kia Finance America", phone="1-855-885-7600", portal_url="https://portal.example")
        ),
        mail=sendgrid_at(sandbox.url),
        texts=twilio_at(sandbox.url),
    )
    return Stage(service=service, database=database, sandbox=sandbox, clock=clock)
