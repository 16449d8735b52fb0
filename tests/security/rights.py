"""What each broker user should be able to do, in words, and what a live broker lets it do.

The words are read from the services' classes and do not use the patterns of the definitions. What RabbitMQ 3.10
demands, as these probes found it:

configure   to declare (not passively) and to delete; checked before the arguments are compared
write       to publish; what is bound; at a declaration with a dead-letter exchange, that exchange
read        to consume, get or purge; the exchange bound to; at a declaration with a dead-letter exchange, the queue
topic       the routing key of a publication (write) and of a binding (read); every key where no topic right is set
nothing     to declare passively: any user learns that a queue is there, its messages and its consumers

An exclusive queue needs what any other does. Confirms need nothing, their refusal closes the channel (403).
"""

import re
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import amqp

from chassis.assembly import service_class
from chassis.bus.rpc import Neighbour
from deploy.catalogue import SERVICES
from deploy.topology import bindings
from tests.security.nodes import Guarded

CONFIGURE, WRITE, READ = "configure", "write", "read"
EXCHANGE, QUEUE = "exchange", "queue"
OWN_EXCHANGES = ("amq.topic", "amq.direct", "amq.fanout", "amq.headers")
DEFAULT_EXCHANGE = "amq.default"
ADDRESS = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

Right = tuple[str, str, str, str]


def members(service: str) -> list[Any]:
    found = service_class(SERVICES[service])
    return [getattr(found, name) for name in dir(found)]


def asked_by(service: str) -> set[str]:
    return {member.service for member in members(service) if isinstance(member, Neighbour)}


def methods_of(service: str) -> list[str]:
    return [member.__name__ for member in members(service) if hasattr(member, "door")]


def events_told_by(service: str) -> set[str]:
    """Told events as their listeners know them, which is enough: the gateway alone tells none."""
    return {binding.event.name for binding in bindings() if binding.event.source == service}


def should(user: str, *, operation: str, kind: str, name: str) -> bool:
    """May the user do this to the exchange or queue of this name?"""
    if user not in SERVICES:
        return True
    asks, answers = bool(asked_by(user)), bool(methods_of(user))
    if kind == EXCHANGE:
        if name == "nameko-rpc":
            return (operation == WRITE and (asks or answers)) or (operation == READ and asks)
        return operation == WRITE and name == f"{user}.events" and bool(events_told_by(user))
    if name.startswith(f"rpc.reply-{user}-"):
        return asks
    handled = {binding.queue for binding in bindings() if binding.service == user}
    return operation == READ and (name in handled or (name == f"rpc-{user}" and answers))


def should_publish(user: str, *, exchange: str, key: str) -> bool:
    if user not in SERVICES:
        return True
    if exchange == f"{user}.events":
        return key.isidentifier() and key.islower()
    service, _, method = key.partition(".")
    if key.startswith("rpc.reply-"):
        return user in asked_by(key.split("-")[1])
    if ADDRESS.fullmatch(key):
        return bool(methods_of(user))
    return service in asked_by(user) and method.isidentifier()


def answers_queue(service: str) -> str:
    return f"rpc.reply-{service}-{uuid4()}"


def resources(guarded: Guarded) -> list[tuple[str, str]]:
    """Everything that is declared, what every broker has of its own, and a queue for the answers to each service."""
    declared = [(EXCHANGE, entry["name"]) for entry in guarded.definitions["exchanges"]]
    declared += [(QUEUE, entry["name"]) for entry in guarded.definitions["queues"]]
    answers = [(QUEUE, answers_queue(service)) for service in SERVICES]
    with guarded.channel("deployer") as channel:
        for _, name in answers:
            channel.queue_declare(name, durable=True, auto_delete=False)
    return [*declared, *answers, *[(EXCHANGE, name) for name in (*OWN_EXCHANGES, DEFAULT_EXCHANGE)]]


def keys() -> list[str]:
    """Every method and event there is, and what somebody might try."""
    methods = [f"{service}.{method}" for service in SERVICES for method in [*methods_of(service), "not_a_method"]]
    events = sorted({binding.event.name for binding in bindings()})
    tried = ["", "#", "*", "*.*", "accounts", "accounts.*", "accounts.#", "accounts.get.it", "Accounts.get_account"]
    answers = [answers_queue(service) for service in SERVICES]
    return [*methods, *events, *tried, *answers, str(uuid4()), f"{uuid4()} ", f"x{uuid4()}"]


def rights(guarded: Guarded, user: str, found: list[tuple[str, str]]) -> Iterator[Right]:
    """What the broker lets the user do."""
    own = _bindable(guarded, user)
    is_subscriber = user.startswith("sub-")
    with guarded.connected(user) as connection:
        for kind, name in found:
            for operation in (CONFIGURE, WRITE, READ):
                probe = _probe(operation, kind, name, own=own)
                words = "access to" if is_subscriber else f"access to {kind} '{name}'"
                if probe is not None and not _is_refused(connection, probe, words=words):
                    yield user, operation, kind, name


def publishes(guarded: Guarded, user: str, *, exchange: str, key: str) -> bool:
    with guarded.connected(user) as connection:
        return not _is_refused(connection, lambda channel: _publish(channel, exchange, key), words="access to")


def is_refused(guarded: Guarded, user: str, act: Callable[[Any], Any]) -> bool:
    with guarded.connected(user) as connection:
        return _is_refused(connection, act, words="access to")


def _bindable(guarded: Guarded, user: str) -> tuple[str, str]:
    """Something the user may bind to another exchange, by which the right to read from that one shows.

    A subscriber has nothing of the kind, and whatever keeps it from binding counts.
    """
    if user.startswith("sub-"):
        return QUEUE, f"sub.{user.removeprefix('sub-')}.v1"
    if user not in SERVICES or asked_by(user):
        name = answers_queue(user)
        with guarded.channel(user) as channel:
            channel.queue_declare(name, durable=True, auto_delete=False)
        return QUEUE, name
    return EXCHANGE, f"{user}.events"


def _probe(operation: str, kind: str, name: str, *, own: tuple[str, str]) -> Callable[[Any], Any] | None:
    """What is refused without the right; with it, it succeeds without effect or fails for another reason."""
    if kind == QUEUE:
        return {
            # Rights are checked before the arguments, and these differ from those of the queue.
            CONFIGURE: lambda channel: channel.queue_declare(name, durable=False, auto_delete=False, exclusive=False),
            WRITE: lambda channel: channel.queue_bind(name, "no-such-exchange", "key"),
            READ: lambda channel: _consume(channel, name),
        }[operation]
    if name == DEFAULT_EXCHANGE:
        # It can be neither declared nor bound, by anyone.
        return (lambda channel: _publish(channel, "", "no-such-queue")) if operation == WRITE else None
    bind = f"{own[0]}_bind"
    return {
        CONFIGURE: lambda channel: channel.exchange_declare(name, "headers", durable=True, auto_delete=False),
        WRITE: lambda channel: _publish(channel, name, "key"),
        READ: lambda channel: getattr(channel, bind)(own[1], name, own[1]),
    }[operation]


def _consume(channel: Any, name: str) -> None:
    """With a limit, without which nobody reads a stream; what is delivered goes back with the channel."""
    channel.basic_qos(0, 1, False)
    channel.basic_consume(name)


def _publish(channel: Any, exchange: str, key: str) -> None:
    channel.confirm_select()
    channel.basic_publish_confirm(amqp.Message("{}"), exchange=exchange, routing_key=key)


def _is_refused(connection: Any, act: Callable[[Any], Any], *, words: str) -> bool:
    channel = connection.channel()
    try:
        act(channel)
        channel.close()
    except amqp.exceptions.AccessRefused as refusal:
        return words in str(refusal)
    except amqp.exceptions.AMQPError:
        return False
    return False
