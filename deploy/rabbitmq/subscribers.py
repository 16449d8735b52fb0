"""The other systems that subscribe to events: which are declared, in one file, and what each of them listens to.

A subscriber has one queue with dead letters and one user of the broker, who may read these two and nothing else.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from chassis.bus import topology
from deploy.catalogue import SERVICES
from deploy.rabbitmq.grants import Grant, events_of
from deploy.stack import StackProblem, write_private

# No dot, which ends the name in the names of queues, and no underscore, which is a hyphen in the names of variables.
NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")


@dataclass(frozen=True)
class Subscriber:
    """One team's subscription; each event is `source.name`."""

    name: str
    events: tuple[str, ...]

    @property
    def user(self) -> str:
        return f"sub-{self.name}"

    @property
    def queue(self) -> str:
        return topology.subscriber_queue(self.name)

    def bound_to(self) -> Iterator[tuple[str, str]]:
        """The source and the name of each event."""
        for event in self.events:
            source, _, name = event.partition(".")
            yield source, name

    def grant(self) -> Grant:
        """To read its queue, or a later version of it, and the dead letters."""
        return Grant(self.user, read=rf"^sub\.{self.name}\.v[0-9]+(\.parked)?$")


def read_subscribers(file: Path) -> list[Subscriber]:
    """Those of a file, which may be missing. Raises StackProblem for one that makes no sense."""
    try:
        found = json.loads(file.read_text())
        subscribers = [Subscriber(name, tuple(events)) for name, events in found.items()]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise StackProblem(f"{file} cannot be read as subscribers: an object of lists of events is due.") from error
    for subscriber in subscribers:
        checked_name(subscriber.name)
        if named_events(subscriber.events) != sorted(subscriber.events):
            raise StackProblem(f"{file}: the events of {subscriber.name} must be written as source.name.")
    return subscribers


def write_subscribers(file: Path, subscribers: Iterable[Subscriber]) -> None:
    """Replace the file."""
    ordered = sorted(subscribers, key=lambda subscriber: subscriber.name)
    text = json.dumps({subscriber.name: subscriber.events for subscriber in ordered}, indent=2) + "\n"
    try:
        write_private(file, text)
    except OSError as error:
        raise StackProblem(f"{file} cannot be written: {error.strerror}.") from error


def checked_name(name: str) -> str:
    """Raises StackProblem for what cannot be the name of a subscriber."""
    if not NAME.fullmatch(name):
        raise StackProblem(f"{name!r} cannot name a subscriber; use small letters, digits and hyphens, as in billing.")
    return name


def named_events(given: Sequence[str]) -> list[str]:
    """`source.name` of each promised event, given so or by its name alone. Raises StackProblem for any other."""
    return sorted({_named_event(word) for word in given})


def _named_event(word: str) -> str:
    events = {f"{event.source}.{event.name}": event for name in SERVICES for event in events_of(name)}
    found = [full for full, event in events.items() if word in (full, event.name)]
    if len(found) > 1:
        raise StackProblem(f"{word} is told by several services; give {' or '.join(sorted(found))}.")
    if not found:
        promised = ", ".join(sorted(full for full, event in events.items() if event.promised))
        raise StackProblem(f"No service tells {word}; there are {promised}.")
    if not events[found[0]].promised:
        raise StackProblem(f"{found[0]} is between our own services and promised to nobody; see /docs/events.")
    return found[0]
