"""Build the answers of leases again from what was heard about them."""

import os
import sys
from pathlib import Path
from uuid import UUID

import click

from deploy.cli._group import Group
from deploy.cli._options import data_option
from deploy.postgres.databases import reachable_databases
from deploy.stack import DataFolder, clock_of

BATCH = 500


@click.group(name="leases", cls=Group)
def command() -> None:
    """Build the answers of leases again from what was heard about them."""


@command.command(name="rebuild")
@data_option
def rebuild(data: Path) -> None:
    """Every lease's projection from its facts alone; exit code 1 where one was not what they say, and is by now."""
    from chassis.store import Database
    from services.leases.operations import last_lease, rebuild_leases

    folder = DataFolder(data)
    clock = clock_of(folder, environment=os.environ)
    count, differing, after = 0, list[str](), None
    with reachable_databases(folder=folder, environment=os.environ) as urls:
        database = Database(url=urls["leases"], service="leases", clock=clock)
        while True:
            with database.writing() as transaction:
                last: UUID | None = last_lease(transaction, limit=BATCH, after=after)
                if last is None:
                    break
                done = rebuild_leases(transaction, limit=BATCH, after=after, now=clock.now(), today=clock.today())
            count, after = count + done.leases, last
            differing += done.differing
        database.close()
    for account_id in differing:
        click.echo(f"PUT RIGHT account {account_id}")
    click.echo(f"leases built again: {count}, of which {len(differing)} were not what their facts say")
    sys.exit(1 if differing else 0)
