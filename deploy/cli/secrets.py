"""Make the secrets of deploy/compose.yaml that are missing, and RabbitMQ's definitions with their hashes."""

from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING

import click

from deploy.catalogue import ROOT, SERVICES
from deploy.stack import SUBSCRIBERS, StackProblem, variable_of

if TYPE_CHECKING:
    from deploy.rabbitmq.subscribers import Subscriber

DEFINITIONS = "rabbitmq_definitions.json"


@click.command(name="secrets")
@click.argument("folder", type=click.Path(path_type=Path), default=ROOT / ".captive" / "secrets")
@click.option("--broker", default="rabbitmq:5672", show_default=True, metavar="HOST:PORT", help="Where RabbitMQ is.")
@click.option(
    "--database", default="postgres:5432", show_default=True, metavar="HOST:PORT", help="Where PostgreSQL is."
)
def command(folder: Path, broker: str, database: str) -> None:
    """Make the secrets of deploy/compose.yaml that are missing, and RabbitMQ's definitions with their hashes.

    FOLDER is .captive/secrets of the checkout unless another is named. What is there stays as it is, except for the
    definitions, which follow it. The vendors' keys are invented, which is enough for the sandbox: put real ones in
    their place. The subscribers in the folder's subscribers.json get an address each. Only the owner can enter the
    folder; the files are readable, because the users inside the containers read them.
    """
    _prepare(folder)
    wanted = _wanted(folder, broker=broker, database=database)
    made = [name for name, value in wanted if _write_missing(folder / name, value)]
    _write_definitions(folder)
    for name in made:
        click.echo(f"made {name}")
    click.echo(f"wrote {DEFINITIONS} for the passwords in {folder}")


def _wanted(folder: Path, *, broker: str, database: str) -> Iterator[tuple[str, str]]:
    from deploy.keys import mail_webhook_key
    from deploy.rabbitmq.generate import VHOST
    from deploy.rabbitmq.passwords import USERS, variable_of_bus

    for user in (*USERS, *(subscriber.user for subscriber in _subscribers(folder))):
        yield variable_of_bus(user).lower(), f"amqp://{user}:{token_hex(24)}@{broker}/{VHOST}"
    for service in SERVICES:
        yield variable_of(service).lower(), f"postgresql://{service}:{token_hex(24)}@{database}/{service}"
    yield "postgres_password", token_hex(24)
    # What the sandbox signs its webhooks with; SendGrid's own public key takes this one's place.
    key = mail_webhook_key(folder=folder)
    key.private_file.chmod(0o644)
    yield "sendgrid_webhook_public_key", key.public
    for name in vendor_secrets():
        yield name.lower(), token_hex(24)


def vendor_secrets() -> list[str]:
    """The secret settings without a default, the databases' addresses aside."""
    from chassis.assembly import declared_settings, service_class
    from chassis.settings import REQUIRED

    declared = declared_settings(service_class(path) for path in SERVICES.values())
    databases = {variable_of(service) for service in SERVICES}
    return sorted({setting.name for setting in declared if setting.secret and setting.default is REQUIRED} - databases)


def _write_missing(file: Path, value: str) -> bool:
    if file.exists():
        return False
    _write(file, value)
    return True


def _write_definitions(folder: Path) -> None:
    from deploy.rabbitmq.generate import as_text, definitions
    from deploy.rabbitmq.passwords import read_passwords

    subscribers = _subscribers(folder)
    users = [subscriber.user for subscriber in subscribers]
    passwords = read_passwords(environment={}, folder=folder, subscribers=users)
    _write(folder / DEFINITIONS, as_text(definitions(passwords=passwords, subscribers=subscribers)))


def _subscribers(folder: Path) -> "list[Subscriber]":
    from deploy.rabbitmq.subscribers import read_subscribers

    return read_subscribers(folder / SUBSCRIBERS)


def _prepare(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
    except OSError as error:
        raise StackProblem(f"{folder} cannot be used: {error.strerror}.") from error


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text)
        file.chmod(0o644)
    except OSError as error:
        raise StackProblem(f"{file} cannot be written: {error.strerror}.") from error
