"""A RabbitMQ of our own, started as its container starts it: by its configuration, with all users and their rights.

Users are the node's and not a virtual host's, so no broker that others use will do.
"""

import json
import os
import re
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import amqp

from deploy import broker
from deploy.broker import Broker
from deploy.catalogue import ROOT
from deploy.rabbitmq.generate import VHOST, as_text, definitions
from deploy.rabbitmq.passwords import USERS
from deploy.rabbitmq.subscribers import Subscriber
from tests.fixtures.ports import free_port
from tests.fixtures.processes import HostedProcess, eventually, is_ready

CONFIGURATION = ROOT / "deploy" / "rabbitmq" / "rabbitmq.conf"
PASSWORDS = {user: secrets.token_hex(8) for user in USERS}


@contextmanager
def started_node() -> Iterator[Broker]:
    """A private node that has read deploy/rabbitmq/rabbitmq.conf and the definitions with PASSWORDS."""
    server, control = broker._installed_programs()
    folder, user = Path(tempfile.mkdtemp(prefix="captive-rabbitmq-", dir="/var/tmp")), broker._broker_user()
    user.own(folder)
    made = folder / "definitions.json"
    made.write_text(as_text(definitions(passwords=PASSWORDS)))
    config = folder / "rabbitmq.conf"
    config.write_text(CONFIGURATION.read_text().replace("/run/secrets/rabbitmq_definitions", str(made)))
    environment = {**broker._node_environment(folder), "RABBITMQ_CONFIG_FILE": str(config)}
    address = f"127.0.0.1:{environment['RABBITMQ_NODE_PORT']}"
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(
            [server], env={**os.environ, **environment}, user=user.uid, group=user.gid,
            extra_groups=None if user.uid is None else [], cwd="/", stdin=subprocess.DEVNULL, stdout=output,
            stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    deployer = f"amqp://deployer:{PASSWORDS['deployer']}@{address}/{VHOST}"
    try:
        output_file = folder / "output"
        eventually(lambda: broker.refusal_of(deployer) is None, seconds=60, describe=output_file.read_text)
        yield Broker(address=address, control=(control,), environment=environment, user=user)
    finally:
        broker._end(process, folder)
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True)
class Guarded:
    """A virtual host in which every user has the rights of the definitions."""

    node: Broker
    vhost: str
    definitions: Mapping[str, Any]

    def url(self, user: str) -> str:
        return f"amqp://{user}:{PASSWORDS[user]}@{self.node.address}/{self.vhost}"

    @contextmanager
    def connected(self, user: str) -> Iterator[Any]:
        connection = amqp.Connection(
            host=self.node.address, userid=user, password=PASSWORDS[user], virtual_host=self.vhost, read_timeout=5
        )
        connection.connect()
        try:
            yield connection
        finally:
            connection.close()

    @contextmanager
    def channel(self, user: str) -> Iterator[Any]:
        with self.connected(user) as connection:
            yield connection.channel()


def guarded_vhost(
    node: Broker, *, vhost: str, change: Callable[[dict[str, Any]], None] = lambda _: None, queues: str = "",
    subscribers: Sequence[Subscriber] = (),
) -> Guarded:  # fmt: skip
    """Import the definitions under this name, changed if so asked, and wait until they are there.

    `queues`: only those with this pattern in their names, because each quorum queue takes its time.
    """
    for subscriber in subscribers:
        PASSWORDS.setdefault(subscriber.user, secrets.token_hex(8))
    found = definitions(vhost=vhost, passwords=PASSWORDS, subscribers=subscribers)
    found["queues"] = [entry for entry in found["queues"] if re.search(queues, entry["name"])]
    found["bindings"] = [entry for entry in found["bindings"] if re.search(queues, entry["destination"])]
    change(found)
    import_into(node, found)
    guarded = Guarded(node=node, vhost=vhost, definitions=found)
    # The import goes on after its command has ended, and bindings come last.
    eventually(lambda: len(bound(guarded)) == len(found["bindings"]))
    return guarded


def import_into(node: Broker, found: Mapping[str, Any]) -> None:
    """As an operator does; the node's user must be able to read the file."""
    descriptor, name = tempfile.mkstemp(prefix="captive-definitions-", suffix=".json", dir="/var/tmp")
    with os.fdopen(descriptor, "w") as file:
        json.dump(found, file)
    Path(name).chmod(0o644)
    try:
        node.run("import_definitions", name)
    finally:
        Path(name).unlink()


def bound(guarded: Guarded) -> list[str]:
    """The bindings that are declared: those of queues for answers come and go."""
    listed = guarded.node.run("list_bindings", "-p", guarded.vhost, "--silent", "source_name", "destination_name")
    named = [line for line in listed.splitlines() if line.strip() and not line.startswith("\t")]
    return [line for line in named if "rpc.reply-" not in line]


@contextmanager
def leases_on(guarded: Guarded, *, database_url: str, keys: Path) -> Iterator[HostedProcess]:
    """The leases service as a process with its own user: it listens, answers, and asks accounts alone."""
    port = free_port()
    process = HostedProcess(
        ["chassis.host", "services.leases.service:LeasesService"],
        environment={
            "BUS_URL": guarded.url("leases"), "BUS_USER_PER_SERVICE": "true", "KEYS_DIR": str(keys),
            "LEASES_DATABASE_URL": database_url, "OPS_PORT": str(port),
        },
    )  # fmt: skip
    try:
        eventually(is_ready(port), describe=process.output)
        yield process
    finally:
        process.kill()
