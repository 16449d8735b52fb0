"""An outside system that subscribes to events: from its own queue on the broker, else from the gateway's stream."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol
from uuid import uuid4

import requests

from chassis.bus.link import open_channel
from chassis.bus.topology import declare_event_exchange


class Subscriber(Protocol):
    """Whoever listens from outside."""

    source: str

    def received(self) -> list[dict[str, Any]]:
        """The events seen so far: each its type and its data."""


class QueueSubscriber:
    """Its own queue, bound to the exchange of payments, as any other internal system would have one."""

    source = "its own queue on the broker"

    def __init__(self, channel: Any, queue: str) -> None:
        self._channel = channel
        self._queue = queue
        self._seen: list[dict[str, Any]] = []

    def received(self) -> list[dict[str, Any]]:
        while (message := self._channel.basic_get(self._queue)) is not None:
            event = json.loads(message.body)
            self._seen.append({"type": event["type"], "data": event["data"]})
            self._channel.basic_ack(message.delivery_tag)
        return self._seen


class StreamSubscriber:
    """Server-sent events of the signed-in customer."""

    source = "the HTTP stream"

    def __init__(self, answer: requests.Response) -> None:
        self._answer = answer
        self._seen: list[dict[str, Any]] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def received(self) -> list[dict[str, Any]]:
        return list(self._seen)

    def _read(self) -> None:
        kind = ""
        try:
            for line in self._answer.iter_lines(chunk_size=1, decode_unicode=True):
                if line.startswith("event:"):
                    kind = line.partition(":")[2].strip()
                elif line.startswith("data:"):
                    self._seen.append({"type": kind, "data": json.loads(line.partition(":")[2])})
        except (requests.RequestException, AttributeError):
            # The demo has closed its end.
            return


@contextmanager
def subscribed(*, bus: str, url: str, authorization: str) -> Iterator[Subscriber]:
    """Listen while the block runs."""
    if bus.startswith("amqp"):
        with open_channel(bus) as channel:
            queue = f"demo.{uuid4()}"
            declare_event_exchange(channel, source="payments")
            channel.queue_declare(queue=queue, durable=False, exclusive=True, auto_delete=True)
            channel.queue_bind(queue=queue, exchange="payments.events", routing_key="#")
            yield QueueSubscriber(channel, queue)
        return
    headers = {"Authorization": authorization, "Accept": "text/event-stream"}
    with requests.get(f"{url}/v1/stream", headers=headers, stream=True, timeout=(5, 60)) as answer:
        answer.raise_for_status()
        yield StreamSubscriber(answer)
