"""From the queues of the version before to those of this one: what still lies in them is moved, and they are deleted.

Until version 2 each event queue had a queue of dead letters of its own, and the gateway a queue for each event.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from amqp.exceptions import NotFound

from chassis.assembly import Binding
from chassis.bus.link import open_channel
from chassis.bus.topology import dead_letters, parking
from deploy.dead_letters import move
from deploy.topology import bindings


@dataclass(frozen=True)
class HandedOver:
    """How many queues went, what was moved out of them, and which had to stay because somebody still reads them."""

    queues: int = 0
    events: int = 0
    letters: int = 0
    still_read: tuple[str, ...] = ()

    def __add__(self, other: "HandedOver") -> "HandedOver":
        return HandedOver(
            self.queues + other.queues, self.events + other.events, self.letters + other.letters,
            self.still_read + other.still_read,
        )  # fmt: skip


def former_queue(binding: Binding) -> str:
    """Where a handler listened in version 1."""
    event = binding.event
    method = f"on_{event.name}" if binding.is_one_of_several else binding.method
    return f"evt-{event.source}-{event.name}--{binding.service}.{method}.v1"


def hand_over(*, url: str) -> HandedOver:
    """Move and delete whatever is left of version 1; call it once the queues of this version are declared and bound.

    It may be repeated. A message is confirmed in its new place before it leaves the old one, so one that was moved
    when this ended comes twice, which every handler bears. What a process of the version before has in hand stays in
    its queue, and the queue with it, until that process has ended.
    """
    total = HandedOver()
    with open_channel(url) as channel:
        for binding in _left(url):
            total += _hand_over(channel, binding)
    return total


def _hand_over(channel: Any, binding: Binding) -> HandedOver:
    former = former_queue(binding)
    # First of all, so that nothing more comes while it is emptied.
    channel.queue_unbind(queue=former, exchange=f"{binding.event.source}.events", routing_key=binding.event.name)
    events = move(channel, former, exchange="", routing_key=binding.queue)
    # A consumer that has gone counts as one as long as it has messages in hand.
    if channel.queue_declare(queue=former, passive=True).consumer_count:
        return HandedOver(events=events, still_read=(former,))
    channel.queue_delete(queue=former)
    exchange, key = parking(binding.queue)
    letters = move(channel, dead_letters(former), exchange=exchange, routing_key=key, is_dead=True)
    channel.queue_delete(queue=dead_letters(former))
    return HandedOver(queues=2, events=events, letters=letters)


def _left(url: str) -> Iterator[Binding]:
    """On a channel of its own: the broker ends the one that asks for what is not there, and its confirms with it."""
    with open_channel(url) as channel:
        for binding in bindings():
            try:
                channel.queue_declare(queue=former_queue(binding), passive=True)
            except NotFound:
                continue
            yield binding
