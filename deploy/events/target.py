"""The queue that events are told to again: nothing counts as told before the broker has confirmed it."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from amqp.exceptions import NotFound

from chassis.bus.link import open_channel
from chassis.events import CONTENT_TYPE
from deploy.events.told import Told
from deploy.stack import StackProblem

CONFIRM_SECONDS_MAX = 30.0


@contextmanager
def opened(url: str, *, queue: str) -> Iterator["Target"]:
    """The queue, which must be there. Raises StackProblem where it is not, and BusDown."""
    with open_channel(url) as channel:
        try:
            channel.queue_declare(queue=queue, passive=True)
        except NotFound as error:
            sentence = (
                f"There is no queue {queue} on the broker; `captive broker subscriber list` shows those of others."
            )
            raise StackProblem(sentence) from error
        yield Target(channel, queue=queue)


class Target:
    """Publishes a batch in one go and waits until all of it is confirmed."""

    def __init__(self, channel: Any, *, queue: str) -> None:
        self._channel, self._queue = channel, queue
        self._unconfirmed: set[int] = set()
        self._last_tag = 0
        self._has_refused = False
        channel.confirm_select()
        channel.events["basic_ack"].add(self._on_confirm)
        channel.events["basic_nack"].add(self._on_refusal)
        channel.events["basic_return"].add(self._on_return)

    def tell(self, events: Sequence[Told]) -> None:
        """Raises StackProblem where the queue does not take them, with some of them told."""
        for told in events:
            sender = {"user_id": told.user} if told.user else {}
            message = self._channel.prepare_message(
                told.body, content_type=CONTENT_TYPE, content_encoding="utf-8",
                properties={"message_id": str(told.event.id), "delivery_mode": 2, **sender},
            )  # fmt: skip
            self._last_tag += 1
            self._unconfirmed.add(self._last_tag)
            self._channel.basic_publish(message, exchange="", routing_key=self._queue, mandatory=True)
        ends_at = time.monotonic() + CONFIRM_SECONDS_MAX
        while self._unconfirmed and not self._has_refused:
            if time.monotonic() > ends_at:
                raise StackProblem(f"The broker did not confirm what was put into {self._queue}.")
            self._wait()
        if self._has_refused:
            raise StackProblem(f"The queue {self._queue} is gone, or refuses what is put into it.")

    def _wait(self) -> None:
        try:
            self._channel.connection.drain_events(timeout=1.0)
        except TimeoutError:
            return

    def _on_confirm(self, tag: int, multiple: bool) -> None:
        self._unconfirmed -= {known for known in self._unconfirmed if known == tag or (multiple and known < tag)}

    def _on_refusal(self, *_: Any) -> None:
        self._has_refused = True

    def _on_return(self, *_: Any) -> None:
        self._has_refused = True
