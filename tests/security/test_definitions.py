"""The file that an operator imports: as the services declare it, without passwords, and enough for a deployment."""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import amqp
import pytest
from click.testing import CliRunner

from deploy.broker import Broker, refusal_of
from deploy.catalogue import SERVICES
from deploy.cli.broker import command as broker_command
from deploy.cli.secrets import command as secrets_command
from deploy.rabbitmq.generate import FILE, VHOST, as_text, definitions
from deploy.rabbitmq.passwords import USERS, bus_urls_from, variable_of_bus
from deploy.stack import StackProblem
from deploy.topology import declare_all
from tests.fixtures.processes import eventually
from tests.security.nodes import Guarded, bound, import_into


def addresses(folder: Path, **differences: str) -> Path:
    for user in USERS:
        address = differences.get(user, f"amqp://{user}:password-of-{user}@rabbitmq:5672/captive")
        (folder / variable_of_bus(user).lower()).write_text(address)
    return folder


def printed(folder: Path, *more: str) -> dict[str, Any]:
    done = CliRunner().invoke(broker_command, ["definitions", "--secrets", str(folder), *more], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.output)
    return found


def test_the_file_is_what_the_services_declare() -> None:
    assert FILE.read_text() == as_text(definitions()), "run python -m deploy.rabbitmq.generate"


def test_the_file_holds_no_password_and_one_user_for_each_service() -> None:
    users = json.loads(FILE.read_text())["users"]
    assert {user["name"] for user in users} == {"deployer", *SERVICES}
    assert {user["password_hash"] for user in users} == {""}
    assert [user["name"] for user in users if user["tags"]] == ["deployer"]


def test_the_command_adds_the_hash_of_each_password_and_nothing_else(tmp_path: Path) -> None:
    found = printed(addresses(tmp_path))
    for user in found["users"]:
        raw = base64.b64decode(user["password_hash"])
        assert raw[4:] == hashlib.sha256(raw[:4] + f"password-of-{user['name']}".encode()).digest()
        user["password_hash"] = ""
    assert found == json.loads(FILE.read_text())
    assert {entry["vhost"] for entry in printed(tmp_path, "--vhost", "other")["permissions"]} == {"other"}


@pytest.mark.parametrize(
    "address", ["", "amqp://payments:secret@rabbitmq/captive", "amqp://leases@rabbitmq/captive", "amqp://["]
)
def test_an_address_that_is_missing_or_names_another_user_is_refused(tmp_path: Path, address: str) -> None:
    folder = addresses(tmp_path, leases=address)
    with pytest.raises(StackProblem, match="LEASES_BUS_URL"):
        printed(folder)


def test_either_every_service_has_an_address_of_its_own_or_none_has() -> None:
    given = {variable_of_bus(service): f"amqp://{service}:x@rabbitmq/captive" for service in SERVICES}
    assert bus_urls_from({}) == {}
    assert bus_urls_from(given)["leases"] == given["LEASES_BUS_URL"]
    with pytest.raises(StackProblem, match="LEASES_BUS_URL must be given too"):
        bus_urls_from({**given, "LEASES_BUS_URL": ""})


def test_secrets_are_made_once_and_only_their_owner_reaches_them(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    first = CliRunner().invoke(secrets_command, [str(folder)], catch_exceptions=False)
    made = {file.name: file.read_text() for file in folder.iterdir()}
    assert f"made {variable_of_bus('payments').lower()}" in first.output
    again = CliRunner().invoke(secrets_command, [str(folder)], catch_exceptions=False)
    assert "\nmade" not in f"\n{again.output}"
    kept = {file.name: file.read_text() for file in folder.iterdir()}
    assert {name for name in made if made[name] != kept[name]} == {"rabbitmq_definitions.json"}
    assert folder.stat().st_mode & 0o077 == 0
    assert len(set(made.values())) == len(made)


@pytest.mark.bus
def test_a_user_without_a_password_cannot_log_in(guarded: Guarded) -> None:
    plain = definitions(vhost=guarded.vhost)
    unborn = {**plain["users"][1], "name": "unborn"}
    right = {**plain["permissions"][1], "user": "unborn"}
    import_into(guarded.node, {"users": [unborn], "permissions": [right]})
    eventually(lambda: "unborn" in guarded.node.run("list_permissions", "-p", guarded.vhost, "--silent"))
    for password in ("", "unborn", "guest"):
        connection = amqp.Connection(
            host=guarded.node.address, userid="unborn", password=password, virtual_host=guarded.vhost
        )
        with pytest.raises(amqp.exceptions.AccessRefused):
            connection.connect()


@pytest.mark.bus
def test_a_node_that_starts_with_them_knows_our_users_and_no_guest(node: Broker) -> None:
    listed = [line.split("\t")[0] for line in node.run("list_users", "--silent").splitlines()]
    assert set(USERS) <= set(listed)
    assert "guest" not in listed
    assert "refuses user guest" in (refusal_of(f"amqp://guest:guest@{node.address}/captive") or "")


@pytest.mark.bus
@pytest.mark.slow
def test_what_is_imported_is_what_the_deployment_step_declares(node: Broker) -> None:
    imported = Guarded(node=node, vhost=VHOST, definitions={})
    empty = Guarded(node=node, vhost="captive-empty", definitions={})
    node.run("add_vhost", empty.vhost)
    node.run("set_permissions", "-p", empty.vhost, "deployer", ".*", ".*", ".*")
    for vhost in (empty, imported):
        # Where everything has been imported, the deployment step may do its work, and changes nothing.
        assert declare_all(url=vhost.url("deployer"))
    assert declared_in(node, empty.vhost) == declared_in(node, imported.vhost)
    assert sorted(bound(empty)) == sorted(bound(imported))


def declared_in(node: Broker, vhost: str) -> list[str]:
    options = ("-p", vhost, "--formatter", "json")
    columns = ("name", "durable", "auto_delete", "arguments")
    rows = [
        *json.loads(node.run("list_exchanges", *options, "type", *columns)),
        *json.loads(node.run("list_queues", *options, *columns)),
    ]
    for row in rows:
        # Pairs of name and value, in the order in which they were given, with the type that the client chose.
        row["arguments"] = sorted((argument[0], argument[-1]) for argument in row["arguments"])
    return sorted(json.dumps(row, sort_keys=True) for row in rows)


def test_a_subscriber_gets_an_address_a_user_and_a_queue_with_the_secrets(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    CliRunner().invoke(secrets_command, [str(folder)], catch_exceptions=False)
    add = ["subscriber", "add", "billing-audit", "--event", "payment_posted", "--secrets", str(folder)]
    assert CliRunner().invoke(broker_command, add, catch_exceptions=False).exit_code == 0
    with pytest.raises(StackProblem, match="SUB_BILLING_AUDIT_BUS_URL"):
        printed(folder)
    made = CliRunner().invoke(secrets_command, [str(folder)], catch_exceptions=False)
    assert made.output.splitlines()[0] == "made sub_billing_audit_bus_url"
    assert (folder / "sub_billing_audit_bus_url").read_text().startswith("amqp://sub-billing-audit:")
    found = json.loads((folder / "rabbitmq_definitions.json").read_text())
    user = next(user for user in found["users"] if user["name"] == "sub-billing-audit")
    assert user["password_hash"]
    assert user["tags"] == []
    right = next(right for right in found["permissions"] if right["user"] == "sub-billing-audit")
    assert (right["configure"], right["write"]) == ("^$", "^$")
    bound_to = {entry["source"] for entry in found["bindings"] if entry["destination"] == "sub.billing-audit.v1"}
    assert bound_to == {"payments.events"}
    assert {entry["user"] for entry in printed(folder)["permissions"]} == {
        right["user"] for right in found["permissions"]
    }
