"""The commands `captive broker subscriber …`: which other systems get which events."""

import os
from pathlib import Path

import click

from deploy.checks import refuse_unusable_bus
from deploy.cli._group import Group
from deploy.cli._options import data_option
from deploy.rabbitmq.subscribers import Subscriber, checked_name, named_events, read_subscribers, write_subscribers
from deploy.stack import EMBEDDED_BUS, SUBSCRIBERS, DataFolder, StackProblem

IMPORT = "its user comes with `captive secrets` and `captive broker definitions`, see deploy/rabbitmq/README.md"
LATER = "its queue is declared by `captive migrate`, deploy/up --bus, or an import of the definitions"

secrets_option = click.option(
    "--secrets",
    "secrets",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Declare in the subscribers.json of this folder of secrets instead of in the data folder's.",
)
event_option = click.option(
    "--event", "events", multiple=True, metavar="EVENT", help="An event, such as payment_posted. May be repeated."
)


@click.group(name="subscriber", cls=Group)
def subscriber() -> None:
    """Declare other systems that subscribe to events: add, remove, list.

    Each gets a queue with dead letters, sub.NAME.v1, and where services have users of their own a user sub-NAME that
    may read these two and nothing else. With BUS_URL, or beside a stack that runs on RabbitMQ, it is done at once.
    """


@subscriber.command(name="add")
@click.argument("name")
@event_option
@data_option
@secrets_option
def add(name: str, events: tuple[str, ...], data: Path, secrets: Path | None) -> None:
    """Give NAME a queue with these events; what it had already stays."""
    known = _read(data, secrets)
    before = known.get(checked_name(name))
    wanted = Subscriber(name, tuple(sorted({*(before.events if before else ()), *named_events(events)})))
    if not wanted.events:
        raise StackProblem("Name at least one event with --event; /docs/events shows them all.")
    _write(data, secrets, {**known, name: wanted})
    bus = _bus(data, secrets)
    if bus is not None:
        from chassis.bus.link import open_channel
        from deploy.topology import declare_subscriber

        with open_channel(bus) as channel:
            declare_subscriber(channel, subscriber=wanted)
    click.echo(f"{name} gets {', '.join(wanted.events)} in {wanted.queue}")
    click.echo(IMPORT if bus else f"{LATER}; {IMPORT}")


@subscriber.command(name="remove")
@click.argument("name")
@event_option
@click.option("--discard", is_flag=True, help="Also where messages wait in the queue: they are thrown away.")
@data_option
@secrets_option
def remove(name: str, events: tuple[str, ...], discard: bool, data: Path, secrets: Path | None) -> None:
    """Stop giving NAME these events, or all of them: then its queue goes too."""
    known = _read(data, secrets)
    if name not in known:
        raise StackProblem(f"There is no subscriber {name}; see `captive broker subscriber list`.")
    unwanted = set(named_events(events)) or set(known[name].events)
    kept = Subscriber(name, tuple(event for event in known[name].events if event not in unwanted))
    bus = _bus(data, secrets)
    if bus is not None:
        from deploy.subscriptions import delete_queues, unbind

        if not kept.events:
            delete_queues(url=bus, subscriber=known[name], discard=discard)
        else:
            unbind(url=bus, subscriber=Subscriber(name, tuple(unwanted)))
    others = {other: found for other, found in known.items() if other != name}
    _write(data, secrets, {**others, name: kept} if kept.events else others)
    click.echo(f"{name} gets {', '.join(kept.events) or 'nothing any more'}")
    if bus is None:
        click.echo("an import takes nothing away: unbind or delete on the broker, or run this with its BUS_URL")
    if not kept.events:
        click.echo(f"its user is deleted with `rabbitmqctl delete_user {kept.user}`")


@subscriber.command(name="list")
@data_option
@secrets_option
def list_subscribers(data: Path, secrets: Path | None) -> None:
    """Every subscriber with its events; on a broker also what waits, and how many read it."""
    from deploy.subscriptions import standing

    known, bus = _read(data, secrets), _bus(data, secrets)
    for found in known.values():
        click.echo(f"{found.name}  {found.queue}  {', '.join(found.events)}")
        if bus is not None:
            click.echo(f"  {standing(url=bus, subscriber=found)}")
    click.echo(f"{len(known)} subscribers")


def _file(data: Path, secrets: Path | None) -> Path:
    return secrets / SUBSCRIBERS if secrets else DataFolder(data).subscribers


def _read(data: Path, secrets: Path | None) -> dict[str, Subscriber]:
    return {known.name: known for known in read_subscribers(_file(data, secrets))}


def _write(data: Path, secrets: Path | None, known: dict[str, Subscriber]) -> None:
    if secrets is None:
        DataFolder(data).prepare()
    write_subscribers(_file(data, secrets), known.values())


def _bus(data: Path, secrets: Path | None) -> str | None:
    """Where it can be done at once."""
    record = None if secrets else DataFolder(data).find_record()
    bus = os.environ.get("BUS_URL") or (record.bus if record else EMBEDDED_BUS)
    if bus == EMBEDDED_BUS:
        return None
    refuse_unusable_bus(bus)
    return bus
