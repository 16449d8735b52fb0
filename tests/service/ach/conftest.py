"""A bank desk: customers pay, debits go into files, and the bank's files come back."""

from pathlib import Path

import pytest

from chassis.clock import FixedClock
from chassis.keys import FieldCipher
from deploy.ach.exchange import Desk
from services.payments.providers.nacha_file import NachaFileProcessor
from services.payments.providers.sandbox_processor import SandboxProcessor
from services.payments.service import PaymentsService
from tests.builders.payments import A_POLICY, AccountsBook
from tests.builders.wiring import wire
from tests.fixtures.postgres import OpenDatabase
from tests.fixtures.sandbox import CLIENT_TIMEOUT_SECONDS, RunningSandbox
from tests.service.ach.bank import Bank
from tests.service.payments.counter import Counter


@pytest.fixture
def bank(
    databases: OpenDatabase, clock: FixedClock, keys_folder: Path, sandbox: RunningSandbox, tmp_path: Path
) -> Bank:
    """Bank debits go into files; cards to the sandbox."""
    database = databases("payments")
    cipher = FieldCipher(folder=keys_folder, purpose="fields-payments")
    cards = SandboxProcessor(base_url=sandbox.url, api_key="local", read_seconds=CLIENT_TIMEOUT_SECONDS)
    accounts = AccountsBook()
    accounts.opens()
    service = wire(
        PaymentsService, database=database, clock=clock, keys_folder=keys_folder, accounts=accounts, cipher=cipher,
        policy=A_POLICY, processor=NachaFileProcessor(cards=cards, store=database, cipher=cipher, clock=clock),
    )  # fmt: skip
    counter = Counter(service=service, sandbox=sandbox, accounts=accounts, clock=clock)
    return Bank(counter=counter, desk=Desk(database=database, cipher=cipher, clock=clock), folder=tmp_path)
