"""What is declared on a broker: what the services listen to, read from their classes, and what others subscribe to."""

from collections.abc import Sequence
from typing import Any

from amqp.exceptions import PreconditionFailed

from chassis.assembly import Binding, bindings_of, declare, service_class
from chassis.bus import topology
from chassis.bus.link import open_channel
from chassis.events import Event
from deploy.catalogue import SERVICES
from deploy.rabbitmq.grants import events_of
from deploy.rabbitmq.subscribers import Subscriber


def bindings() -> list[Binding]:
    """Every reaction and errand of every service."""
    return bindings_of(service_class(path) for path in SERVICES.values())


def promised_events() -> list[Event]:
    """The events that are for other systems too, one version of each."""
    found = {(event.source, event.name): event for name in SERVICES for event in events_of(name) if event.promised}
    return list(found.values())


def declare_all(*, url: str, subscribers: Sequence[Subscriber] = ()) -> int:
    """Declare everything on the broker; gives the number of event queues."""
    count = declare(url=url, classes=[service_class(path) for path in SERVICES.values()])
    with open_channel(url) as channel:
        declare_events_stream(channel)
        for subscriber in subscribers:
            declare_subscriber(channel, subscriber=subscriber)
    return count


def declare_events_stream(channel: Any) -> None:
    topology.declare_events_stream(channel, events=[(event.source, event.name) for event in promised_events()])


def declare_subscriber(channel: Any, *, subscriber: Subscriber) -> None:
    """A subscriber's queue. Dead letters that were declared otherwise before stay so until `renewing` moves them."""
    try_to_declare_letters(channel, queue=subscriber.queue)
    declare_subscriber_queue(channel, subscriber=subscriber)


def declare_subscriber_queue(channel: Any, *, subscriber: Subscriber) -> None:
    topology.declare_subscriber_queue(channel, queue=subscriber.queue)
    for source, event in subscriber.bound_to():
        topology.declare_event_exchange(channel, source=source)
        channel.queue_bind(queue=subscriber.queue, exchange=f"{source}.events", routing_key=event)


def try_to_declare_letters(channel: Any, *, queue: str) -> bool:
    """False where they are there with other arguments; asked beside, for the broker ends the channel on which it is."""
    with channel.connection.channel() as beside:
        try:
            topology.declare_letters(beside, queue=queue)
        except PreconditionFailed:
            return False
    return True
