"""A subscriber with stock nameko that books the money of every posted payment, once.

BUS_URL and QUEUE as the operator gave them; BOOK is an SQLite file of its own. Run it under something that restarts it.
"""

import eventlet

eventlet.monkey_patch()

import json
import os
import signal
import sqlite3
from typing import Any

from kombu import Queue
from kombu.serialization import register
from nameko.messaging import Consumer, QueueConsumer
from nameko.runners import ServiceRunner

POSTED, SCHEMA = "captive.payments.payment_posted.v1", "urn:captive:event:payments:payment_posted:1"
register("event", json.dumps, json.loads, content_type="application/cloudevents+json", content_encoding="utf-8")
book = sqlite3.connect(os.environ["BOOK"])
book.execute("CREATE TABLE IF NOT EXISTS taken (event_id TEXT PRIMARY KEY)")
book.execute("CREATE TABLE IF NOT EXISTS income (payment_id TEXT NOT NULL, amount_cents INTEGER NOT NULL)")


class Listening(QueueConsumer):
    def on_decode_error(self, message: Any, exc: Exception) -> None:
        message.reject()  # To the dead letters. nameko acknowledges what it cannot decode, logs it, and it is lost.


class Listener(Consumer):  # Not nameko's event_handler, which would declare a queue without dead letters.
    queue_consumer = Listening()


class Subscriber:
    name = "income"

    # nameko acknowledges a message whose handler has raised, unless told to requeue. The queue then counts the tries.
    @Listener.decorator(Queue(os.environ["QUEUE"], no_declare=True), requeue_on_error=True)
    def on_event(self, event: dict[str, Any]) -> None:
        if event["type"] == POSTED and event["dataschema"] != SCHEMA:
            raise ValueError("another shape than the one we know")
        if event["type"] == POSTED:  # Any other is acknowledged: what we do not know is not for us.
            payment, cents = event["data"]["payment_id"], event["data"]["amount_cents"]
            with book:  # What was taken and what came of it are one transaction: a crash leaves both or neither.
                if book.execute("INSERT OR IGNORE INTO taken VALUES (?)", [event["id"]]).rowcount:
                    book.execute("INSERT INTO income VALUES (?, ?)", [payment, cents])


if __name__ == "__main__":
    # One at a time: whatever waits here behind a message that kills the process is counted as tried with it.
    config = {"AMQP_URI": os.environ["BUS_URL"], "HEARTBEAT": 10, "ACCEPT": ["json", "event"], "max_workers": 1}
    runner = ServiceRunner(config)
    runner.add_service(Subscriber)
    signal.signal(signal.SIGTERM, lambda *_: eventlet.spawn_n(runner.stop))  # Finishes what is in hand, and ends.
    runner.start()
    runner.wait()
