"""Whoever reads a dump of identity's database learns no password, no token, no SSN digits and no account number."""

import re

import pytest
from sqlalchemy import text

from chassis.errors import Refusal
from services.identity.providers import Keyring
from tests.builders.identity import PASSWORD, Counter

SSN_LAST4, ACCOUNT_NUMBER, PHONE = "7391", "7003124417", "2145550137"


def dump(counter: Counter) -> str:
    """Every row of every table as text."""
    with counter.identity.store.engine.begin() as connection:
        names = connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).scalars().all()
        rows = [
            row for name in names for row in connection.execute(text(f"SELECT t::text FROM {name} t")).scalars().all()
        ]
    return "\n".join(rows)


def assert_clean(counter: Counter, *secrets: str) -> None:
    found = dump(counter)
    assert "dana" in found or "registration" in found
    for secret in (PASSWORD, ACCOUNT_NUMBER, PHONE, *secrets):
        assert secret not in found
    assert not re.search(rf"(?<![\w.:+-]){SSN_LAST4}(?![\w.:+-])", found)


def test_a_claim_that_waits_is_unreadable(counter: Counter) -> None:
    counter.register()
    assert_clean(counter)


def test_a_whole_life_leaves_no_secret_in_clear(counter: Counter) -> None:
    counter.join()
    first = counter.sign_in()
    second = counter.refresh(first["refresh_token"])
    third = counter.refresh(second["refresh_token"])
    tokens = [token for session in (first, second, third) for token in session.values() if isinstance(token, str)]
    secrets = [token for token in tokens if token != "Bearer"]
    assert len(secrets) == 6
    assert_clean(counter, counter.notifications.last_token, *secrets)


def test_a_refusal_leaves_no_secret_in_clear(counter: Counter) -> None:
    counter.join()
    with pytest.raises(Refusal):
        counter.sign_in(password="an unheard-of mistake here")
    assert_clean(counter, "an unheard-of mistake here")


def test_the_scan_finds_what_it_looks_for(counter: Counter) -> None:
    counter.register()
    with counter.identity.store.engine.begin() as connection:
        connection.execute(text("UPDATE registrations SET user_name = :secret"), {"secret": SSN_LAST4})
    with pytest.raises(AssertionError):
        assert_clean(counter)


def test_a_sealed_field_opens_only_in_its_own_row_and_column(counter: Counter) -> None:
    from uuid import UUID

    from cryptography.exceptions import InvalidTag

    keyring: Keyring = counter.identity.keyring
    owner, other = UUID(int=1), UUID(int=2)
    sealed = keyring.seal("+12145550137", field="users.phone", owner=owner)
    assert keyring.unseal(sealed, field="users.phone", owner=owner) == "+12145550137"
    for field, row in (("users.phone", other), ("registrations.claim", owner)):
        with pytest.raises(InvalidTag):
            keyring.unseal(sealed, field=field, owner=row)
