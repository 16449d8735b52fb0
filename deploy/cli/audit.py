"""Export the audit log: who did what, when and from where, of every service."""

import json
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from deploy.catalogue import SERVICES
from deploy.cli._group import Group
from deploy.cli._options import data_option
from deploy.stack import DataFolder, StackProblem, clock_of


@click.group(name="audit", cls=Group)
def command() -> None:
    """Export the audit log: who did what, when and from where, of every service."""


@command.command(name="export")
@click.option("--service", type=click.Choice(sorted(SERVICES)), help="One service alone.")
@click.option("--since", metavar="INSTANT", help="Nothing before it: 2026-11-23 or 2026-11-23T15:30:00Z.")
@click.option("--until", metavar="INSTANT", help="Nothing from it on.")
@data_option
def export(service: str | None, since: str | None, until: str | None, data: Path) -> None:
    """Write JSON Lines to standard output, service by service, each in the order in which it was written down.

    The log is append-only: the database refuses to change or delete a row. The databases are those that the
    *_DATABASE_URL variables name, else those of the data folder, whose stack may be running or not.
    """
    begins, ends = _instant(since), _instant(until)
    for line in _rows(data, services=[service] if service else sorted(SERVICES), begins=begins, ends=ends):
        sys.stdout.write(f"{json.dumps(line, ensure_ascii=False)}\n")


def _rows(
    data: Path, *, services: list[str], begins: datetime | None, ends: datetime | None
) -> Iterator[dict[str, Any]]:  # fmt: skip
    from sqlalchemy import select

    from chassis.store import Database
    from chassis.tables import audit_log
    from deploy.postgres.databases import reachable_databases

    statement = select(audit_log).order_by(audit_log.c.at, audit_log.c.id)
    if begins is not None:
        statement = statement.where(audit_log.c.at >= begins)
    if ends is not None:
        statement = statement.where(audit_log.c.at < ends)
    clock = clock_of(DataFolder(data), environment=os.environ)
    with reachable_databases(folder=DataFolder(data), environment=os.environ) as urls:
        for service in services:
            database = Database(url=urls[service], service=service, clock=clock)
            with database.snapshot() as transaction:
                for row in transaction.all(statement):
                    yield _told(service, row)
            database.close()


def _told(service: str, row: Any) -> dict[str, Any]:
    return {
        "service": service, "at": row["at"].astimezone(UTC).isoformat().replace("+00:00", "Z"), "actor": row["actor"],
        "role": row["role"], "method": row["method"], "request": row["request"], "request_id": row["request_id"],
        "client_address": row["client_address"], "id": str(row["id"]),
    }  # fmt: skip


def _instant(written: str | None) -> datetime | None:
    """Raises StackProblem for what is none; without a zone it is UTC."""
    if written is None:
        return None
    try:
        found = datetime.fromisoformat(written)
    except ValueError as error:
        raise StackProblem(f"{written} is no instant; write 2026-11-23 or 2026-11-23T15:30:00Z.") from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)
