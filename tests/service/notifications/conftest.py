"""One sandbox process for all stories here, emptied before each."""

from pathlib import Path

import pytest

from chassis.clock import FixedClock
from chassis.keys import FieldCipher
from services.notifications.providers.wording import Brand, Wording
from services.notifications.service import NotificationsService
from tests.builders.wiring import wire
from tests.fixtures.postgres import OpenDatabase
from tests.fixtures.sandbox import RunningSandbox
from tests.service.notifications.stage import Stage, sendgrid_at, twilio_at


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
