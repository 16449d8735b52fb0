"""A subscriber with plain kombu that books the money of every posted payment, once.

BUS_URL and QUEUE as the operator gave them; BOOK is an SQLite file of its own. Run it under something that restarts it.
"""

import json
import os
import signal
import sqlite3
import time
from typing import Any

from kombu import Connection, Queue, mixins

POSTED, SCHEMA = "captive.payments.payment_posted.v1", "urn:captive:event:payments:payment_posted:1"
TABLES = """CREATE TABLE IF NOT EXISTS taken (event_id TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS income (payment_id TEXT NOT NULL, amount_cents INTEGER NOT NULL);"""


class Subscriber(mixins.ConsumerMixin):
    def __init__(self, connection: Connection, queue: str, book: sqlite3.Connection) -> None:
        self.connection, self.queue, self.book = connection, Queue(queue, no_declare=True), book
        # Looked at between two messages: the one in hand is finished, those behind it stay in the queue.
        signal.signal(signal.SIGTERM, lambda *_: setattr(self, "should_stop", True))

    def on_connection_error(self, error: Exception, seconds: float) -> None:
        print(f"The broker does not take us: {error}. Next try in {seconds:.0f} s.", flush=True)

    def get_consumers(self, consumer: Any, channel: Any) -> list[Any]:
        # One at a time: whatever waits here behind a message that kills the process is counted as tried with it.
        return [consumer([self.queue], on_message=self.on_message, prefetch_count=1)]

    def on_message(self, message: Any) -> None:
        try:
            event = json.loads(message.body)
            if event["type"] == POSTED:
                self.book_once(event)
        except (ValueError, KeyError, TypeError, sqlite3.IntegrityError):
            message.reject()  # No event, or not as promised: no try could succeed. To the dead letters.
        except sqlite3.OperationalError:
            time.sleep(5)  # Locked, or the disk is full. The queue counts the tries, so this ends too.
            message.requeue()
        else:
            message.ack()  # Handled now or before, or of a type that we do not know.

    def book_once(self, event: dict[str, Any]) -> None:
        if event["dataschema"] != SCHEMA:
            raise ValueError("another shape than the one we know")
        payment, cents = event["data"]["payment_id"], event["data"]["amount_cents"]
        with self.book:  # What was taken and what came of it are one transaction: a crash leaves both or neither.
            if self.book.execute("INSERT OR IGNORE INTO taken VALUES (?)", [event["id"]]).rowcount:
                self.book.execute("INSERT INTO income VALUES (?, ?)", [payment, cents])


if __name__ == "__main__":
    book = sqlite3.connect(os.environ["BOOK"])
    book.executescript(TABLES)
    with Connection(os.environ["BUS_URL"], heartbeat=10) as connection:
        Subscriber(connection, os.environ["QUEUE"], book).run()
