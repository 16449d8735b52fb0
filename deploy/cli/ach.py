"""Exchange ACH files with the bank: write, take, reconcile, notices."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from deploy.cli._group import Group
from deploy.cli._options import data_option
from deploy.postgres.databases import reachable_databases
from deploy.stack import DataFolder, StackProblem, clock_of

if TYPE_CHECKING:
    from uuid import UUID

    from deploy.ach.exchange import Desk, Settled
    from services.payments.rules.originating import Originator
    from services.payments.rules.settlement import Difference

file_argument = click.argument(
    "file", type=click.Path(path_type=Path, exists=True, dir_okay=False, readable=True)
)  # fmt: skip


@click.group(name="ach", cls=Group)
def command() -> None:
    """Exchange ACH files with the bank: write, take, reconcile, notices.

    deploy/ach/README.md says what is sent and taken, and describes the settlement report.
    """


@command.command(name="write")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="Where the file goes.")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="Its business date; today where it is left out.")
@click.option("--another", is_flag=True, help="A further file of a date that has one.")
@data_option
def write(out: Path, on: datetime | None, another: bool, data: Path) -> None:
    """Put every queued debit and refund into the file of a business date.

    Again for the same date: the same bytes. The file is readable by its owner alone, for account numbers stand in it.
    """
    from chassis.money import format_dollars
    from services.payments.operations import DayIsFull, FileChanged, NothingToSend
    from services.payments.rules.nacha import Unwritable

    originator = _originator()
    with _desk(data) as desk:
        business_on = desk.clock.today() if on is None else on.date()
        try:
            file = desk.write(out, originator=originator, business_on=business_on, another=another)
        except NothingToSend as nothing:
            raise StackProblem("No debit and no refund waits for a file.") from nothing
        except DayIsFull as full:
            raise StackProblem(f"{business_on} has as many files as a date can have.") from full
        except FileChanged as changed:
            raise StackProblem("The entries are not those that were sent: nothing was written.") from changed
        except Unwritable as unwritable:
            raise StackProblem(f"Nothing was written. {unwritable}") from unwritable
    made = "new" if file.is_new else "written before, the same again"
    click.echo(
        f"{out.name}: file {file.modifier} of {file.business_on}, for {file.effective_on}; {file.entries} entries, "
        f"debits {format_dollars(file.debit_cents)}, credits {format_dollars(file.credit_cents)} ({made})"
    )


@command.command(name="take")
@file_argument
@data_option
def take(file: Path, data: Path) -> None:
    """Take in a file of returns and corrections, or a settlement report (.csv): each thing in it once.

    Exit code 1 where something waits for a person, or where a report differs from our books.
    """
    if file.suffix.lower() == ".csv":
        _compare(file, data=data, settles=True)
    from services.payments.rules.nacha import MalformedFile

    with _desk(data) as desk:
        try:
            taken = desk.take(file)
        except MalformedFile as malformed:
            raise StackProblem(f"Nothing was taken. {file.name}, {malformed}") from malformed
    if taken.was_here:
        click.echo("This file was taken before, and nothing has changed.")
    for (kind, outcome), count in sorted(taken.outcomes.items()):
        click.echo(f"{kind:8} {outcome:8} {count}")
    for line in taken.waiting:
        click.echo(f"waits for a person: {line}", err=True)
    sys.exit(1 if taken.waiting else 0)


@command.command(name="reconcile")
@file_argument
@data_option
def reconcile(file: Path, data: Path) -> None:
    """Hold a settlement report against our books, which stay as they are; exit code 1 where the two differ."""
    _compare(file, data=data, settles=False)


@command.command(name="notices")
@click.option("--close", "notice_id", type=click.UUID, help="A person has looked at the notice of this id.")
@click.option("--note", help="What came of it; with --close.")
@data_option
def notices(notice_id: "UUID | None", note: str | None, data: Path) -> None:
    """List what came back in files and waits for a person, or close one of them."""
    from chassis.money import format_dollars

    if (notice_id is None) != (note is None):
        raise StackProblem("Give --close and --note together.")
    with _desk(data) as desk:
        if notice_id is not None and note is not None:
            if not desk.close(notice_id, closed_by=f"operator:{_operator()}", note=note):
                raise StackProblem(f"No notice {notice_id} waits.")
            click.echo(f"closed {notice_id}")
            return
        for row in desk.waiting():
            sides = f"trace number {row['trace_number']}, {format_dollars(row['amount_cents'])}: {row['waits_because']}"
            click.echo(f"{row['id']}  {row['kind']} {row['code']}, {sides}")


def _operator() -> str:
    """Whose shell it is, for the record."""
    from getpass import getuser

    return os.environ.get("SUDO_USER") or getuser()


def _compare(file: Path, *, data: Path, settles: bool) -> None:
    from deploy.ach.reports import MalformedReport

    with _desk(data) as desk:
        try:
            settled = desk.reconcile(file, settles=settles)
        except MalformedReport as malformed:
            raise StackProblem(f"Nothing was compared. {malformed}") from malformed
    _say_compared(settled)
    sys.exit(1 if settled.compared.differences else 0)


def _say_compared(settled: "Settled") -> None:
    from chassis.money import format_dollars

    agreed = settled.compared.agreed
    cents = sum(line.amount_cents for line, _ in agreed)
    click.echo(f"{settled.lines} lines; {len(agreed)} agree, {format_dollars(cents)}")
    if settled.newly_settled is not None:
        click.echo(f"newly settled: {settled.newly_settled}")
    for difference in settled.compared.differences:
        click.echo(f"DIFFERENCE {_told(difference)}")


def _told(difference: "Difference") -> str:
    from chassis.money import format_dollars

    def dollars(cents: int | None) -> str:
        return "nothing" if cents is None else format_dollars(cents)

    line = "" if difference.line is None else f", line {difference.line}"
    sides = f"ours {dollars(difference.ours_cents)}, theirs {dollars(difference.theirs_cents)}"
    return f"{difference.kind}: {difference.reference}{line}: {sides}"


def _originator() -> "Originator":
    from chassis.settings import SettingsInvalid, read
    from services.payments.contract.originating import ORIGINATOR
    from services.payments.rules.originating import Originator, OriginatorInvalid

    try:
        settings = read(ORIGINATOR)
        return Originator(
            bank_routing_number=settings["ACH_BANK_ROUTING_NUMBER"],
            bank_name=settings["ACH_BANK_NAME"],
            company_name=settings["ACH_COMPANY_NAME"],
            company_id=settings["ACH_COMPANY_ID"],
        )
    except (SettingsInvalid, OriginatorInvalid) as invalid:
        raise StackProblem(" ".join(str(invalid).splitlines())) from invalid


@contextmanager
def _desk(data: Path) -> "Iterator[Desk]":
    from deploy.ach.exchange import open_desk

    folder = DataFolder(data)
    with reachable_databases(folder=folder, environment=os.environ) as urls:
        keys = Path(os.environ.get("KEYS_DIR", folder.keys))
        desk = open_desk(urls, keys=keys, clock=clock_of(folder, environment=os.environ))
        try:
            yield desk
        finally:
            desk.database.close()
