"""What a process is put together from: service classes by name, the settings they declare, what their containers carry.

Importing this changes nothing; `host.py`, which runs services, makes the process green first.
"""

import importlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from nameko.extensions import DependencyProvider

from chassis.bus import topology
from chassis.bus.link import open_channel
from chassis.clock import Clock
from chassis.events import Event
from chassis.settings import EVERY_PROCESS, Setting, Settings
from chassis.store import Database

WORKERS_MAX = 400


def service_class(path: str) -> Any:
    """The class that `package.module:Class` names."""
    module, _, name = path.partition(":")
    return getattr(importlib.import_module(module), name)


def declared_settings(classes: Iterable[Any]) -> list[Setting]:
    """What every process needs, each service's database, and what its providers declare in `needs`."""
    found = list(EVERY_PROCESS)
    for service in classes:
        found.append(
            Setting(f"{service.name.upper()}_DATABASE_URL", "url", f"PostgreSQL of {service.name}", secret=True)
        )
        members = (getattr(service, name) for name in dir(service))
        for member in members:
            if isinstance(member, DependencyProvider):
                found.extend(getattr(member, "needs", ()))
    return found


@dataclass(frozen=True)
class Binding:
    """One handler and an event it listens to; `is_one_of_several` where it listens to others too, on the same queue."""

    event: Event
    service: str
    method: str
    is_one_of_several: bool = False

    @property
    def queue(self) -> str:
        if self.is_one_of_several:
            return topology.several_events_queue(service=self.service, method=self.method)
        return topology.event_queue(
            source=self.event.source, event=self.event.name, service=self.service, method=self.method
        )


def bindings_of(classes: Iterable[Any]) -> list[Binding]:
    """Every reaction and errand of these services."""
    return [
        Binding(event=event, service=service.name, method=name, is_one_of_several=len(events) > 1)
        for service in classes
        for name in dir(service)
        for events in [getattr(getattr(service, name), "listens_to", ())]
        for event in events
    ]


def events_by_queue(bindings: Iterable[Binding]) -> dict[str, list[tuple[str, str]]]:
    """Each handler's queue, and the source and name of every event that goes into it."""
    found: dict[str, list[tuple[str, str]]] = {}
    for binding in bindings:
        found.setdefault(binding.queue, []).append((binding.event.source, binding.event.name))
    return found


def declare(*, url: str, classes: Sequence[Any]) -> int:
    """Declare the exchanges, queues, dead letters and bindings of these services; gives the number of event queues.

    Before any relay publishes: an event that finds some of its queues has not reached all of its handlers.
    """
    wanted = events_by_queue(bindings_of(classes))
    with open_channel(url) as channel:
        for service in classes:
            topology.declare_event_exchange(channel, source=service.name)
            topology.declare_rpc_queue(channel, service=service.name)
            topology.declare_parking(channel, service=service.name)
        for queue, events in wanted.items():
            topology.declare_event_queue(channel, queue=queue, bound_to=events)
    return len(wanted)


def configuration(settings: Settings, clock: Clock) -> dict[str, Any]:
    """What nameko's containers carry for our extensions."""

    def open_database(service: str, on_emit: Callable[[], None]) -> Database:
        url = settings[f"{service.upper()}_DATABASE_URL"]
        return Database(url=url, service=service, clock=clock, on_emit=on_emit)

    return {
        "settings": settings,
        "clock": clock,
        "open_database": open_database,
        "max_workers": WORKERS_MAX,
        "AMQP_URI": settings["BUS_URL"],
    }
