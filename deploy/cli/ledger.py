"""Prove the ledger: trial balance, sub-ledger against control account, allocations against payments."""

import os
import sys
from pathlib import Path

import click

from deploy.cli._options import data_option
from deploy.postgres.databases import reachable_databases
from deploy.stack import DataFolder, clock_of


@click.group(name="ledger")
def command() -> None:
    """Prove the ledger: trial balance, sub-ledger against control account, allocations against payments."""


@command.command(name="check")
@data_option
def check_ledger(data: Path) -> None:
    """Read every entry and every account; exit code 1 at any difference, naming the first."""
    from chassis.store import Database
    from deploy.ledger_check import examine

    folder = DataFolder(data)
    clock = clock_of(folder, environment=os.environ)
    with reachable_databases(folder=folder, environment=os.environ) as urls:
        database = Database(url=urls["accounts"], service="accounts", clock=clock)
        report = examine(database)
        database.close()
    for difference in report.differences:
        click.echo(f"DIFFERENCE {difference}")
    verdict = f"the ledger has {len(report.differences)} differences" if report.differences else "the ledger agrees"
    click.echo(f"{verdict}: {report.figures}")
    sys.exit(1 if report.differences else 0)
