"""Identity with neighbours that keep their contracts."""

from pathlib import Path

import pytest

from chassis.clock import FixedClock
from services.identity.providers import Keyring, OneTimeCodes, Passkeys, Passwords, Policy
from services.identity.service import IdentityService
from tests.builders.identity import Counter
from tests.builders.neighbours import AccountsDesk, MailRoom
from tests.builders.wiring import wire
from tests.fixtures.postgres import OpenDatabase

PUBLIC_URL = "https://captive.example"


@pytest.fixture(scope="session")
def passwords() -> Passwords:
    return Passwords(brand_words=("captive", "kia finance"))


@pytest.fixture
def counter(databases: OpenDatabase, clock: FixedClock, keys_folder: Path, passwords: Passwords) -> Counter:
    """Accounts knows Dana Whitfield; her registration is `a_claim()`."""
    accounts, notifications = AccountsDesk(), MailRoom()
    accounts.knows(account_number="7003124417", last_name="Whitfield", ssn_last4="7391")
    identity = wire(
        IdentityService,
        database=databases("identity"),
        clock=clock,
        keys_folder=keys_folder,
        accounts=accounts,
        notifications=notifications,
        passwords=passwords,
        keyring=Keyring(folder=keys_folder, issuer=PUBLIC_URL),
        codes=OneTimeCodes(issuer="Kia Finance America"),
        site=Passkeys(public_url=PUBLIC_URL, name="Kia Finance America"),
        policy=Policy(public_url=PUBLIC_URL, terms_version="2026-01"),
    )
    return Counter(identity=identity, accounts=accounts, notifications=notifications, clock=clock)
