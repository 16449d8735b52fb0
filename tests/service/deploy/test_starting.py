"""Starting a stack: what is refused in one sentence before anything is done, and what a second start keeps."""

import socket
from collections.abc import Callable
from pathlib import Path

import psycopg2
import pytest

from deploy.postgres.cluster import Cluster
from tests.service.deploy.stacks import Stack, named_databases

# They start whole stacks of processes: left out of the inner loop.
pytestmark = pytest.mark.slow


def on_server(url: str, statement: str) -> list[tuple[object, ...]]:
    connection = psycopg2.connect(url.replace("+psycopg2", ""))
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return list(cursor.fetchall()) if cursor.description else []
    finally:
        connection.close()


class TestRefusals:
    def test_a_taken_port_is_named_and_nothing_is_made(self, stack: Stack) -> None:
        with socket.create_server(("127.0.0.1", stack.port)):
            sentence = stack.refused()
        assert f"Port {stack.port} on 127.0.0.1 cannot be opened" in sentence
        assert not stack.data.exists()

    @pytest.mark.parametrize(
        ("bus", "reason"),
        [
            ("http://localhost", "must be embedded:// or an address like amqp://"),
            ("amqp://127.0.0.1:no", "must be embedded:// or an address like amqp://"),
            ("amqp://guest:guest@127.0.0.1:1/", "No broker answers at 127.0.0.1:1 (Connection refused)"),
        ],
    )
    def test_a_bus_that_cannot_be_used_is_refused(self, stack: Stack, bus: str, reason: str) -> None:
        assert reason in stack.refused("--bus", bus)
        assert not stack.data.exists()

    @pytest.mark.bus
    def test_a_wrong_password_for_the_broker_is_refused_without_repeating_it(
        self, stack: Stack, broker_url: str
    ) -> None:
        sentence = stack.refused("--bus", broker_url.replace("guest:guest", "guest:0penSesame"))
        assert "refuses user guest with this password" in sentence
        assert "0penSesame" not in sentence

    @pytest.mark.bus
    @pytest.mark.parametrize(
        ("scale", "reason"),
        [
            ("billing=2", "there is no service billing"),
            ("payments=0", "from 1 to 16"),
            ("gateway=2", "no service gateway to scale"),
        ],
    )
    def test_a_scale_that_makes_no_sense_is_refused(
        self, stack: Stack, broker_url: str, scale: str, reason: str
    ) -> None:
        assert reason in stack.refused("--bus", broker_url, "--scale", scale)

    def test_scaling_needs_a_broker(self, stack: Stack) -> None:
        assert "--scale needs a broker" in stack.refused("--scale", "payments=2")

    def test_a_second_stack_on_the_same_data_is_refused(self, stack: Stack) -> None:
        stack.start()
        second = Stack(data=stack.data)
        assert "Another stack is running on" in second.refused()

    def test_a_data_folder_that_is_a_file_is_refused(self, stack: Stack) -> None:
        stack.data.write_text("not a folder")
        assert "cannot be used" in stack.refused()
        stack.data.unlink()

    def test_a_named_database_that_is_silent_is_refused_without_its_password(self, stack: Stack) -> None:
        sentence = stack.refused(**named_databases("postgresql://me:0penSesame@127.0.0.1:1/x"))
        assert "Connection refused" in sentence
        assert "0penSesame" not in sentence

    def test_fresh_never_empties_a_database_that_is_not_ours(self, stack: Stack) -> None:
        sentence = stack.refused("--fresh", **named_databases("postgresql://me@127.0.0.1:1/x"))
        assert "--fresh empties only databases of the data folder's own" in sentence


class TestData:
    def test_a_second_start_keeps_databases_and_secrets(self, stack: Stack) -> None:
        stack.start()
        on_server(stack.record()["database_urls"]["payments"], "CREATE TABLE kept AS SELECT 41235 AS amount_cents")
        secrets = {path.name: path.read_text() for path in (stack.data / "keys").iterdir()}
        stack.stop()
        stack.start()
        assert on_server(stack.record()["database_urls"]["payments"], "SELECT amount_cents FROM kept") == [(41235,)]
        assert {path.name: path.read_text() for path in (stack.data / "keys").iterdir()} == secrets

    def test_fresh_forgets_everything_but_what_is_not_ours(self, stack: Stack) -> None:
        stack.start()
        on_server(stack.record()["database_urls"]["payments"], "CREATE TABLE kept ()")
        (stack.data / "notes-of-mine").write_text("keep")
        stack.stop()
        stack.start("--fresh")
        assert on_server(stack.record()["database_urls"]["payments"], "SELECT to_regclass('kept')") == [(None,)]
        assert (stack.data / "notes-of-mine").read_text() == "keep"

    def test_with_every_database_named_no_server_is_started(
        self, stack: Stack, home: Path, cluster_in: Callable[..., Cluster]
    ) -> None:
        elsewhere = cluster_in(home / "elsewhere")
        elsewhere.start()
        stack.start(**named_databases(elsewhere.admin_url()))
        assert not (stack.data / "postgres").exists()
        assert set(stack.record()["database_urls"].values()) == {elsewhere.admin_url()}
