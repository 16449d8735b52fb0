"""Subscribers' dead letters under the arguments of this version: those in a queue of the version before are kept.

Until then it had no delivery limit of its own. RabbitMQ 4 takes that for 20, counts each look of an operator as a
delivery, and drops what has been looked at too often; and a queue cannot be declared again with other arguments. So it
is emptied beside, deleted and declared anew under the same name, to which the subscriber's queue sends what dies in it.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from amqp.exceptions import NotFound, ResourceLocked

from chassis.bus import topology
from chassis.bus.link import open_channel
from chassis.bus.topology import dead_letters
from deploy.dead_letters import move
from deploy.rabbitmq.subscribers import Subscriber
from deploy.stack import StackProblem
from deploy.topology import try_to_declare_letters

TURN = "captive.renewing"
TURN_SECONDS_MAX, TURN_PAUSE_SECONDS = 60.0, 0.2


@dataclass(frozen=True)
class Renewed:
    """How many queues of dead letters are of this version now, what lay in them, and which stay as they are."""

    queues: int = 0
    letters: int = 0
    still_read: tuple[str, ...] = ()

    def __add__(self, other: "Renewed") -> "Renewed":
        return Renewed(
            self.queues + other.queues, self.letters + other.letters, self.still_read + other.still_read
        )  # fmt: skip


def renew_letters(*, url: str, subscribers: Iterable[Subscriber]) -> Renewed:
    """Bring every subscriber's dead letters under the arguments of now. It may be repeated, whatever it died of.

    Only while nobody reads the subscriber's queue: then nothing dies in it, and none is lost between emptying the old
    queue and deleting it. One that was moved when this ended comes twice, as every subscriber must bear. Who comes
    meanwhile waits: two at once would delete what the other has just filled. Raises StackProblem after
    TURN_SECONDS_MAX.
    """
    total = Renewed()
    with open_channel(url) as channel:
        take_turn(channel)
        for subscriber in subscribers:
            total += _renew(channel, subscriber.queue)
    return total


def take_turn(channel: Any) -> None:
    """Be the only one until the connection ends, however it does: a queue of this connection alone says so."""
    ends_at = time.monotonic() + TURN_SECONDS_MAX
    while not _is_taken(channel):
        if time.monotonic() > ends_at:
            raise StackProblem(
                "Another `captive migrate` moves the subscribers' dead letters; run it again when that one has ended."
            )
        time.sleep(TURN_PAUSE_SECONDS)


def _is_taken(channel: Any) -> bool:
    """Taken beside: the broker ends the channel that asks for what is another's, and the queue outlives its channel."""
    with channel.connection.channel() as beside:
        try:
            beside.queue_declare(queue=TURN, durable=False, exclusive=True, auto_delete=False)
        except ResourceLocked:
            return False
    return True


def _renew(channel: Any, queue: str) -> Renewed:
    letters, beside = dead_letters(queue), f"{dead_letters(queue)}.moved"
    is_renewed = try_to_declare_letters(channel, queue=queue)
    if is_renewed and not _is_there(channel, beside):
        return Renewed()
    if not is_renewed:
        if _readers(channel, queue) or _readers(channel, letters):
            return Renewed(still_read=(queue,))
        topology.declare_parked(channel, queue=beside)
        move(channel, letters, exchange="", routing_key=beside, is_dead=True)
        channel.queue_delete(queue=letters)
        topology.declare_letters(channel, queue=queue)
    count = move(channel, beside, exchange="", routing_key=letters, is_dead=True)
    channel.queue_delete(queue=beside)
    return Renewed(queues=1, letters=count)


def _readers(channel: Any, queue: str) -> int:
    """A consumer that has gone counts as one as long as it has messages in hand."""
    return int(channel.queue_declare(queue=queue, passive=True).consumer_count) if _is_there(channel, queue) else 0


def _is_there(channel: Any, queue: str) -> bool:
    """Asked beside: the broker ends the channel that asks for what is not there."""
    with channel.connection.channel() as beside:
        try:
            beside.queue_declare(queue=queue, passive=True)
        except NotFound:
            return False
    return True
