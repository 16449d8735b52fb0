"""What an operator gives to RabbitMQ: its users, their rights, and everything that is declared on it."""

import os
from pathlib import Path

import click

from deploy.cli._group import Group
from deploy.cli._subscriber import subscriber
from deploy.stack import SUBSCRIBERS


@click.group(name="broker", cls=Group)
def command() -> None:
    """What an operator gives to RabbitMQ: its users, their rights, and everything that is declared on it.

    Every service has a user of its own that may do what the service declares and no more; `deployer` declares, and
    settles dead letters; a subscriber reads its own queue. deploy/rabbitmq/README.md tells how to use this.
    """


command.add_command(subscriber)


@command.command(name="definitions")
@click.option(
    "--secrets",
    "folder",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="A folder with a file <user>_bus_url for each user, and the subscribers; else <USER>_BUS_URL are read.",
)
@click.option("--vhost", help="The virtual host, by default the one of the file in the repository.")
def definitions(folder: Path | None, vhost: str | None) -> None:
    """Print the definitions with the hashes of all passwords, as `rabbitmqctl import_definitions` takes them.

    The passwords are those in the addresses amqp://user:password@host:5672/vhost that the processes are given.
    """
    from deploy.rabbitmq.generate import VHOST, as_text
    from deploy.rabbitmq.generate import definitions as generated
    from deploy.rabbitmq.passwords import read_passwords
    from deploy.rabbitmq.subscribers import read_subscribers

    subscribers = read_subscribers(folder / SUBSCRIBERS) if folder else []
    users = [known.user for known in subscribers]
    passwords = read_passwords(environment=os.environ, folder=folder, subscribers=users)
    found = generated(vhost=vhost or VHOST, passwords=passwords, subscribers=subscribers)
    click.echo(as_text(found), nl=False)
