"""Puts messages on the broker exactly as they are given, down to properties that no library would write."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import amqp
from kombu import Connection

from chassis.bus.topology import RPC_EXCHANGE

# An address as our own callers have them.
REPLY_TO = f"rpc.reply-tests-{uuid4()}"


@dataclass(frozen=True)
class Parcel:
    """One message; `raw` stands for all its properties, as bytes."""

    body: bytes
    properties: Mapping[str, Any] = field(default_factory=dict)
    raw: bytes | None = None


@dataclass(frozen=True)
class Answer:
    """What came back on a call, and when."""

    content: dict[str, Any]
    came_at: float

    @property
    def is_refusal(self) -> bool:
        return self.content["error"] is not None


class RawMessage(amqp.Message):
    """A message whose properties were written by hand."""

    raw = b""

    def _serialize_properties(self) -> bytes:
        return self.raw


class Sender:
    """One connection that publishes, and that takes in the answers to its calls by their correlation."""

    def __init__(self, url: str) -> None:
        self._connection = Connection(url)
        self._connection.connect()
        self._channel = self._connection.channel()
        self.answers: dict[str, Answer] = {}
        self._channel.exchange_declare(exchange=RPC_EXCHANGE, type="topic", durable=True, auto_delete=False)
        self._channel.queue_declare(queue=REPLY_TO, exclusive=True)
        self._channel.queue_bind(queue=REPLY_TO, exchange=RPC_EXCHANGE, routing_key=REPLY_TO)
        self._channel.basic_consume(queue=REPLY_TO, no_ack=True, callback=self._on_answer)

    def close(self) -> None:
        self._connection.close()

    def post(self, parcel: Parcel, *, queue: str) -> None:
        """Straight into a queue."""
        self._channel.basic_publish(_message(parcel), exchange="", routing_key=queue)

    def call(self, parcel: Parcel, *, method: str) -> None:
        """To whoever answers this method."""
        self._channel.basic_publish(_message(parcel), exchange=RPC_EXCHANGE, routing_key=method)

    def listen(self, *, seconds: float) -> None:
        """Take in answers for so long."""
        ends_at = time.monotonic() + seconds
        while (left := ends_at - time.monotonic()) > 0:
            try:
                self._connection.drain_events(timeout=left)
            except TimeoutError:
                return

    def _on_answer(self, message: Any) -> None:
        mark = message.properties.get("correlation_id", "")
        assert mark not in self.answers, f"{mark} was answered twice"
        self.answers[mark] = Answer(json.loads(message.body), time.time())


def _message(parcel: Parcel) -> amqp.Message:
    if parcel.raw is not None:
        message = RawMessage(parcel.body)
        message.raw = parcel.raw
        return message
    properties = dict(parcel.properties)
    headers = properties.pop("headers", None)
    return amqp.Message(parcel.body, application_headers=headers, **properties)
