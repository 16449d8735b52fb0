"""Prove the ledger: trial balance, sub-ledger against control account, allocations against payments, every seal."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from deploy.cli._group import Group
from deploy.cli._options import data_option
from deploy.postgres.databases import reachable_databases
from deploy.stack import DataFolder, clock_of

if TYPE_CHECKING:
    from chassis.keys import SigningKeys
    from chassis.store import Database


@click.group(name="ledger", cls=Group)
def command() -> None:
    """Prove the ledger: trial balance, sub-ledger against control account, allocations against payments, every seal."""


@command.command(name="check")
@data_option
def check_ledger(data: Path) -> None:
    """Read every entry and every account; exit code 1 at any difference, naming the first."""
    from deploy.ledger_check import examine
    from deploy.ledger_seal import seal_differences

    folder = DataFolder(data)
    with _accounts_database(folder) as database:
        report = examine(database)
        differences = list(report.differences)
        if folder.ledger_seals.exists():
            differences += seal_differences(database, folder=folder.ledger_seals, keys=_sealing_keys(folder))
    for difference in differences:
        click.echo(f"DIFFERENCE {difference}")
    verdict = f"the ledger has {len(differences)} differences" if differences else "the ledger agrees"
    click.echo(f"{verdict}: {report.figures}")
    sys.exit(1 if differences else 0)


@command.command(name="seal")
@data_option
@click.option(
    "--on", "posted_on", type=click.DateTime(["%Y-%m-%d"]), help="The day; by default the last one that is over."
)
def seal_ledger(data: Path, posted_on: datetime | None) -> None:
    """Sign a digest of what a day added to the books, keep it in the data folder and print it: keep it elsewhere too.

    `ledger check` compares every day that was sealed with what the books say of it.
    """
    from deploy.ledger_seal import opened, seal_of, signed

    folder = DataFolder(data)
    today = clock_of(folder, environment=os.environ).today()
    on = today - timedelta(days=1) if posted_on is None else posted_on.date()
    if on >= today:
        raise click.BadParameter(f"{on} is not over; the last day that can be sealed is {today - timedelta(days=1)}.")
    keys = _sealing_keys(folder)
    with _accounts_database(folder) as database:
        seal = seal_of(database, posted_on=on)
    path = folder.ledger_seals / f"{on.isoformat()}.jws"
    if path.exists() and opened(path.read_text(), keys=keys) != seal:
        click.echo(f"{on} was sealed with other figures: run `captive ledger check`.", err=True)
        sys.exit(1)
    if not path.exists():
        folder.ledger_seals.mkdir(mode=0o700, exist_ok=True)
        path.write_text(signed(seal, keys=keys) + "\n")
    click.echo(f"{path}: {seal.entries} entries of {seal.accounts} accounts", err=True)
    click.echo(path.read_text().strip())


@contextmanager
def _accounts_database(folder: DataFolder) -> "Iterator[Database]":
    from chassis.store import Database

    clock = clock_of(folder, environment=os.environ)
    with reachable_databases(folder=folder, environment=os.environ) as urls:
        database = Database(url=urls["accounts"], service="accounts", clock=clock)
        yield database
        database.close()


def _sealing_keys(folder: DataFolder) -> "SigningKeys":
    """Made when they are first needed: no service signs or verifies with them."""
    from chassis.keys import SigningKeys, add_signing_key, has_keys
    from deploy.ledger_seal import PURPOSE

    if not has_keys(folder=folder.keys, purpose=PURPOSE):
        add_signing_key(folder=folder.keys, purpose=PURPOSE)
    return SigningKeys(folder=folder.keys, purpose=PURPOSE)
