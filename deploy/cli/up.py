"""Serve a whole stack on this machine until Ctrl-C."""

import os
import sys
from pathlib import Path

import click

from deploy.cli._options import data_option
from deploy.console import Console
from deploy.launch import Options, serve
from deploy.stack import EMBEDDED_BUS


@click.command(name="up")
@click.option(
    "--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="Where the gateway listens."
)
@data_option
@click.option(
    "--bus",
    default=EMBEDDED_BUS,
    show_default=True,
    metavar="URI",
    help="amqp://… makes every service a process of its own on that broker.",
)
@click.option("--scale", multiple=True, metavar="NAME=N", help="Run N processes of a service; needs --bus.")
@click.option("--fresh", is_flag=True, help="Forget all data of this folder first.")
@click.option("--no-demo", is_flag=True, help="Start without the demo portfolio.")
def command(port: int, data: Path, bus: str, scale: tuple[str, ...], fresh: bool, no_demo: bool) -> None:
    """Serve a whole stack on this machine until Ctrl-C.

    PostgreSQL is a private one in the data folder, unless the *_DATABASE_URL variables name the services' databases.
    Mails, texts and payments go to a sandbox on this machine and nowhere else.
    """
    options = Options(data=data, port=port, bus=bus, scale=scale, fresh=fresh, demo=not no_demo)
    serve(options=options, environment=os.environ, console=Console(sys.stdout))
