"""What an operator gives to RabbitMQ: its users, their rights, and everything that is declared on it."""

import os
from pathlib import Path

import click


@click.group(name="broker")
def command() -> None:
    """What an operator gives to RabbitMQ: its users, their rights, and everything that is declared on it.

    Every service has a user of its own that may do what the service declares and no more; `deployer` declares, and
    settles dead letters. deploy/rabbitmq/README.md tells how to use this.
    """


@command.command(name="definitions")
@click.option(
    "--secrets",
    "folder",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="A folder with a file <user>_bus_url for each user; else the variables <USER>_BUS_URL are read.",
)
@click.option("--vhost", help="The virtual host, by default the one of the file in the repository.")
def definitions(folder: Path | None, vhost: str | None) -> None:
    """Print the definitions with the hashes of all passwords, as `rabbitmqctl import_definitions` takes them.

    The passwords are those in the addresses amqp://user:password@host:5672/vhost that the processes are given.
    """
    from deploy.rabbitmq.generate import VHOST, as_text
    from deploy.rabbitmq.generate import definitions as generated
    from deploy.rabbitmq.passwords import read_passwords

    passwords = read_passwords(environment=os.environ, folder=folder)
    click.echo(as_text(generated(vhost=vhost or VHOST, passwords=passwords)), nl=False)
