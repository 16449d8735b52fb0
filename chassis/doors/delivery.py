"""What a handler is declared with, and one try of it at one event."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from chassis import tracing
from chassis.doors.call import EventCall, Service
from chassis.events import Envelope, Event
from chassis.home import Home
from chassis.settings import Settings

Method = Callable[..., Any]
Concerns = Callable[[Any, Envelope], bool]


@dataclass(frozen=True)
class Delivery:
    """One try at one event by one handler."""

    service: Service
    envelope: Envelope
    body: str
    handler: str
    again: bool
    settings: Settings
    home: Home | None = None
    is_suspect: bool = False

    @property
    def is_hopeless_now(self) -> bool:
        """Did the last try of this handler meet something that is down? Then only the sweep's single one goes out."""
        return self.home is not None and not self.again and self.handler in self.home.down

    @property
    def delays_seconds(self) -> list[float]:
        return [float(delay) for delay in self.settings["RETRY_DELAYS_SECONDS"].split(",") if delay]


@dataclass(frozen=True)
class Handles:
    """What a reaction was declared with."""

    events: tuple[Event, ...]
    at_once: bool
    concerns: Concerns | None

    def is_for(self, service: Service, envelope: Envelope) -> bool:
        """Is there anything to do for an event that has come?"""
        return self.concerns is None or self.concerns(service, envelope)

    def load(self, envelope: Envelope) -> dict[str, Any]:
        """The data of one of its events. Raises Impossible."""
        known = (event for event in self.events if (event.type, event.source) == (envelope.type, envelope.source))
        return next(known, self.events[0]).load(envelope)

    def call(self, method: Method, service: Service, calls: Sequence[EventCall]) -> frozenset[UUID]:
        """The verb, with all of them or with each; gives the ids of the events that it has left for later."""
        if self.at_once:
            return frozenset(method(service, calls) or ())
        for call in calls:
            with tracing.within(tracing.child(call.event.traceparent)):
                method(service, call)
        return frozenset()
