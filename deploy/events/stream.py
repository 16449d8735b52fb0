"""Past and coming events from the broker's stream of promised events, in the order in which the broker got them.

An offset names each message for ever; whoever reads goes on after the last that was dealt with.
"""

import time
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from amqp.exceptions import NotFound

from chassis.bus.link import open_channel
from chassis.bus.topology import EVENTS_STREAM
from chassis.errors import BusDown
from deploy.events.choice import Choice, event_in
from deploy.events.told import Batch, Told, named_sender
from deploy.stack import StackProblem

BATCH = 200
HEARTBEAT_SECONDS = 10
LOOK_SECONDS = 0.2
# A stream that holds nothing answers with silence.
FIRST_SECONDS_MAX = 2.0
# An event is in the stream after it has happened, by the clocks of two machines.
CLOCKS_APART = timedelta(minutes=2)
RECONNECT_SECONDS = 1.0


def has_stream(url: str) -> bool:
    with open_channel(url) as channel:
        try:
            channel.queue_declare(queue=EVENTS_STREAM, passive=True)
        except NotFound:
            return False
    return True


def held_since(url: str) -> datetime | None:
    """When the first event that the stream holds happened; None where it holds none."""
    with _reading(url, offset="first") as reader:
        ends_at = time.monotonic() + FIRST_SECONDS_MAX
        while time.monotonic() < ends_at:
            for message in reader.waiting():
                event = event_in(message.body)
                if event is not None:
                    return event.time
    return None


def past(url: str, choice: Choice, *, after: Mapping[str, Any] | None) -> Iterator[Batch]:
    """All that the stream held before this began: up to a mark that is put there now. Raises BusDown."""
    mark = _put_mark(url)
    with _reading(url, offset=_beginning(choice, after)) as reader:
        while True:
            told: list[Told] = []
            next_offset = 0
            for message in reader.waiting():
                next_offset = _offset(message) + 1
                if message.properties.get("message_id") == mark:
                    yield Batch(told, {"offset": next_offset})
                    return
                told += _told(message, choice, url)
            if next_offset:
                yield Batch(told, {"offset": next_offset})


def coming(url: str, choice: Choice) -> Iterator[Batch]:
    """What comes from now on, or from the choice's beginning, without end; over a lost connection it goes on.

    Raises BusDown where it could not begin.
    """
    offset: Any = _beginning(choice, None) if choice.since else "next"
    has_begun = False
    while True:
        try:
            with _reading(url, offset=offset) as reader:
                has_begun = True
                while True:
                    found = list(reader.waiting())
                    offset = _offset(found[-1]) + 1 if found else offset
                    yield Batch([told for message in found for told in _told(message, choice, url)], {})
        except BusDown:
            if not has_begun:
                raise
            time.sleep(RECONNECT_SECONDS)


class _Reader:
    """What was delivered and not looked at yet."""

    def __init__(self, channel: Any, *, offset: Any) -> None:
        self._channel = channel
        self._delivered: deque[Any] = deque()
        # Nobody reads a stream without a limit and acknowledgements.
        channel.basic_qos(0, BATCH, False)
        arguments = {"x-stream-offset": offset}
        channel.basic_consume(queue=EVENTS_STREAM, callback=self._delivered.append, arguments=arguments)

    def waiting(self) -> Iterator[Any]:
        """Up to BATCH messages, as soon as there are any; none where none came for a moment."""
        self._wait()
        for _ in range(min(BATCH, len(self._delivered))):
            message = self._delivered.popleft()
            self._channel.basic_ack(message.delivery_tag)
            yield message

    def _wait(self) -> None:
        try:
            while not self._delivered:
                self._channel.connection.drain_events(timeout=LOOK_SECONDS)
            while len(self._delivered) < BATCH:
                self._channel.connection.drain_events(timeout=0.01)
        except TimeoutError:
            self._channel.connection.heartbeat_tick()


@contextmanager
def _reading(url: str, *, offset: Any) -> Iterator[_Reader]:
    with open_channel(url, heartbeat_seconds=HEARTBEAT_SECONDS) as channel:
        # As it lies there: a body may be no text.
        channel.auto_decode = False
        try:
            yield _Reader(channel, offset=offset)
        except NotFound as error:
            raise StackProblem(
                f"The broker has no {EVENTS_STREAM}; run `captive migrate`, or give --out-of outbox."
            ) from error


def _beginning(choice: Choice, after: Mapping[str, Any] | None) -> Any:
    if after:
        return after["offset"]
    return choice.since - CLOCKS_APART if choice.since else "first"


def _offset(message: Any) -> int:
    offset: int = message.headers["x-stream-offset"]
    return offset


def _told(message: Any, choice: Choice, url: str) -> list[Told]:
    event = event_in(message.body)
    if event is None or not choice.takes(event):
        return []
    body = message.body if isinstance(message.body, str) else bytes(message.body).decode()
    return [Told(event, body, user=named_sender(message.properties.get("user_id"), url=url))]


def _put_mark(url: str) -> str:
    mark = str(uuid4())
    with open_channel(url) as channel:
        properties = {"message_id": mark, "delivery_mode": 2}
        message = channel.prepare_message("mark", content_encoding="utf-8", properties=properties)
        channel.basic_publish_confirm(message, exchange="", routing_key=EVENTS_STREAM, mandatory=True)
    return mark
