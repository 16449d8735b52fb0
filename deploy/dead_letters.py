"""The broker's own net: messages that ended in a queue's dead letters, because handling them ended processes or because
they are no events at all. Seen and settled queue by queue.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

from amqp.exceptions import NotFound

from chassis.bus.link import open_channel
from chassis.bus.topology import dead_letters
from deploy.topology import bindings

SHOWN_MAX = 20
# Not by the queue's own count: quorum queues tell it with a delay of seconds.
RETRIED_MAX = 10_000


def counts(*, url: str, others: Iterable[str] = ()) -> dict[str, int]:
    """The event queues, ours and these of others, that have dead letters, and how many.

    A queue of others that is not declared yet has none.
    """
    with open_channel(url) as channel:
        found = {queue: _count(channel, queue) for queue in (binding.queue for binding in bindings())}
        for queue in others:
            with suppress(NotFound):
                found[queue] = _count(channel, queue)
    return {queue: count for queue, count in found.items() if count}


def show(*, url: str, queue: str) -> list[str]:
    """The first bodies; they stay where they are."""
    with open_channel(url) as channel:
        # Closing the channel gives back what was taken and not acknowledged.
        return [_text(message) for message in _taken(channel, queue, limit=SHOWN_MAX)]


def retry(*, url: str, queue: str) -> int:
    """Put every dead letter back into its queue, each confirmed by the broker before it leaves the dead letters."""
    count = 0
    with open_channel(url) as channel:
        for message in _taken(channel, queue, limit=RETRIED_MAX):
            # Only what was given: a stranger's message may lack everything but its body.
            given = {name: message.properties.get(name) for name in ("content_type", "content_encoding")}
            again = channel.prepare_message(message.body, properties={"delivery_mode": 2, **_sender(message)}, **given)
            channel.basic_publish_confirm(again, exchange="", routing_key=queue)
            channel.basic_ack(message.delivery_tag)
            count += 1
    return count


def drop(*, url: str, queue: str) -> int:
    """Throw a queue's dead letters away for good."""
    with open_channel(url) as channel:
        count: int = channel.queue_purge(queue=dead_letters(queue))
    return count


def _count(channel: Any, queue: str) -> int:
    count: int = channel.queue_declare(queue=dead_letters(queue), passive=True).message_count
    return count


def _taken(channel: Any, queue: str, *, limit: int) -> Iterator[Any]:
    # As it lies there: what its sender said about the encoding may be part of what is wrong with it.
    channel.auto_decode = False
    for _ in range(limit):
        message = channel.basic_get(dead_letters(queue))
        if message is None:
            return
        yield message


def _sender(message: Any) -> dict[str, str]:
    """Handlers take an event only from its source; the broker lets the deployer name it."""
    user = message.properties.get("user_id")
    return {"user_id": user} if user else {}


def _text(message: Any) -> str:
    body = message.body
    return body if isinstance(body, str) else bytes(body).decode(errors="replace")
