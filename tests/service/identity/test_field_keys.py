"""Fields are brought under new keys: in batches, begun again where it was cut short, and then the old keys may go."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import LargeBinary, MetaData, Text, select, update

from chassis.context import NOBODY
from chassis.keys import FieldCipher, add_secret_key
from chassis.resealing import keys_in_use, reseal
from chassis.store import Database, Transaction
from deploy.catalogue import SERVICES
from deploy.cli import keys as keys_commands
from deploy.field_keys import SEALED, lost_field_keys, purpose_of, retire_field_keys, sealed_tables
from deploy.keys import SECRET, ensure_keys
from deploy.stack import variable_of
from services.identity.models import users
from services.identity.models.sealed import SEALED_TABLES
from tests.builders.identity import Counter, a_claim
from tests.builders.wiring import call
from tests.fixtures.postgres import OpenDatabase

PURPOSE = purpose_of("identity")
ADDRESS = {"line_1": "1 Main St", "line_2": None, "city": "Irvine", "state": "CA", "postal_code": "92614"}
Run = Callable[..., Result]


@pytest.fixture
def keys_folder(tmp_path: Path) -> Path:
    """Keys of this test alone: others count on theirs."""
    folder = tmp_path / "keys"
    ensure_keys(folder=folder)
    return folder


@pytest.fixture
def captive_keys(
    databases: OpenDatabase, migrated: Callable[[str], str], keys_folder: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Run:  # fmt: skip
    """`captive keys …` beside every service's database."""
    monkeypatch.setenv("KEYS_DIR", str(keys_folder))
    for service in SERVICES:
        databases(service)
        monkeypatch.setenv(variable_of(service), migrated(service))

    def run(*words: str) -> Result:
        return CliRunner().invoke(keys_commands.command, [*words, "--data", str(tmp_path)])

    return run


def a_full_life(counter: Counter) -> None:
    """Every column that identity encrypts has a value: what waits to be sent or decided has not been settled yet."""
    counter.join()
    session = counter.sign_in()
    counter.refresh(session["refresh_token"])
    caller = counter.as_caller(session)
    version = call(counter.identity.get_me, request={}, context=caller)["version"]
    asked = {"if_versions": [version], "mailing_address": ADDRESS, "email": "dana@new.example"}
    call(counter.identity.update_me, request=asked, context=caller)
    call(counter.identity.add_factor, request={"kind": "totp"}, context=caller)
    counter.register(account_number="9990001112", email="ike@example.com")
    call(counter.identity.request_password_reset, request={"email": "dana@example.com"}, context=NOBODY)
    counter.change_password(new_password="another quiet ferry at noon", caller=caller)


def sealed_values(store: Database) -> Iterator[tuple[str, str]]:
    """Table and column, and the value that stands in it."""
    with store.reading() as transaction:
        for sealed in SEALED_TABLES:
            for row in transaction.all(select(*sealed.columns)):
                yield from ((f"{sealed.table.name}.{name}", value) for name, value in row.items() if value)


def cipher_of(keys_folder: Path) -> FieldCipher:
    return FieldCipher(folder=keys_folder, purpose=PURPOSE)


class TestBringingFieldsUnderANewKey:
    def test_reaches_every_column(self, counter: Counter, keys_folder: Path) -> None:
        a_full_life(counter)
        before = dict(sealed_values(counter.identity.store))
        assert set(before) == {f"{each.table.name}.{column.name}" for each in SEALED_TABLES for column in each.columns}
        newest = add_secret_key(folder=keys_folder, purpose=PURPOSE)
        found = reseal(counter.identity.store, cipher=cipher_of(keys_folder), tables=SEALED_TABLES)
        after = list(sealed_values(counter.identity.store))
        assert found.unreadable == ()
        assert found.done == len(after)
        assert {value.partition(".")[0] for _, value in after} == {newest}

    def test_changes_no_value(self, counter: Counter, keys_folder: Path) -> None:
        counter.join()
        caller = counter.as_caller(counter.sign_in())
        before = call(counter.identity.get_me, request={}, context=caller)
        add_secret_key(folder=keys_folder, purpose=PURPOSE)
        reseal(counter.identity.store, cipher=cipher_of(keys_folder), tables=SEALED_TABLES)
        assert call(counter.identity.get_me, request={}, context=caller) == before
        assert before["phone_masked"] is not None

    def test_goes_on_where_it_was_cut_short(
        self, counter: Counter, keys_folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        a_full_life(counter)
        newest = add_secret_key(folder=keys_folder, purpose=PURPOSE)
        cipher = cipher_of(keys_folder)
        run, statements = Transaction.run, 0

        def dies_at_the_third(self: Transaction, *arguments: Any) -> int:
            nonlocal statements
            statements += 1
            if statements == 3:
                raise KeyboardInterrupt
            return run(self, *arguments)

        with monkeypatch.context() as patched:
            patched.setattr(Transaction, "run", dies_at_the_third)
            with pytest.raises(KeyboardInterrupt):
                reseal(counter.identity.store, cipher=cipher, tables=SEALED_TABLES, batch=1)
        under_the_newest = [value.startswith(newest) for _, value in sealed_values(counter.identity.store)]
        assert 0 < sum(under_the_newest) < len(under_the_newest)
        found = reseal(counter.identity.store, cipher=cipher, tables=SEALED_TABLES, batch=1)
        assert found.done == len(under_the_newest) - sum(under_the_newest)
        assert keys_in_use(counter.identity.store, tables=SEALED_TABLES) == {newest}

    def test_leaves_what_no_key_opens_and_says_where(self, counter: Counter, keys_folder: Path) -> None:
        counter.join()
        before = next(iter(dict(sealed_values(counter.identity.store)).values())).partition(".")[0]
        add_secret_key(folder=keys_folder, purpose=PURPOSE)
        (keys_folder / PURPOSE / f"{before}.secret").unlink()
        found = reseal(counter.identity.store, cipher=cipher_of(keys_folder), tables=SEALED_TABLES)
        assert found.done == 0
        assert any(place.startswith("users.phone_sealed ") for place in found.unreadable)
        assert keys_in_use(counter.identity.store, tables=SEALED_TABLES) == {before}

    def test_waits_for_who_is_changing_a_row(self, counter: Counter, keys_folder: Path) -> None:
        """The value that the other one wrote is there afterwards, not the one that was read before it."""
        counter.join()
        store = counter.identity.store
        add_secret_key(folder=keys_folder, purpose=PURPOSE)

        with store.writing() as transaction:
            row = transaction.one(select(users).with_for_update())
            assert row is not None
            theirs = counter.identity.keyring.seal("+1 949 555 0199", field="users.phone", owner=row["id"])
            transaction.run(update(users).where(users.c.id == row["id"]).values(phone_sealed=theirs))
            other = threading.Thread(
                target=reseal, args=(store,), kwargs={"cipher": cipher_of(keys_folder), "tables": SEALED_TABLES}
            )
            other.start()
            other.join(timeout=0.3)
            assert other.is_alive()
        other.join(timeout=10)
        caller = counter.as_caller(counter.sign_in())
        assert call(counter.identity.get_me, request={}, context=caller)["phone_masked"] == "•••• 0199"


class TestAServiceThatIsRunning:
    def test_takes_up_a_new_key_with_the_next_value(self, counter: Counter, keys_folder: Path) -> None:
        counter.join()
        newest = add_secret_key(folder=keys_folder, purpose=PURPOSE)
        counter.register(**a_claim(account_number="9990001112", email="ike@example.com"))
        assert newest in keys_in_use(counter.identity.store, tables=SEALED_TABLES)

    def test_reads_what_another_wrote_with_a_key_that_is_newer(self, keys_folder: Path) -> None:
        running = cipher_of(keys_folder)
        add_secret_key(folder=keys_folder, purpose=PURPOSE)
        written = cipher_of(keys_folder).encrypt("told", bound_to="row")
        assert running.decrypt(written, bound_to="row") == "told"

    def test_opens_nothing_without_its_key(self, keys_folder: Path) -> None:
        with pytest.raises(KeyError):
            cipher_of(keys_folder).decrypt("01900000-0000-7000-8000-000000000000.AAAA", bound_to="row")


class TestRetiringAKey:
    def test_leaves_the_product_as_it_was(
        self, counter: Counter, keys_folder: Path, captive_keys: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(keys_commands, "SUPERSEDED_MINUTES", 0)
        counter.join()
        before = keys_in_use(counter.identity.store, tables=SEALED_TABLES)
        assert captive_keys("rotate", "fields").exit_code == 0
        told = captive_keys("retire")
        assert told.exit_code == 0
        left = {path.stem for path in (keys_folder / PURPOSE).glob("*.secret")}
        assert not before & left
        assert all(identifier in told.output for identifier in before)
        counter.identity.keyring = type(counter.identity.keyring)(folder=keys_folder, issuer="https://captive.example")
        me = call(counter.identity.get_me, request={}, context=counter.as_caller(counter.sign_in()))
        assert me["phone_masked"] == "•••• 0137"

    def test_waits_until_whoever_worked_with_it_has_committed(self, keys_folder: Path, captive_keys: Run) -> None:
        captive_keys("rotate", "fields")
        assert "removed 0 keys of identity" in captive_keys("retire").output
        assert len(list((keys_folder / PURPOSE).glob("*.secret"))) == 2

    def test_keeps_a_key_that_something_stored_needs(
        self, counter: Counter, keys_folder: Path, databases: OpenDatabase, migrated: Callable[[str], str]
    ) -> None:
        counter.join()
        [needed] = keys_in_use(counter.identity.store, tables=SEALED_TABLES)
        add_secret_key(folder=keys_folder, purpose=PURPOSE)
        for service in SERVICES:
            databases(service)
        retired = retire_field_keys(
            folder=keys_folder, urls={service: migrated(service) for service in SERVICES},
            before=datetime.now(UTC) + timedelta(days=1),
        )  # fmt: skip
        assert retired["identity"] == []
        assert (keys_folder / PURPOSE / f"{needed}.secret").exists()


class TestAFolderOfKeysThatIsGone:
    @pytest.fixture
    def urls(self, databases: OpenDatabase, migrated: Callable[[str], str]) -> dict[str, str]:
        for service in SERVICES:
            databases(service)
        return {service: migrated(service) for service in SERVICES}

    def test_is_missed_by_whoever_has_stored_something(
        self, counter: Counter, urls: dict[str, str], tmp_path: Path
    ) -> None:
        assert lost_field_keys(folder=tmp_path / "another", urls=urls) == []
        counter.join()
        assert lost_field_keys(folder=tmp_path / "another", urls=urls) == ["identity"]

    def test_is_not_missed_while_it_is_there(self, counter: Counter, urls: dict[str, str], keys_folder: Path) -> None:
        counter.join()
        assert lost_field_keys(folder=keys_folder, urls=urls) == []


def test_keys_are_made_once_by_however_many(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as several:
        list(several.map(lambda _: ensure_keys(folder=tmp_path / "keys"), range(8)))
    assert {len(list((tmp_path / "keys" / purpose).glob("*.secret"))) for purpose in SECRET} == {1}


class TestTheListOfEncryptedColumns:
    def test_names_every_purpose(self) -> None:
        assert {purpose_of(service) for service in SEALED} == {name for name in SECRET if name.startswith("fields-")}

    @pytest.mark.parametrize("service", SEALED)
    def test_names_every_column(self, service: str) -> None:
        declared = {each.table.name: set(each.bound_to) for each in sealed_tables(service)}
        assert declared == encrypted_columns(import_module(SEALED[service].split(".sealed")[0]).metadata)


def encrypted_columns(metadata: MetaData) -> dict[str, set[str]]:
    """By table, the columns whose names say that they are encrypted."""
    found = {
        table.name: {
            column.name
            for column in table.columns
            if isinstance(column.type, Text | LargeBinary) and column.name.endswith(("_sealed", "_encrypted"))
        }
        for table in metadata.tables.values()
    }
    return {table: columns for table, columns in found.items() if columns}


def test_without_keys_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KEYS_DIR", raising=False)
    done = CliRunner().invoke(keys_commands.command, ["retire", "--data", str(tmp_path / "nowhere")])
    assert "There are no keys in" in str(done.exception)
