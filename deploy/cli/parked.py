"""See and settle events that could not be handled: list, show, retry, drop."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol
from uuid import UUID

import click
from sqlalchemy import Connection, create_engine

from deploy.cli._group import Group
from deploy.cli._options import data_option
from deploy.postgres.databases import reachable_databases
from deploy.stack import EMBEDDED_BUS, DataFolder, StackProblem


@click.group(name="parked", cls=Group)
def command() -> None:
    """See and settle events that could not be handled: list, show, retry, drop.

    An event is parked after its last try, or at once when no try could succeed. What ended a process again and again,
    or was no event at all, lies in the dead letters of its service. Both stay until a person decides: WHAT is an
    event's id, a dead letter's name, or a handler such as accounts.on_payment_posted or a queue for all its dead
    letters, as `list` prints them.
    """


@command.command(name="list")
@data_option
def list_parked(data: Path) -> None:
    """Every parked event (id, handler, type, tries, error) and every dead letter (name, handler, event, why)."""
    from chassis import parking

    count = 0
    for service, connection in _databases(data):
        for row in parking.parked(connection):
            handler = f"{service}.{row.handler}"
            click.echo(f"{row.event_id}  {handler}  {row.type}  {row.tries} tries  {row.error}")
            count += 1
    click.echo(f"{count} parked")
    bus = _broker(data)
    if bus is not None:
        from deploy import dead_letters

        letters = dead_letters.found(url=bus, others=_queues_of_others(data))
        for letter in letters:
            click.echo(f"{letter.name}  {letter.handler}  {letter.event}  {letter.reason}")
        click.echo(f"{len(letters)} dead letters")


@command.command(name="show")
@click.argument("what")
@data_option
def show(what: str, data: Path) -> None:
    """The event as it came, personal data covered."""
    from chassis import logs
    from chassis.parking import bodies_of

    event_id = _event_id(what)
    found = []
    if event_id is not None:
        found = [
            (f"{service}.{handler}", body)
            for service, connection in _databases(data)
            for handler, body in bodies_of(connection, event_id=event_id)
        ]
    bus = _broker_for(what, data)
    if bus is not None:
        from deploy import dead_letters

        letters = dead_letters.show(url=bus, what=what, others=_queues_of_others(data))
        found += [(f"{letter.name} {letter.handler}", letter.text) for letter in letters]
    if not found:
        raise _nothing_under(what)
    for place, body in found:
        click.echo(f"{place}: {logs.redact_text(body)}")


@command.command(name="retry")
@click.argument("what")
@data_option
def retry(what: str, data: Path) -> None:
    """Let it be handled again, with fresh tries, within seconds."""
    from chassis import attempts, inbox
    from deploy import dead_letters

    _settle(
        what, data, words="will be tried again", letters=dead_letters.retry,
        event=lambda connection, id: inbox.retry(connection, event_id=id) + attempts.retry(connection, event_id=id),
    )  # fmt: skip


@command.command(name="drop")
@click.argument("what")
@data_option
def drop(what: str, data: Path) -> None:
    """Give it up for good: a later delivery of the same event is ignored too."""
    from chassis import attempts, inbox
    from deploy import dead_letters

    _settle(
        what, data, words="dropped", letters=dead_letters.drop,
        event=lambda connection, id: inbox.drop(connection, event_id=id) + attempts.drop(connection, event_id=id),
    )  # fmt: skip


class _SettleLetters(Protocol):
    def __call__(self, *, url: str, what: str, others: Sequence[str]) -> int: ...


def _settle(
    what: str, data: Path, *, words: str, letters: _SettleLetters, event: Callable[[Connection, UUID], int]
) -> None:
    event_id, bus, count = _event_id(what), _broker_for(what, data), 0
    if event_id is not None:
        count += sum(event(connection, event_id) for _, connection in _databases(data))
    if bus is not None:
        count += letters(url=bus, what=what, others=_queues_of_others(data))
    if not count:
        raise _nothing_under(what)
    click.echo(f"{count} of {what} {words}")


def _nothing_under(what: str) -> StackProblem:
    return StackProblem(f"Nothing is parked under {what}; see `captive parked list`.")


def _event_id(what: str) -> UUID | None:
    try:
        return UUID(what)
    except ValueError:
        return None


def _queues_of_others(data: Path) -> list[str]:
    from deploy.rabbitmq.subscribers import read_subscribers

    return [subscriber.queue for subscriber in read_subscribers(DataFolder(data).subscribers)]


def _broker(data: Path) -> str | None:
    """The broker of the environment or of the running stack; None on the embedded bus, which has no dead letters."""
    record = DataFolder(data).find_record()
    bus = os.environ.get("BUS_URL") or (record.bus if record else EMBEDDED_BUS)
    return bus if bus.startswith("amqp") else None


def _broker_for(what: str, data: Path) -> str | None:
    """The broker where it may hold what is meant. Raises StackProblem where only a broker could, and there is none."""
    bus = _broker(data)
    if bus is None and _event_id(what) is None:
        raise StackProblem("The embedded bus has no dead letters; name an event's id.")
    return bus


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
