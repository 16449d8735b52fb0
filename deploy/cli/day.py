"""The business day of a running stack: run, status."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from deploy.cli._group import Group
from deploy.cli._options import data_option
from deploy.postgres.databases import reachable_databases
from deploy.stack import DataFolder, StackProblem, clock_of

if TYPE_CHECKING:
    from chassis.store import Database

ONE_DAY = timedelta(days=1)
SHOWN_DAYS = 7


@click.group(name="day", cls=Group)
def command() -> None:
    """The business day of a running stack: run, status.

    The services run each day by themselves: bills and reminders when it opens; late fees and lateness when payments
    has closed it, at its cut-off or when the business date has moved on. Missed days follow one by one.
    """


@command.command(name="run")
@click.option(
    "--through", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="The last day; by default yesterday."
)
@click.option("--seconds", type=click.FloatRange(1), default=300.0, show_default=True, help="How long a day may take.")
@data_option
def run(through: datetime | None, seconds: float, data: Path) -> None:
    """See every day through DATE closed, and today's bills sent, and print what each did.

    Exit code 1 when payments did not confirm one of them or an account was left out, 2 when they took too long.
    """
    from deploy.days import watching

    folder = DataFolder(data)
    today = clock_of(folder, environment=os.environ).today()
    last = today - ONE_DAY if through is None else through.date()
    if last >= today:
        raise StackProblem(
            f"{last} is not over; the last day that can be run to its end is {today - ONE_DAY}. In a sandbox stack, "
            f"move on with `captive clock advance`."
        )
    with accounts_database(folder) as database:
        is_sound = _print_closed(database, through_on=last, seconds=seconds)
        watching.wait_until(
            lambda: watching.is_billed(database, on=today), seconds=seconds, what=f"{today} is not billed"
        )
        for day in watching.days_of(database, since_on=today):
            click.echo(day.line())
            is_sound = is_sound and day.is_sound
    sys.exit(0 if is_sound else 1)


@command.command(name="status")
@click.option("--days", type=click.IntRange(1, 400), default=SHOWN_DAYS, show_default=True, help="How many to show.")
@data_option
def status(days: int, data: Path) -> None:
    """Print how far the last days have come and what they did; exit code 1 when one of them is not sound."""
    from deploy.days import watching

    folder = DataFolder(data)
    with accounts_database(folder) as database:
        found = watching.days_of(database)[-days:]
    for day in found:
        click.echo(day.line())
    if not found:
        click.echo("no business day has been opened yet")
    sys.exit(0 if all(day.is_sound for day in found) else 1)


@contextmanager
def accounts_database(folder: DataFolder) -> "Iterator[Database]":
    """The books of the stack that runs on the folder, or of the databases that the environment names."""
    from chassis.store import Database

    clock = clock_of(folder, environment=os.environ)
    with reachable_databases(folder=folder, environment=os.environ) as urls:
        database = Database(url=urls["accounts"], service="accounts", clock=clock)
        yield database
        database.close()


def _print_closed(database: "Database", *, through_on: date, seconds: float) -> bool:
    """Each day that is closed meanwhile or was the last to be; whether all of them are sound."""
    from deploy.days import watching

    known = watching.days_of(database)
    unfinished = [day.business_on for day in known if not day.is_closed]
    if known and not unfinished and known[-1].business_on >= through_on:
        shown = [day for day in known if day.business_on == through_on]
        for day in shown:
            click.echo(day.line())
        return all(day.is_sound for day in shown)
    if not known:
        return True
    first_on = unfinished[0] if unfinished else known[-1].business_on + ONE_DAY
    is_sound = True
    for day in watching.closed_days(database, first_on=first_on, through_on=through_on, seconds=seconds):
        click.echo(day.line())
        is_sound = is_sound and day.is_sound
    return is_sound
