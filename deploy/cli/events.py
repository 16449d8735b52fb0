"""Watch what the services tell, and tell it again to a queue: tail, replay."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import click

from deploy.catalogue import SERVICES
from deploy.checks import refuse_unusable_bus
from deploy.cli._group import Group
from deploy.cli._options import data_option
from deploy.postgres.databases import reachable_databases
from deploy.stack import EMBEDDED_BUS, DataFolder, StackProblem, database_urls_from

STREAM, OUTBOX = "stream", "outbox"
Command = TypeVar("Command", bound=Callable[..., Any])


def choosing(command: Command) -> Command:
    """The options that say which events are meant."""
    options = (
        click.option(
            "--type", "types", multiple=True, metavar="EVENT", help="Such as payment_posted. May be repeated."
        ),
        click.option(
            "--source", "sources", multiple=True, metavar="SERVICE", help="Such as payments. May be repeated."
        ),
        click.option("--subject", help="The id of what the events are about, such as an account's."),
        click.option("--all", "with_unpromised", is_flag=True, help="Also events between our own services."),
    )
    for option in reversed(options):
        command = option(command)
    return command


origin_option = click.option(
    "--out-of", "origin", type=click.Choice((STREAM, OUTBOX)),
    help="The broker's stream, or the services' outboxes; by default the stream where it holds enough.",
)  # fmt: skip


@click.group(name="events", cls=Group)
def command() -> None:
    """Watch what the services tell, and tell it again to a queue: tail, replay.

    Events come from the broker's stream, else from the services' outboxes; both keep them for 30 days. The broker is
    that of BUS_URL, else of the stack in the data folder. INSTANT is such as 2026-11-01T00:00:00Z.
    """


@command.command(name="tail")
@choosing
@click.option("--from", "since", metavar="INSTANT", help="Begin there instead of now.")
@click.option("--json", "as_json", is_flag=True, help="One CloudEvent a line, as it travels.")
@click.option("--count", type=click.IntRange(min=1), help="End after so many.")
@origin_option
@data_option
def tail(*, as_json: bool, count: int | None, origin: str | None, data: Path, **words: Any) -> None:
    """Print events as they are told, until interrupted; of a stack that has stopped, those told since --from."""
    from deploy.events import outboxes, stream
    from deploy.events.choice import chosen

    choice, folder = chosen(**words, until=None), DataFolder(data)
    _refuse_what_is_to_come(choice)
    runs = not _has_stopped(folder)
    if not runs:
        _tell_that_nothing_runs(folder, begins_earlier=choice.since is not None)
    bus = _bus(data)
    with ExitStack() as stack:
        if _origin(choice, bus, asked=origin) == STREAM and bus is not None:
            batches = stream.coming(bus, choice) if runs else stream.past(bus, choice, after=None)
        else:
            urls = stack.enter_context(reachable_databases(folder=folder, environment=os.environ))
            read = stack.enter_context(outboxes.opened(urls))
            batches = read.coming(choice) if runs else read.past(choice, after=None)
        _print(batches, as_json=as_json, count=count)


@command.command(name="replay")
@choosing
@click.option("--from", "since", required=True, metavar="INSTANT", help="The first instant that counts.")
@click.option("--to-instant", "until", metavar="INSTANT", help="The first that does not; by default now.")
@click.option("--to", "queue", required=True, metavar="QUEUE", help="The queue to put them in, which must be there.")
@click.option(
    "--resume", type=click.Path(path_type=Path, dir_okay=False),
    help="A file that keeps how far it has come: given again, it goes on there.",
)  # fmt: skip
@origin_option
@data_option
def replay(*, queue: str, resume: Path | None, origin: str | None, data: Path, **words: Any) -> None:
    """Tell past events again to one queue, and to nobody else.

    Of one source and subject they come in their order. Whoever handles each id once may be told anything again. Ended
    in the middle, a replay with --resume goes on: nothing is left out, and at most 200 events come twice.
    """
    from chassis.home import OUTBOX_KEPT_DAYS
    from deploy.events import outboxes, stream, target
    from deploy.events.choice import chosen
    from deploy.events.replaying import Bookmark, Request
    from deploy.events.replaying import replay as replayed

    if not words["types"] and not words["sources"]:
        raise StackProblem("Name the events with --type, or all of a service with --source; /docs/events shows them.")
    choice, bus, bookmark = chosen(**words), _bus(data), Bookmark(resume)
    _refuse_what_is_not_past(choice)
    if bus is None:
        raise StackProblem("The embedded bus has no queues for others; name the broker of the queue in BUS_URL.")
    if choice.since and choice.since < datetime.now(UTC) - timedelta(days=OUTBOX_KEPT_DAYS):
        click.echo(f"Events are kept for {OUTBOX_KEPT_DAYS} days; of what is older some may be gone.", err=True)
    with ExitStack() as stack:
        into = stack.enter_context(target.opened(bus, queue=queue))
        found = _origin(choice, bus, asked=bookmark.origin or origin)
        if found == STREAM:
            past: Any = partial(stream.past, bus)
        else:
            urls = stack.enter_context(reachable_databases(folder=DataFolder(data), environment=os.environ))
            past = stack.enter_context(outboxes.opened(urls, bus=bus)).past
        count = replayed(Request(choice, queue, found), past=past, target=into, bookmark=bookmark)
    click.echo(f"{count} events told again to {queue}, out of the {found}")


def _has_stopped(folder: DataFolder) -> bool:
    """Whether all that could tell something is a stack in this folder, which does not run.

    What runs at a broker or on databases that the environment names, nobody knows from here.
    """
    is_named = "BUS_URL" in os.environ or len(database_urls_from(os.environ)) == len(SERVICES)
    return not is_named and not folder.is_held


def _tell_that_nothing_runs(folder: DataFolder, *, begins_earlier: bool) -> None:
    """Raises StackProblem where there is nothing to show either."""
    nothing = f"No stack is running on {folder.path}, so nothing is told"
    start = "start one there with deploy/up, name its folder with --data, or its broker with BUS_URL"
    if not begins_earlier:
        raise StackProblem(f"{nothing}; {start}. With --from INSTANT you see what was told before.")
    click.echo(f"{nothing} any more; this is what was.", err=True)


def _refuse_what_is_to_come(choice: Any) -> None:
    if choice.since and choice.since > datetime.now(UTC):
        raise StackProblem(f"{choice.since.isoformat()} is still to come; only what has happened can be told again.")


def _refuse_what_is_not_past(choice: Any) -> None:
    _refuse_what_is_to_come(choice)
    if choice.until and choice.until <= choice.since:
        raise StackProblem("The instant of --to-instant must come after that of --from.")


def _origin(choice: Any, bus: str | None, *, asked: str | None) -> str:
    """The stream where it has what is wanted, unless the other was asked for."""
    from deploy.events import stream

    if asked == STREAM and bus is None:
        raise StackProblem(
            "The stack runs on the embedded bus, which keeps no stream of events; leave --out-of away, or take "
            "--out-of outbox. A stack of `deploy/up --bus amqp://…` has a stream."
        )
    if asked == OUTBOX or bus is None:
        return OUTBOX
    if asked == STREAM and not choice.is_promised:
        raise StackProblem("The stream holds promised events alone; leave --out-of away, or --all.")
    if not stream.has_stream(bus):
        if asked == STREAM:
            raise StackProblem("The broker has no stream of events; run `captive migrate`, or take --out-of outbox.")
        return OUTBOX
    if asked == STREAM:
        return STREAM
    if not choice.is_promised:
        return OUTBOX
    held_since = stream.held_since(bus) if choice.since else None
    return STREAM if not choice.since or (held_since and held_since <= choice.since) else OUTBOX


def _print(batches: Iterator[Any], *, as_json: bool, count: int | None) -> None:
    left = count
    try:
        for batch in batches:
            for told in batch.events[:left]:
                click.echo(told.body if as_json else _readable(told.event))
            left = None if left is None else left - len(batch.events[:left])
            if left == 0:
                return
    except KeyboardInterrupt:
        sys.exit(0)


def _readable(event: Any) -> str:
    data = json.dumps(event.data, ensure_ascii=False, separators=(", ", ": "))
    return (
        f"{event.time:%Y-%m-%dT%H:%M:%S.%f}Z  {event.source}.{event.name}  {event.subject}  #{event.sequence}  {data}"
    )


def _bus(data: Path) -> str | None:
    """The broker; None on the embedded bus."""
    record = DataFolder(data).find_record()
    bus = os.environ.get("BUS_URL") or (record.bus if record else EMBEDDED_BUS)
    if bus == EMBEDDED_BUS:
        return None
    refuse_unusable_bus(bus)
    return bus
