"""Who may do what on the broker, read from what the services declare: their neighbours, doors, handlers and events.

A pattern says whose a thing is, not what there is today: a new event, handler or method of a service needs no new
right, a new neighbour does. Every topic exchange that a user may touch has a topic right, because RabbitMQ lets
every routing key pass where none is set.
"""

import importlib
import importlib.util
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from chassis.assembly import bindings_of, service_class
from chassis.bus import topology
from chassis.bus.rpc import Neighbour
from chassis.events import Event
from deploy.catalogue import SERVICES
from deploy.rabbitmq.passwords import DEPLOYER

# Lets the deployer put a dead letter back as the service that sent it; nobody else may name another sender.
DEPLOYER_TAGS = ("impersonator",)
NOTHING, EVERYTHING = "^$", ".*"
WORD = "[a-z][a-z0-9_]*"
ADDRESS = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"


@dataclass(frozen=True)
class TopicGrant:
    """Patterns over the routing keys of one exchange: what may be published with, and bound by."""

    write: str
    read: str = NOTHING


@dataclass(frozen=True)
class Grant:
    """One user's rights: patterns over the names of exchanges and queues, and over the keys of topic exchanges."""

    user: str
    configure: str = NOTHING
    write: str = NOTHING
    read: str = NOTHING
    topics: Mapping[str, TopicGrant] = field(default_factory=dict)
    tags: tuple[str, ...] = ()


def grants() -> list[Grant]:
    """The deployer's rights and those of every service."""
    deployer = Grant(DEPLOYER, configure=EVERYTHING, write=EVERYTHING, read=EVERYTHING, tags=DEPLOYER_TAGS)
    return [deployer, *(_service_grant(name) for name in SERVICES)]


def neighbours_of(service: str) -> list[str]:
    """Whom the service asks."""
    return sorted(member.service for member in _members(service) if isinstance(member, Neighbour))


def events_of(service: str) -> list[Event]:
    """The events that the service tells."""
    module = f"{SERVICES[service].partition(':')[0].rpartition('.')[0]}.contract.events"
    if not _is_there(module):
        return []
    return [value for value in vars(importlib.import_module(module)).values() if isinstance(value, Event)]


def _service_grant(service: str) -> Grant:
    neighbours, answers, events = neighbours_of(service), _answers(service), events_of(service)
    configure, write, read = [], [], []
    topics = {}
    if events:
        write.append(rf"{service}\.events")
        topics[f"{service}.events"] = TopicGrant(write=_only([WORD]))
    if neighbours:
        own_answers = rf"rpc\.reply-{service}-{ADDRESS}"
        configure.append(own_answers)
        # To bind the queue of its answers it writes to the queue and reads from the exchange.
        write.append(own_answers)
        read += [own_answers, topology.RPC_EXCHANGE]
    if answers:
        read.append(topology.rpc_queue(service))
    if bindings_of([service_class(SERVICES[service])]):
        read.append(rf"evt-{WORD}-{WORD}--{service}\.{WORD}\.v[0-9]+")
    if neighbours or answers:
        write.append(topology.RPC_EXCHANGE)
        calls = [rf"{neighbour}\.{WORD}" for neighbour in neighbours]
        # A caller waits under the name of its queue, nameko's own clients under a plain id.
        callers = [rf"rpc\.reply-{caller}-{ADDRESS}" for caller in SERVICES if service in neighbours_of(caller)]
        topics[topology.RPC_EXCHANGE] = TopicGrant(
            write=_only([*calls, *([*callers, ADDRESS] if answers else [])]), read=_only(configure)
        )
    return Grant(service, configure=_only(configure), write=_only(write), read=_only(read), topics=topics)


def _answers(service: str) -> bool:
    return any(hasattr(member, "door") for member in _members(service))


def _members(service: str) -> list[Any]:
    found = service_class(SERVICES[service])
    return [getattr(found, name) for name in dir(found)]


def _only(patterns: Iterable[str]) -> str:
    """RabbitMQ looks for a pattern anywhere in a name, so each is anchored at both ends."""
    found = list(patterns)
    return f"^({'|'.join(found)})$" if found else NOTHING


def _is_there(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False
