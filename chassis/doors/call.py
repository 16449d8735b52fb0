"""What a door hands to the method behind it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chassis.clock import Clock
from chassis.context import CallContext, ContextVerifier, as_service
from chassis.events import Envelope
from chassis.home import Callers, ClockProvider, Store
from chassis.store import Cause, Database, Transaction


class Service:
    """The base of every service class: a name, its store, the clock and the verifier of call contexts."""

    name: str
    store: Database = Store()
    clock: Clock = ClockProvider()
    callers: ContextVerifier = Callers()


@dataclass(frozen=True)
class Call:
    """A command or a query: one transaction, the loaded request, who asks, and what neighbours answered before."""

    transaction: Transaction
    request: dict[str, Any]
    context: CallContext
    answers: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Question:
    """What `asks` sees: the loaded request and who asks; no transaction is open."""

    request: dict[str, Any]
    context: CallContext
    key: str | None


@dataclass(frozen=True)
class EventCall:
    """A reaction: one transaction, and the event whose inbox row was inserted first in it."""

    transaction: Transaction
    event: Envelope
    data: dict[str, Any]


@dataclass(frozen=True)
class ErrandCall:
    """An errand: no transaction is open. `key` is stable over every try; `recovering` means that one may have acted."""

    store: Database
    event: Envelope
    data: dict[str, Any]
    key: str
    recovering: bool
    service: str

    @property
    def cause(self) -> Cause:
        return Cause(event_id=self.event.id, root_id=self.event.root_id, traceparent=self.event.traceparent)

    @property
    def context(self) -> CallContext:
        """In which neighbours are asked: as this service, because of this event."""
        return as_service(self.service, request_id=str(self.event.root_id), cause_event_id=str(self.event.id))
