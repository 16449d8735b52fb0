"""One sandbox process for all tests here, emptied before each; a counter on it that is open for Ada's account."""

from pathlib import Path

import pytest

from chassis.clock import FixedClock
from chassis.keys import FieldCipher
from services.payments.providers.sandbox_processor import SandboxProcessor
from services.payments.providers.sandbox_reports import SandboxReports
from services.payments.service import PaymentsService
from tests.builders.accounts import a_loan, accounts_service, an_account
from tests.builders.payments import A_PAYMENT_DAY, A_POLICY, AccountsBook
from tests.builders.wiring import direct, wire
from tests.fixtures.postgres import OpenDatabase
from tests.fixtures.sandbox import CLIENT_TIMEOUT_SECONDS, RunningSandbox
from tests.service.payments.autopay_house import House
from tests.service.payments.counter import PROCESSOR_SECRET, Counter


@pytest.fixture
def processor(sandbox: RunningSandbox) -> SandboxProcessor:
    """The one that production runs, with less patience than the sandbox's hang."""
    return SandboxProcessor(base_url=sandbox.url, api_key="local", read_seconds=CLIENT_TIMEOUT_SECONDS)


@pytest.fixture
def counter(
    databases: OpenDatabase, clock: FixedClock, keys_folder: Path, sandbox: RunningSandbox, processor: SandboxProcessor
) -> Counter:
    accounts = AccountsBook()
    accounts.opens()
    service = wire(
        PaymentsService,
        database=databases("payments"),
        clock=clock,
        keys_folder=keys_folder,
        accounts=accounts,
        processor=processor,
        reports=SandboxReports(secret=PROCESSOR_SECRET),
        cipher=FieldCipher(folder=keys_folder, purpose="fields-payments"),
        policy=A_POLICY,
        payment_day=A_PAYMENT_DAY,
    )
    return Counter(service=service, sandbox=sandbox, accounts=accounts, clock=clock)


@pytest.fixture
def house(
    databases: OpenDatabase, clock: FixedClock, keys_folder: Path, sandbox: RunningSandbox, processor: SandboxProcessor
) -> House:
    """A loan of Ada's: $412.37 a month, the twelfth of sixty due on Saturday, 5 December 2026."""
    accounts = accounts_service(database=databases("accounts"), clock=clock, keys_folder=keys_folder)
    payments = wire(
        PaymentsService, database=databases("payments"), clock=clock, keys_folder=keys_folder,
        accounts=direct(accounts), processor=processor, policy=A_POLICY,
        cipher=FieldCipher(folder=keys_folder, purpose="fields-payments"),
    )  # fmt: skip
    return House(
        payments=payments, accounts=accounts, sandbox=sandbox, clock=clock, account_id=an_account(accounts, a_loan())
    )
