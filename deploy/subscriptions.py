"""Queues on a live broker: a subscriber's seen, narrowed and taken away, and those that should be there and are not."""

from collections.abc import Iterable
from typing import Any

from amqp.exceptions import NotFound

from chassis.bus.link import open_channel
from chassis.bus.topology import dead_letters
from deploy.rabbitmq.subscribers import Subscriber
from deploy.stack import StackProblem
from deploy.topology import bindings


def standing(*, url: str, subscriber: Subscriber) -> str:
    """What waits in the queue and in its dead letters, and how many read it. The broker counts with some delay."""
    with open_channel(url) as channel:
        try:
            queue = channel.queue_declare(queue=subscriber.queue, passive=True)
            letters = channel.queue_declare(queue=dead_letters(subscriber.queue), passive=True)
        except NotFound:
            return "its queue is not declared; run `captive migrate`"
    return f"{queue.message_count} wait, {queue.consumer_count} read, {letters.message_count} dead letters"


def missing_queues(*, url: str, subscribers: Iterable[Subscriber]) -> list[str]:
    """The handlers' queues, their dead letters and subscribers' queues that are not on the broker.

    What is told meanwhile does not reach them.
    """
    ours = dict.fromkeys(queue for binding in bindings() for queue in (binding.queue, dead_letters(binding.queue)))
    wanted = [*ours, *(subscriber.queue for subscriber in subscribers)]
    with open_channel(url) as channel:
        return [queue for queue in wanted if not _is_there(channel, queue)]


def _is_there(channel: Any, queue: str) -> bool:
    try:
        channel.queue_declare(queue=queue, passive=True)
    except NotFound:
        return False
    return True


def unbind(*, url: str, subscriber: Subscriber) -> None:
    """Publish none of these events into its queue any more. What waits there stays."""
    with open_channel(url) as channel:
        for source, event in subscriber.bound_to():
            channel.queue_unbind(queue=subscriber.queue, exchange=f"{source}.events", routing_key=event)


def delete_queues(*, url: str, subscriber: Subscriber, discard: bool) -> None:
    """Delete the queue and its dead letters. Raises StackProblem where messages wait and may not be thrown away.

    It gets nothing more from before we look: what came between looking and deleting would be lost unseen. Where
    messages wait it stays so, until the subscriber is added again.
    """
    unbind(url=url, subscriber=subscriber)
    for queue in (subscriber.queue, dead_letters(subscriber.queue)):
        if not discard and _holds_messages(url=url, queue=queue):
            raise StackProblem(f"Messages wait in {queue}, which gets no more; let them be handled, or give --discard.")
    with open_channel(url) as channel:
        channel.queue_delete(queue=subscriber.queue)
        channel.queue_delete(queue=dead_letters(subscriber.queue))


def _holds_messages(*, url: str, queue: str) -> bool:
    """By taking one, which goes back with the channel: the count of a quorum queue is seconds late."""
    with open_channel(url) as channel:
        try:
            return channel.basic_get(queue) is not None
        except NotFound:
            return False
