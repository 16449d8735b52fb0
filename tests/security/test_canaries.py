"""Secrets are where they belong and nowhere else: not in a log, not on the bus, not in an error, not in a table.

A person with unmistakable secrets uses the stack; then everything that the stack wrote down is searched for them.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import psycopg2
import pytest
import requests

from deploy.stack import DataFolder
from tests.fixtures.processes import eventually
from tests.security.people import Attacked, Visitor

pytestmark = pytest.mark.slow

PASSWORD = "canary-" + secrets.token_hex(12)
NEW_PASSWORD = "second-" + secrets.token_hex(12)
EMAIL = f"canary.{secrets.token_hex(6)}@example.com"
CARD = "4111111111111111"
BANK_ACCOUNT = "90817263544"
# The last four of an SSN are looked for as a word of their own.
CLAIM = {"account_number": "KFA-2000003", "last_name": "Pemberton", "ssn_last4": "5519"}
# By canary, the columns where it may be in clear.
ALLOWED: dict[str, set[str]] = {"email": {"identity.users.email"}, "ssn": {"accounts.parties.ssn_last4"}}


@dataclass(frozen=True)
class Secrets:
    """What must not be found, by its name."""

    texts: Mapping[str, str]

    def found_in(self, where: str) -> list[str]:
        return [name for name, text in self.texts.items() if text in where]


@pytest.fixture(scope="module")
def errors() -> list[str]:
    """The bodies of refusals that the person met on the way."""
    return []


@pytest.fixture(scope="module")
def planted(attacked: Attacked, errors: list[str]) -> Secrets:
    """Registers, mistypes, signs in, adds a bank account, tries to send a card, forgets the password."""
    nobody = attacked.nobody
    claim = {**CLAIM, "first_name": "Walter", "email": EMAIL, "password": PASSWORD, "accepted_terms": "2026-01"}
    errors.append(nobody.send("POST", "/v1/registrations", body={**claim, "card_number": CARD}).text)
    assert nobody.send("POST", "/v1/registrations", body=claim).status == 202
    verification = _token_in_mail(attacked, "Confirm your e-mail address")
    assert nobody.send("POST", "/v1/email-verifications", body={"token": verification}).status == 204
    errors.append(nobody.send("POST", "/v1/email-verifications", body={"token": verification}).text)
    errors.append(nobody.send("POST", "/v1/sessions", body={"user_id": EMAIL, "password": PASSWORD + "x"}).text)
    session = nobody.send("POST", "/v1/sessions", body={"user_id": EMAIL, "password": PASSWORD}).json
    walter = Visitor(nobody.url, session["access_token"])
    bank = {
        "type": "bank_account", "routing_number": "021000021", "account_number": BANK_ACCOUNT,
        "account_type": "checking", "holder_name": "Walter Pemberton",
    }  # fmt: skip
    assert walter.send("POST", "/v1/payment-methods", body=bank).status == 201
    for body in (
        {**bank, "card_number": CARD},
        {"type": "card", "processor_token": CARD},
        {**bank, "account_type": CARD},
    ):
        errors.append(walter.send("POST", "/v1/payment-methods", body=body).text)
    assert nobody.send("POST", "/v1/password-resets", body={"email": EMAIL}).status == 202
    reset = _token_in_mail(attacked, "Choose a new password")
    weak = nobody.send("POST", "/v1/password-resets/confirm", body={"token": reset, "password": f"{EMAIL} mine"})
    errors.append(weak.text)
    chosen = {"token": reset, "password": NEW_PASSWORD}
    assert nobody.send("POST", "/v1/password-resets/confirm", body=chosen).status == 204
    errors.append(nobody.send("POST", "/v1/sessions/refresh", body={"refresh_token": session["refresh_token"]}).text)
    return Secrets(
        {
            "password": PASSWORD, "new password": NEW_PASSWORD, "email": EMAIL, "card": CARD,
            "bank account": BANK_ACCOUNT,
            "verification token": verification, "reset token": reset, "refresh token": session["refresh_token"],
            "access token": session["access_token"], "ssn": f'"{CLAIM["ssn_last4"]}"',
        }
    )  # fmt: skip


def _token_in_mail(attacked: Attacked, subject: str) -> str:
    def newest() -> str | None:
        links = [mail["links"][0] for mail in attacked.stack.mails(EMAIL) if mail["subject"] == subject]
        return links[0].partition("token=")[2] if links else None

    token: str = eventually(newest, seconds=30)
    return token


def test_the_log_holds_none(attacked: Attacked, planted: Secrets) -> None:
    log = attacked.stack.output()
    assert "reset_password" in log, "this is the log in which the deeds are"
    assert planted.found_in(log) == []


def test_no_error_repeats_one(planted: Secrets, errors: list[str]) -> None:
    assert all('"code":' in text for text in errors)
    assert [planted.found_in(text) for text in errors] == [[]] * len(errors)


def test_no_event_carries_one(attacked: Attacked, planted: Secrets) -> None:
    """The outbox is what goes over the bus; it is kept for those who replay."""
    bodies = [
        row
        for service in DataFolder(attacked.stack.data).database_urls()
        for table, row in _rows(attacked, service)
        if table in ("outbox", "inbox", "attempts")
    ]
    assert any("identity.session_opened" in body for body in bodies)
    assert [planted.found_in(body) for body in bodies if planted.found_in(body)] == []


def test_no_table_holds_one_but_in_the_columns_that_are_for_it(attacked: Attacked, planted: Secrets) -> None:
    leaks = set()
    for service in DataFolder(attacked.stack.data).database_urls():
        for table, row in _rows(attacked, service):
            for column, value in json.loads(row).items():
                for name in planted.found_in(json.dumps(value, ensure_ascii=False)):
                    where = f"{service}.{table}.{column}"
                    if where not in ALLOWED.get(name, set()):
                        leaks.add((name, where))
    assert leaks == set()


def test_the_search_finds_what_is_there(attacked: Attacked, planted: Secrets) -> None:
    """The address is where people sign in with it: a search that did not find it would find nothing."""
    rows = [row for table, row in _rows(attacked, "identity") if table == "users"]
    assert any("email" in planted.found_in(row) for row in rows)


def test_nothing_secret_is_taken_in_a_query(attacked: Attacked) -> None:
    """What stands in an address ends up in the logs of others."""
    named = {
        parameter["name"]
        for methods in attacked.document["paths"].values()
        for declared in methods.values()
        for parameter in declared["parameters"]
        if parameter["in"] in ("query", "path")
    }
    forbidden = ("token", "password", "email", "ssn", "phone", "code_", "secret", "card")
    assert [name for name in named if any(word in name for word in forbidden)] == []


def test_what_was_wrong_is_said_without_repeating_it(attacked: Attacked) -> None:
    answer = requests.post(
        f"{attacked.stack.url}/v1/sessions", data=f'{{"user_id": "{EMAIL}", "password": "{PASSWORD}"',
        headers={"Content-Type": "application/json"}, timeout=10,
    )  # fmt: skip
    assert answer.status_code == 400
    assert PASSWORD not in answer.text


def _rows(attacked: Attacked, service: str) -> list[tuple[str, str]]:
    """Every row of every table of a service, as JSON."""
    url = DataFolder(attacked.stack.data).database_urls()[service].replace("+psycopg2", "")
    connection: Any = psycopg2.connect(url)
    found: list[tuple[str, str]] = []
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT row_to_json(t)::text FROM "{table}" t')
            found += [(table, row) for (row,) in cursor.fetchall()]
    connection.close()
    return found
