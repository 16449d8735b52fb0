"""See and settle events that could not be handled: list, show, retry, drop."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import click
from sqlalchemy import Connection, create_engine

from deploy.cli._options import data_option
from deploy.postgres.databases import reachable_databases
from deploy.stack import DataFolder, StackProblem


@click.group(name="parked")
def command() -> None:
    """See and settle events that could not be handled: list, show, retry, drop.

    An event is parked after its last try, or at once when no try could succeed. It stays until a person decides.
    """


@command.command(name="list")
@data_option
def list_parked(data: Path) -> None:
    """Every parked event: id, service, handler, tries, what went wrong."""
    from chassis import attempts, inbox

    count = 0
    for service, connection in _databases(data):
        for row in inbox.parked(connection):
            click.echo(f"{row['event_id']}  {service}.{row['handler']}  {row['tries']} tries  {row['error']}")
            count += 1
        for row in attempts.parked(connection):
            click.echo(f"{row['key']}  {service}.{row['handler']}  {row['tries']} tries  {row['error']}")
            count += 1
    click.echo(f"{count} parked")


@command.command(name="show")
@click.argument("event_id", type=click.UUID)
@data_option
def show(event_id: UUID, data: Path) -> None:
    """The event as it came, personal data covered."""
    from chassis import logs
    from chassis.parking import bodies_of

    found = False
    for service, connection in _databases(data):
        for handler, body in bodies_of(connection, event_id=event_id):
            found = True
            click.echo(f"{service}.{handler}: {logs.redact_text(body)}")
    if not found:
        raise StackProblem(f"No event {event_id} is parked.")


@command.command(name="retry")
@click.argument("event_id", type=click.UUID)
@data_option
def retry(event_id: UUID, data: Path) -> None:
    """Let it be handled again, with fresh tries, within seconds."""
    from chassis import attempts, inbox

    _settle(
        data, event_id, "will be tried again",
        lambda connection: inbox.retry(connection, event_id=event_id) + attempts.retry(connection, event_id=event_id),
    )  # fmt: skip


@command.command(name="drop")
@click.argument("event_id", type=click.UUID)
@data_option
def drop(event_id: UUID, data: Path) -> None:
    """Give it up for good: a later delivery of the same event is ignored too."""
    from chassis import attempts, inbox

    _settle(
        data, event_id, "dropped",
        lambda connection: inbox.drop(connection, event_id=event_id) + attempts.drop(connection, event_id=event_id),
    )  # fmt: skip


def _settle(data: Path, event_id: UUID, words: str, work: Callable[[Connection], int]) -> None:
    count = sum(work(connection) for _, connection in _databases(data))
    if not count:
        raise StackProblem(f"No event {event_id} is parked.")
    click.echo(f"{count} handling(s) of {event_id} {words}")


def _databases(data: Path) -> Iterator[tuple[str, Connection]]:
    with reachable_databases(folder=DataFolder(data), environment=os.environ) as urls:
        for service, url in urls.items():
            with _connected(url) as connection:
                yield service, connection


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    from chassis.store import refuse_wrong_driver

    engine = create_engine(refuse_wrong_driver(url))
    with engine.begin() as connection:
        yield connection
    engine.dispose()
