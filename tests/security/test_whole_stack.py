"""The rights are enough: a whole stack, each process with its own broker user and database role, takes payments."""

import json
import os
import secrets as random
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner

from deploy import dead_letters
from deploy.broker import Broker
from deploy.catalogue import SERVICES
from deploy.cli.secrets import command as secrets_command
from deploy.demo.client import Client, Mailbox
from deploy.demo.people import Person
from deploy.demo.story import Stage, tell
from deploy.postgres.cluster import Cluster
from deploy.rabbitmq.generate import VHOST, definitions
from deploy.rabbitmq.passwords import USERS, variable_of_bus
from tests.fixtures.processes import ROOT, eventually, is_ready
from tests.security.containers import GATEWAY, SANDBOX, Container, addresses_here, mounted
from tests.security.nodes import PASSWORDS, Guarded, bound, import_into
from tests.service.deploy.compose_file import compose

pytestmark = [pytest.mark.bus, pytest.mark.slow]


@pytest.fixture
def cluster_for_containers(tmp_path: Path) -> Iterator[Cluster]:
    """Its roles are made as the database's container makes them."""
    cluster = Cluster(data=tmp_path / "postgres", durable=False)
    cluster.start()
    yield cluster
    cluster.destroy()


@pytest.fixture
def secrets(tmp_path: Path, node: Broker, cluster_for_containers: Cluster) -> Path:
    """As an operator makes them, but for the broker's passwords, which this node's users have already."""
    folder = tmp_path / "secrets"
    folder.mkdir(mode=0o700)
    for user in USERS:
        address = f"amqp://{user}:{PASSWORDS[user]}@{node.address}/{VHOST}"
        (folder / variable_of_bus(user).lower()).write_text(address)
    database = urlsplit(cluster_for_containers.admin_url()).netloc.rpartition("@")[2]
    done = CliRunner().invoke(secrets_command, [str(folder), "--database", database], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return folder


@pytest.fixture
def guarded_stack(node: Broker, secrets: Path) -> Guarded:
    """The node with the definitions that its container would load."""
    made = json.loads((secrets / "rabbitmq_definitions.json").read_text())
    import_into(node, made)
    guarded = Guarded(node=node, vhost=VHOST, definitions=definitions())
    eventually(lambda: len(bound(guarded)) == len(made["bindings"]))
    return guarded


@pytest.fixture
def databases_made(cluster_for_containers: Cluster, secrets: Path, tmp_path: Path) -> None:
    """What the database's container does on its first start."""
    address = urlsplit(cluster_for_containers.admin_url())
    environment = {
        "PATH": os.environ["PATH"], "POSTGRES_USER": address.username or "", "PGPASSWORD": address.password or "",
        "PGHOST": address.hostname or "", "PGPORT": str(address.port),
        "SECRETS_DIR": str(mounted(compose()["services"]["postgres"], folder=tmp_path / "database", secrets=secrets)),
    }  # fmt: skip
    script = ROOT / "deploy" / "container" / "create-databases"
    done = subprocess.run([script], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def addresses() -> dict[str, str]:
    return addresses_here()


@pytest.fixture
def stack(
    tmp_path: Path, secrets: Path, addresses: dict[str, str], guarded_stack: Guarded, databases_made: None
) -> Iterator[dict[str, Container]]:
    made = {
        name: Container(name, folder=tmp_path, secrets=secrets, addresses=addresses)
        for name in ("migrate", "sandbox", *SERVICES)
    }
    made["migrate"].run()
    made["migrate"].run("python", "-m", "deploy.cli", "import", "--demo")
    with ExitStack() as running:
        for name, container in made.items():
            if name != "migrate":
                container.start()
                running.callback(container.kill)
        for name in SERVICES:
            eventually(is_ready(made[name].ops_port), seconds=40, describe=made[name].output)
        yield made


def test_every_promise_of_the_demo_holds_with_a_broker_user_for_each_service(
    stack: dict[str, Container], addresses: dict[str, str], guarded_stack: Guarded
) -> None:
    told: list[str] = []
    stage = Stage(
        client=Client(url=addresses[GATEWAY]), mailbox=Mailbox(url=addresses[SANDBOX]),
        bus=guarded_stack.url("deployer"), say=told.append,
    )  # fmt: skip
    person = Person(
        first_name="Maria", last_name="Alvarez", account_number="KFA-1000001", ssn_last4="4821",
        email="maria.alvarez@example.com", phone="+12145550142", password=random.token_urlsafe(18),
    )  # fmt: skip
    tell(stage=stage, person=person)
    assert len([line for line in told if "the ledger took it" in line]) == 2
    assert dead_letters.counts(url=guarded_stack.url("deployer")) == {}
    for name in SERVICES:
        assert "AccessRefused" not in stack[name].output()
        assert "bus connection lost" not in stack[name].output()
        assert stack[name].stop() == 0
