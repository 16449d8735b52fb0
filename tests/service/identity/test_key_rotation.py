"""Keys are rotated while services run: what was signed before stays good for its time."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from chassis.context import NOBODY
from chassis.keys import SigningKeys
from deploy.catalogue import SERVICES
from deploy.cli.keys import command
from deploy.keys import ensure_keys
from deploy.stack import variable_of
from gateway.webhooks.models import webhook_endpoints
from gateway.webhooks.signing import Secrets
from tests.builders.identity import Counter
from tests.builders.partners import Partner
from tests.builders.wiring import call
from tests.fixtures.postgres import OpenDatabase
from tests.service.gateway.webhooks import Stage


@pytest.fixture
def keys_folder(tmp_path: Path) -> Path:
    """Keys of this test alone: others count on theirs."""
    folder = tmp_path / "keys"
    ensure_keys(folder=folder)
    return folder


@pytest.fixture
def rotate(keys_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.setenv("KEYS_DIR", str(keys_folder))

    def run(*which: str) -> Result:
        return CliRunner().invoke(command, ["rotate", *which, "--data", str(tmp_path)], catch_exceptions=False)

    return run


class TestTheKeyOfTokens:
    def test_is_published_before_anything_is_signed_with_it(
        self, counter: Counter, rotate: Callable[..., Result]
    ) -> None:
        counter.join()
        before = counter.sign_in()["access_token"]
        rotate("tokens")
        after = counter.sign_in()["access_token"]
        assert counter.read(before).header["kid"] == counter.read(after).header["kid"]
        published = call(counter.identity.get_signing_keys, request={}, context=NOBODY)["keys"]
        assert {key["kid"] for key in published} > {counter.read(after).header["kid"]}

    def test_verifies_on_when_another_signs_ten_minutes_later(
        self, counter: Counter, rotate: Callable[..., Result]
    ) -> None:
        counter.clock.move_to(datetime.now(UTC))
        counter.join()
        before = counter.sign_in()["access_token"]
        rotate("tokens")
        counter.pass_time(minutes=9)
        assert counter.read(before).header["kid"] == counter.read(counter.sign_in()["access_token"]).header["kid"]
        counter.pass_time(minutes=2)
        after = counter.sign_in()["access_token"]
        assert counter.read(before).claims["sub"] == counter.read(after).claims["sub"]
        assert counter.read(before).header["kid"] < counter.read(after).header["kid"]

    def test_is_gone_after_the_one_that_followed_it(self, keys_folder: Path, rotate: Callable[..., Result]) -> None:
        first = SigningKeys(folder=keys_folder, purpose="tokens").signing_key().kid
        for _ in range(2):
            rotate("tokens")
        left = [key.kid for key in SigningKeys(folder=keys_folder, purpose="tokens").key_set.keys]
        assert len(left) == 2
        assert first not in left
        assert not list((keys_folder / "tokens").glob(f"{first}*"))


class TestTheSecretsOfWebhooks:
    def test_are_others_and_the_ones_before_sign_beside_them(
        self, databases: OpenDatabase, migrated: Callable[[str], str], keys_folder: Path,
        rotate: Callable[..., Result], monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        for service in SERVICES:
            monkeypatch.setenv(variable_of(service), migrated("gateway"))
        stage = Stage(databases("gateway"), keys_folder)
        made = stage.registers(Partner(url="http://127.0.0.1:9/hooks"))
        told = rotate("webhooks").output
        assert "1 secrets are new" in told
        assert made["id"] in told
        assert made["secret"] not in told
        with stage.database.reading() as transaction:
            row = transaction.one(select(webhook_endpoints))
        assert row is not None
        secrets = Secrets(folder=keys_folder)
        assert told.strip().endswith(secrets.unseal(row["secret_sealed"], endpoint_id=row["id"]))
        assert secrets.unseal(row["previous_secret_sealed"], endpoint_id=row["id"]) == made["secret"]
        again = rotate("webhooks").output
        assert "0 secrets are new" in again
        assert f"{made['url']} keeps its two secrets; change them again after " in again
        with stage.database.reading() as transaction:
            assert transaction.one(select(webhook_endpoints)) == row


def test_without_keys_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KEYS_DIR", raising=False)
    done = CliRunner().invoke(command, ["rotate", "--data", str(tmp_path / "nowhere")])
    assert "There are no keys in" in str(done.exception)
