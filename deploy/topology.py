"""What the services listen to, read from their classes: declared on the broker before any relay publishes."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from chassis.assembly import service_class
from chassis.bus import topology
from chassis.bus.link import open_channel
from chassis.events import Event
from deploy.catalogue import SERVICES


@dataclass(frozen=True)
class Binding:
    """One handler's queue."""

    event: Event
    service: str
    method: str

    @property
    def queue(self) -> str:
        return topology.event_queue(
            source=self.event.source, event=self.event.name, service=self.service, method=self.method
        )


def bindings() -> list[Binding]:
    """Every reaction and errand of every service."""
    return [binding for path in SERVICES.values() for binding in _bindings_of(service_class(path))]


def declare_all(*, url: str) -> int:
    """Declare exchanges, queues, dead letters and bindings; gives the number of event queues."""
    wanted = bindings()
    with open_channel(url) as channel:
        for service in SERVICES:
            topology.declare_event_exchange(channel, source=service)
            topology.declare_rpc_queue(channel, service=service)
        for binding in wanted:
            topology.declare_event_queue(
                channel, queue=binding.queue, source=binding.event.source, event=binding.event.name
            )
    return len(wanted)


def _bindings_of(service: Any) -> Iterator[Binding]:
    for name in dir(service):
        event = getattr(getattr(service, name), "listens_to", None)
        if isinstance(event, Event):
            yield Binding(event=event, service=service.name, method=name)
