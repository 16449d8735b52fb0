"""Names and arguments of all that is declared on the broker. Queue names carry a version: arguments never change.

Event queues are quorum queues with an explicit delivery limit and dead letters: the net below our own retries, for
handlers that kill their process and bytes that nobody can decode. The dead letters of all queues of a service lie in
one, each under the name of its queue as its routing key, which no sender can falsify or make unreadable: a quorum queue
costs the broker files and processes, even while nothing is in it. RPC queues are classic: requests are transient.

Queues of other systems are of the same kind, and declared by us alone: a bound queue that refuses what is published
(a maximum length with `reject-publish`) would have the broker refuse the event itself, for everybody.
"""

import re
from collections.abc import Iterable
from typing import Any

RPC_EXCHANGE = "nameko-rpc"
DELIVERY_LIMIT = 20
# Looking at dead letters counts as a delivery. Without a limit RabbitMQ 4 sets its own of 20, and then drops them.
PARKED_DELIVERY_LIMIT = 2**31 - 1
DELIVERIES_HEADER = "x-delivery-count"
EVENTS_STREAM = "events.stream"
# As long as the outbox keeps what it has published. The broker drops whole segments, once all in them is older.
STREAM_KEPT = "30D"
STREAM_BYTES_MAX = 10_000_000_000
STREAM_SEGMENT_BYTES = 50_000_000
ADDRESS = re.compile(r"(rpc\.reply-[a-z]+-)?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


EVENT_QUEUE = re.compile(r"evt-.+--(?P<service>[^.]+)\.(?P<method>[^.]+)\.v(?P<version>[0-9]+)")
EVENT_QUEUE_VERSION = 2


def event_queue(*, source: str, event: str, service: str, method: str) -> str:
    return f"evt-{source}-{event}--{service}.{method}.v{EVENT_QUEUE_VERSION}"


def several_events_queue(*, service: str, method: str) -> str:
    """The queue of a handler that listens to more than one event."""
    return event_queue(source="several", event="events", service=service, method=method)


def parked_exchange(service: str) -> str:
    return f"{service}.parked"


def parked_queue(service: str) -> str:
    """The dead letters of every event queue of a service."""
    return f"{service}.parked.v1"


def parking(queue: str) -> tuple[str, str]:
    """The exchange and the routing key of a queue's dead letters."""
    ours = EVENT_QUEUE.fullmatch(queue)
    is_shared = ours is not None and int(ours["version"]) >= EVENT_QUEUE_VERSION
    return (parked_exchange(ours["service"]), queue) if ours and is_shared else ("", f"{queue}.parked")


def dead_letters(queue: str) -> str:
    """Where a queue's dead letters lie: with those of its service, or in a queue beside it where it is another's."""
    exchange, key = parking(queue)
    return f"{exchange}.v1" if exchange else key


def subscriber_queue(subscriber: str) -> str:
    return f"sub.{subscriber}.v1"


def rpc_queue(service: str) -> str:
    return f"rpc-{service}"


def is_address(reply_to: object) -> bool:
    """Where our callers and nameko's wait; the broker cuts a service that answers elsewhere."""
    return isinstance(reply_to, str) and ADDRESS.fullmatch(reply_to) is not None


def declare_event_exchange(channel: Any, *, source: str) -> None:
    channel.exchange_declare(exchange=f"{source}.events", type="topic", durable=True, auto_delete=False)


def declare_event_queue(channel: Any, *, queue: str, bound_to: Iterable[tuple[str, str]]) -> None:
    """The queue, and for each event, a source and a name, its exchange and the binding. Declare the parking before."""
    _declare_dead_lettering_queue(channel, queue=queue)
    for source, event in bound_to:
        declare_event_exchange(channel, source=source)
        channel.queue_bind(queue=queue, exchange=f"{source}.events", routing_key=event)


def declare_subscriber_queue(channel: Any, *, queue: str) -> None:
    """A queue of another system's. Declare its dead letters before."""
    _declare_dead_lettering_queue(channel, queue=queue)


def declare_letters(channel: Any, *, queue: str) -> None:
    """The dead letters of another system's queue, which it may read itself."""
    declare_parked(channel, queue=dead_letters(queue))


def declare_parking(channel: Any, *, service: str) -> None:
    """Where the dead letters of a service's queues go, whichever of them they come from."""
    exchange, queue = parked_exchange(service), parked_queue(service)
    channel.exchange_declare(exchange=exchange, type="fanout", durable=True, auto_delete=False)
    declare_parked(channel, queue=queue)
    channel.queue_bind(queue=queue, exchange=exchange, routing_key="")


def declare_parked(channel: Any, *, queue: str) -> None:
    """A queue for what nobody handles: however often it is looked at, it stays."""
    arguments = {"x-queue-type": "quorum", "x-delivery-limit": PARKED_DELIVERY_LIMIT}
    channel.queue_declare(queue=queue, durable=True, auto_delete=False, arguments=arguments)


def _declare_dead_lettering_queue(channel: Any, *, queue: str) -> None:
    exchange, key = parking(queue)
    channel.queue_declare(
        queue=queue,
        durable=True,
        auto_delete=False,
        arguments={
            "x-queue-type": "quorum",
            "x-delivery-limit": DELIVERY_LIMIT,
            "x-dead-letter-exchange": exchange,
            "x-dead-letter-routing-key": key,
            "x-dead-letter-strategy": "at-least-once",
            "x-overflow": "reject-publish",
        },
    )


def declare_events_stream(channel: Any, *, events: Iterable[tuple[str, str]]) -> None:
    """A log of these events, each a source and a name, that keeps what was read. Declare it after all handlers' queues.

    Where it is bound an event is never unroutable, so from then on `mandatory` says nothing of the handlers: an event
    whose handler's queue was deleted reaches the others and the stream, and its relay does not hold it.
    """
    channel.queue_declare(
        queue=EVENTS_STREAM,
        durable=True,
        auto_delete=False,
        arguments={
            "x-queue-type": "stream",
            "x-max-age": STREAM_KEPT,
            "x-max-length-bytes": STREAM_BYTES_MAX,
            "x-stream-max-segment-size-bytes": STREAM_SEGMENT_BYTES,
        },
    )
    for source, event in events:
        declare_event_exchange(channel, source=source)
        channel.queue_bind(queue=EVENTS_STREAM, exchange=f"{source}.events", routing_key=event)


def declare_rpc_queue(channel: Any, *, service: str) -> None:
    """nameko's own queue and binding, so that nameko's clients reach us."""
    channel.exchange_declare(exchange=RPC_EXCHANGE, type="topic", durable=True, auto_delete=False)
    channel.queue_declare(queue=rpc_queue(service), durable=True, auto_delete=False)
    channel.queue_bind(queue=rpc_queue(service), exchange=RPC_EXCHANGE, routing_key=f"{service}.*")


def declare_reply_queue(channel: Any, *, queue: str) -> None:
    """A caller's private queue for answers, gone with its connection. Its name is its address: nobody else binds it."""
    channel.queue_declare(queue=queue, durable=False, auto_delete=True, exclusive=True)
    channel.queue_bind(queue=queue, exchange=RPC_EXCHANGE, routing_key=queue)
