"""Take in the bank's file of mailed cheques."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from deploy.cli._group import Group
from deploy.cli._options import data_option
from deploy.postgres.databases import reachable_databases
from deploy.stack import DataFolder, StackProblem, clock_of

if TYPE_CHECKING:
    from deploy.lockbox.taking import TakenLockbox
    from services.payments.rules.lockbox import LineRefused


@click.group(name="lockbox", cls=Group)
def command() -> None:
    """Take in the bank's file of mailed cheques."""


@command.command(name="take")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False, readable=True))
@data_option
def take(file: Path, data: Path) -> None:
    """Book each cheque once, effective on the day on which the bank received it.

    A cheque whose account cannot be found waits for staff (GET /v1/staff/unmatched-receipts). Every line that is wrong
    is named with its field and the reason, and the others are taken; exit code 1 says that there were some. A file may
    be taken again: what is in the books stays as it is. deploy/lockbox/README.md describes the columns.
    """
    from deploy.lockbox.reading import MalformedLockbox
    from deploy.lockbox.taking import take_lockbox
    from services.payments.operations import FileBusy

    folder = DataFolder(data)

    def tell(line: int, refusal: "LineRefused") -> None:
        click.echo(f"refused {file.name}, line {line}, {refusal}", err=True)

    try:
        with reachable_databases(folder=folder, environment=os.environ) as urls:
            keys = Path(os.environ.get("KEYS_DIR", folder.keys))
            clock = clock_of(folder, environment=os.environ)
            taken = take_lockbox(file, urls=urls, keys=keys, clock=clock, refused=tell)
    except MalformedLockbox as problem:
        raise StackProblem(f"{problem} What stands before is taken; correct the file and take it again.") from problem
    except FileBusy as busy:
        raise StackProblem("Another command takes this file at the moment; wait for its end.") from busy
    _say(taken)
    sys.exit(1 if taken.file.refused_lines else 0)


def _say(taken: "TakenLockbox") -> None:
    from chassis.money import format_dollars

    file = taken.file
    again = " It was taken before, and nothing has changed." if taken.was_here else ""
    click.echo(f"{file.lines} lines, {format_dollars(file.cents)}.{again}")
    for name in ("booked", "waiting", "repeated", "refused"):
        lines, cents = getattr(file, f"{name}_lines"), getattr(file, f"{name}_cents")
        click.echo(f"{name:9} {lines:>9} lines {format_dollars(cents):>18}")
    if file.unreadable_lines:
        click.echo(f"Of {file.unreadable_lines} refused lines the amount cannot be read: their money is in no sum.")
