"""One sandbox process for all stories here, emptied before each."""

from pathlib import Path

import pytest

from chassis.clock import FixedClock
from chassis.keys import FieldCipher
from services.notifications.contract.hours import hours_of
from services.notifications.providers.sendgrid_reports import SendGridReports
from services.notifications.providers.twilio_inbound import TwilioInbound
from services.notifications.providers.twilio_reports import TwilioReports
from services.notifications.providers.wording import Wording
from services.notifications.service import NotificationsService
from tests.builders.wiring import direct, wire
from tests.fixtures.postgres import OpenDatabase
from tests.fixtures.sandbox import RunningSandbox
from tests.service.notifications.stage import Stage, sendgrid_at, twilio_at
from tests.service.notifications.webhooks import TWILIO_TOKEN, SendGrid, Twilio
from tests.unit.gateway.builders import Gateway, a_gateway
from tests.unit.notifications.facts import BRAND


@pytest.fixture
def sendgrid(tmp_path: Path, clock: FixedClock) -> SendGrid:
    return SendGrid(folder=tmp_path / "sendgrid", clock=clock)


@pytest.fixture
def twilio(tmp_path: Path) -> Twilio:
    return Twilio(folder=tmp_path / "twilio")


@pytest.fixture
def gateway(stage: Stage, clock: FixedClock) -> Gateway:
    """The real gateway before the real service; what the vendors call."""
    return a_gateway(clock=clock, real={"notifications": direct(stage.service)})


@pytest.fixture
def stage(
    databases: OpenDatabase, clock: FixedClock, keys_folder: Path, sandbox: RunningSandbox, sendgrid: SendGrid
) -> Stage:
    database = databases("notifications")
    service = wire(
        NotificationsService,
        database=database,
        clock=clock,
        keys_folder=keys_folder,
        hours=hours_of("mon-fri 08:00-20:00; sat 09:00-16:00", zone_name="America/Chicago"),
        cipher=FieldCipher(folder=keys_folder, purpose="fields-notifications"),
        wording=Wording(brand=BRAND),
        mail=sendgrid_at(sandbox.url),
        texts=twilio_at(sandbox.url),
        mail_reports=SendGridReports(public_keys=[sendgrid.key.public]),
        text_reports=TwilioReports(auth_token=TWILIO_TOKEN),
        inbound_texts=TwilioInbound(auth_token=TWILIO_TOKEN),
        brand="Kia Finance America",
    )
    return Stage(service=service, database=database, sandbox=sandbox, clock=clock)
