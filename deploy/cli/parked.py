"""See and settle events that could not be handled: list, show, retry, drop."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol
from uuid import UUID

import click
from sqlalchemy import Connection, create_engine

from deploy.cli._options import data_option
from deploy.postgres.databases import reachable_databases
from deploy.stack import EMBEDDED_BUS, DataFolder, StackProblem


@click.group(name="parked")
def command() -> None:
    """See and settle events that could not be handled: list, show, retry, drop.

    An event is parked after its last try, or at once when no try could succeed. What ended a process again and again,
    or was no event at all, lies in the dead letters of its queue. Both stay until a person decides: WHAT is an event's
    id or a queue's name, as `list` prints them.
    """


@command.command(name="list")
@data_option
def list_parked(data: Path) -> None:
    """Every parked event (id, handler, tries, what went wrong) and every queue with dead letters."""
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
    bus = _broker(data)
    if bus is not None:
        from deploy import dead_letters

        waiting = dead_letters.counts(url=bus, others=_queues_of_others(data))
        for queue, letters in waiting.items():
            click.echo(f"{queue}  {letters} dead letters")
        click.echo(f"{sum(waiting.values())} dead letters")


@command.command(name="show")
@click.argument("what")
@data_option
def show(what: str, data: Path) -> None:
    """The event as it came, personal data covered."""
    from chassis import logs
    from chassis.parking import bodies_of

    event_id = _event_id(what)
    if event_id is None:
        from deploy import dead_letters

        found = [(what, body) for body in dead_letters.show(url=_required_broker(data), queue=_known(what, data))]
    else:
        found = [
            (f"{service}.{handler}", body)
            for service, connection in _databases(data)
            for handler, body in bodies_of(connection, event_id=event_id)
        ]
    if not found:
        raise StackProblem(f"Nothing is parked under {what}.")
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
        what, data, words="will be tried again", queue=dead_letters.retry,
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
        what, data, words="dropped", queue=dead_letters.drop,
        event=lambda connection, id: inbox.drop(connection, event_id=id) + attempts.drop(connection, event_id=id),
    )  # fmt: skip


class _SettleQueue(Protocol):
    def __call__(self, *, url: str, queue: str) -> int: ...


def _settle(
    what: str, data: Path, *, words: str, queue: _SettleQueue, event: Callable[[Connection, UUID], int]
) -> None:
    event_id = _event_id(what)
    if event_id is None:
        count = queue(url=_required_broker(data), queue=_known(what, data))
    else:
        count = sum(event(connection, event_id) for _, connection in _databases(data))
    if not count:
        raise StackProblem(f"Nothing is parked under {what}.")
    click.echo(f"{count} of {what} {words}")


def _event_id(what: str) -> UUID | None:
    try:
        return UUID(what)
    except ValueError:
        return None


def _known(queue: str, data: Path) -> str:
    from deploy.topology import bindings

    if queue not in {*(binding.queue for binding in bindings()), *_queues_of_others(data)}:
        raise StackProblem(f"{queue} is neither an event's id nor one of our queues; see `captive parked list`.")
    return queue


def _queues_of_others(data: Path) -> list[str]:
    from deploy.rabbitmq.subscribers import read_subscribers

    return [subscriber.queue for subscriber in read_subscribers(DataFolder(data).subscribers)]


def _broker(data: Path) -> str | None:
    """The broker of the environment or of the running stack; None on the embedded bus, which has no dead letters."""
    record = DataFolder(data).find_record()
    bus = os.environ.get("BUS_URL") or (record.bus if record else EMBEDDED_BUS)
    return bus if bus.startswith("amqp") else None


def _required_broker(data: Path) -> str:
    bus = _broker(data)
    if bus is None:
        raise StackProblem("The embedded bus has no queues of dead letters; name an event's id.")
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
