"""The broker's own net: messages that ended in the dead letters, because handling them ended processes or because they
are no events at all. Those of all handlers of a service lie in one queue; each is seen and settled by itself or with
all that came from the same queue.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from amqp.exceptions import ChannelError, NotFound

from chassis.bus.link import open_channel
from chassis.bus.topology import EVENT_QUEUE, dead_letters, parked_queue
from chassis.errors import Impossible
from chassis.events import parse
from deploy.catalogue import SERVICES
from deploy.stack import StackProblem

SHOWN_MAX = 20
# Not by the queue's own count: quorum queues tell it with a delay of seconds.
TAKEN_MAX = 10_000
NAME_LENGTH = 12
# The broker's word for a message that it could put into no queue.
NO_ROUTE = 312
REASON_HEADER = "x-parked-because"
REASONS = {"delivery_limit": "processes ended in it", "rejected": "no event for it"}


@dataclass(frozen=True)
class Letter:
    """One dead letter, and the queue in which it died."""

    queue: str
    message: Any

    @property
    def name(self) -> str:
        """The same for the same body out of the same queue."""
        text = self.message.body
        body = text.encode() if isinstance(text, str) else bytes(text or b"")
        return f"letter-{hashlib.sha256(self.queue.encode() + b'/' + body).hexdigest()[:NAME_LENGTH]}"

    @property
    def handler(self) -> str:
        """As `service.method`; another system's queue stands for itself."""
        ours = EVENT_QUEUE.fullmatch(self.queue)
        return f"{ours['service']}.{ours['method']}" if ours else self.queue

    @property
    def event(self) -> str:
        """The event's type and id; `no event` for what cannot be read as one."""
        try:
            envelope = parse(self.text)
        except Impossible:
            return "no event"
        return f"{envelope.type} {envelope.id}"

    @property
    def reason(self) -> str:
        reason = reason_of(self.message)
        return f"{reason}: {REASONS[reason]}" if reason in REASONS else reason

    @property
    def text(self) -> str:
        body = self.message.body
        return body if isinstance(body, str) else bytes(body or b"").decode(errors="replace")

    def is_meant_by(self, what: str) -> bool:
        """By its own name, its handler's, its queue's, or its event's id."""
        return what in (self.name, self.handler, self.queue) or self.event.endswith(f" {what}")


def found(*, url: str, others: Iterable[str] = ()) -> list[Letter]:
    """Every dead letter of ours and of these queues of others. What is not declared yet has none."""
    with open_channel(url) as channel:
        # Closing the channel gives back what was taken and not acknowledged.
        return list(_taken(channel, others))


def counts(*, url: str, others: Iterable[str] = ()) -> dict[str, int]:
    """The queues that have dead letters, and how many."""
    return dict(Counter(letter.queue for letter in found(url=url, others=others)))


def show(*, url: str, what: str, others: Sequence[str] = ()) -> list[Letter]:
    """The first of what is meant; they stay where they are."""
    return [letter for letter in found(url=url, others=others) if letter.is_meant_by(what)][:SHOWN_MAX]


def retry(*, url: str, what: str, others: Sequence[str] = ()) -> int:
    """Put each back into its queue, confirmed by the broker before it leaves the dead letters; gives how many.

    Raises StackProblem where its queue is gone; it stays, with those after it.
    """
    with open_channel(url) as channel:
        # All are taken before the first goes back: what fails at once again is not taken twice.
        meant = [letter for letter in _taken(channel, others) if letter.is_meant_by(what)]
        for letter in meant:
            put(channel, letter.message, exchange="", routing_key=letter.queue)
            channel.basic_ack(letter.message.delivery_tag)
    return len(meant)


def drop(*, url: str, what: str, others: Sequence[str] = ()) -> int:
    """Throw them away for good; gives how many."""
    with open_channel(url) as channel:
        meant = [letter for letter in _taken(channel, others) if letter.is_meant_by(what)]
        for letter in meant:
            channel.basic_ack(letter.message.delivery_tag)
    return len(meant)


def reason_of(message: Any) -> str:
    """Why the broker put it aside, in its own word; `unknown` where its properties cannot be read."""
    deaths = message.headers.get("x-death") or [{}]
    return str(deaths[0].get("reason") or message.headers.get(REASON_HEADER) or "unknown")


def put(channel: Any, message: Any, *, exchange: str, routing_key: str, reason: str = "") -> None:
    """A copy, as its sender gave it, confirmed by the broker. Handlers take an event only from its source.

    `reason` goes with a dead letter that is moved: what the broker noted, it takes from nobody else. Raises
    StackProblem where no queue takes it: the broker confirms what it drops, so whoever holds the message keeps it.
    """
    # Only what was given: a stranger's message may lack everything but its body.
    given = {name: message.properties.get(name) for name in ("content_type", "content_encoding")}
    user = message.properties.get("user_id")
    properties = {"delivery_mode": 2, **({"user_id": user} if user else {})}
    headers = {REASON_HEADER: reason} if reason else {}
    copy = channel.prepare_message(message.body, properties=properties, headers=headers, **given)
    try:
        channel.basic_publish_confirm(copy, exchange=exchange, routing_key=routing_key, mandatory=True)
    except ChannelError as returned:
        if returned.reply_code != NO_ROUTE:
            raise
        raise StackProblem(
            f"There is no queue {routing_key}, so what is meant for it stays where it was; `captive migrate` declares "
            "the queues of this version, and `captive parked drop` throws away what none of them is for."
        ) from returned


def move(channel: Any, queue: str, *, exchange: str, routing_key: str, is_dead: bool = False) -> int:
    """All that lies in a queue, confirmed in its new place before it leaves the old one; gives how many."""
    count = 0
    for message in take_all(channel, queue):
        reason = reason_of(message) if is_dead else ""
        put(channel, message, exchange=exchange, routing_key=routing_key, reason=reason)
        channel.basic_ack(message.delivery_tag)
        count += 1
    return count


def take_all(channel: Any, queue: str) -> Iterator[Any]:
    """What lies in a queue, as it lies there, unacknowledged."""
    # What its sender said about the encoding may be part of what is wrong with it.
    channel.auto_decode = False
    while (message := channel.basic_get(queue)) is not None:
        yield message


def _taken(channel: Any, others: Iterable[str]) -> Iterator[Letter]:
    return islice(_all_taken(channel, others), TAKEN_MAX)


def _all_taken(channel: Any, others: Iterable[str]) -> Iterator[Letter]:
    for service in SERVICES:
        for message in _messages_of(channel, parked_queue(service)):
            yield Letter(message.delivery_info["routing_key"], message)
    for queue in others:
        for message in _messages_of(channel, dead_letters(queue)):
            yield Letter(queue, message)


def _messages_of(channel: Any, queue: str) -> Iterator[Any]:
    """None where the queue is not declared, which is asked beside: the broker ends a channel that asks in vain."""
    with channel.connection.channel() as beside:
        try:
            beside.queue_declare(queue=queue, passive=True)
        except NotFound:
            return iter(())
    return take_all(channel, queue)
