"""A host without a part of the chassis: `python -m tests.faults.crashing.ablated PART package.module:Class`.

What is left out is left out here and in no setting: what serves has no such switch.

inbox                    a reaction runs at every delivery
inbox, keys              so does it, and what a service knows by a key of its own it no longer knows
told after the commit    no outbox: events go straight to the bus once the commit is done
told before the commit   no outbox: events go straight to the bus while the transaction is open
acknowledgement          a message is acknowledged when it comes, as nameko's event handlers do in effect
"""

import importlib
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import Any
from uuid import uuid4

# Until an acknowledgement has left this process for certain.
WRITTEN_SECONDS = 0.05
INBOX, INBOX_AND_KEYS = "inbox", "inbox, keys"
TOLD_AFTER, TOLD_BEFORE = "told after the commit", "told before the commit"
ACKNOWLEDGEMENT = "acknowledgement"


def main(part: str, path: str) -> int:
    # First, because it makes the process green: whatever is imported after it waits in the right way.
    host = importlib.import_module("chassis.host")
    REMOVALS[part]()
    return int(host.main([path]))


def _remove(owner: Any, name: str, instead: Any) -> None:
    assert hasattr(owner, name), f"{owner} has no {name} any more"
    setattr(owner, name, instead)


def _without_inbox() -> None:
    from chassis import inbox

    def take(connection: Any, *, event_id: Any, handler: str) -> bool:
        return True

    def take_together(connection: Any, *, event_ids: Any, handler: str) -> set[Any]:
        return set(event_ids)

    _remove(inbox, "take", take)
    _remove(inbox, "take_together", take_together)


def _without_inbox_and_keys() -> None:
    """The second line as well: what a ledger, a message and a stream's event are known by is new at every run."""
    _without_inbox()
    from dataclasses import replace

    from gateway.stream import memory
    from services.accounts.operations.apply_payment import PostedPayment
    from services.notifications.rules import causes

    plain_key, plain_record = causes.source_key, memory.record

    def source_key(payment: PostedPayment) -> str:
        return f"payment:{payment.payment_id}:{payment.presentment_number}:{uuid4()}"

    def record(transaction: Any, *, events: Any, **named: Any) -> None:
        plain_record(transaction, events=[replace(event, id=uuid4()) for event in events], **named)

    anew = cached_property(source_key)
    anew.__set_name__(PostedPayment, "source_key")
    _remove(PostedPayment, "source_key", anew)
    _remove(causes, "source_key", lambda *, cause, **named: plain_key(cause=f"{cause}:{uuid4()}", **named))
    _remove(memory, "record", record)


def _told_after_the_commit() -> None:
    from chassis.failpoints import failpoint
    from chassis.store import Database, Transaction

    take_from_outbox, writing = _taking_from_outbox(), Database.writing

    def emit(self: Transaction, event: Any, *, subject: str, data: Mapping[str, Any]) -> None:
        # Of a group each is told with a cause of its own, within one transaction and on one connection.
        self.connection.info.setdefault("untold", []).append(take_from_outbox(self, event, subject, data))

    @contextmanager
    def writing_then_telling(self: Database, **named: Any) -> Iterator[Transaction]:
        with writing(self, **named) as transaction:
            kept = transaction.connection.info
            kept.pop("untold", None)
            yield transaction
            untold = kept.pop("untold", [])
        if untold:
            failpoint("outbox.claimed")
            _publish(untold)
            failpoint("outbox.published")

    _remove(Transaction, "emit", emit)
    _remove(Database, "writing", writing_then_telling)


def _told_before_the_commit() -> None:
    from chassis.failpoints import failpoint
    from chassis.store import Transaction

    take_from_outbox = _taking_from_outbox()

    def emit(self: Transaction, event: Any, *, subject: str, data: Mapping[str, Any]) -> None:
        _publish([take_from_outbox(self, event, subject, data)])
        failpoint("outbox.sent")

    _remove(Transaction, "emit", emit)


def _taking_from_outbox() -> Callable[..., Any]:
    """Emits as ever, and takes the row away again before anybody but this transaction has seen it."""
    from sqlalchemy import delete

    from chassis import outbox
    from chassis.store import Transaction
    from chassis.tables import outbox as rows

    plain = Transaction.emit

    def take(transaction: Transaction, event: Any, subject: str, data: Mapping[str, Any]) -> Any:
        plain(transaction, event, subject=subject, data=data)
        told = transaction.told.pop()
        outbox.save(transaction.connection, told=[told])
        taken = delete(rows).where(rows.c.id == told.envelope.id)
        return transaction.one(taken.returning(rows.c.exchange, rows.c.routing_key, rows.c.body))

    return take


def _publish(rows: list[Any]) -> None:
    from chassis.bus.link import open_channel
    from chassis.events import CONTENT_TYPE

    with open_channel(os.environ["BUS_URL"]) as channel:
        for row in rows:
            message = channel.prepare_message(
                row["body"], content_type=CONTENT_TYPE, content_encoding="utf-8", properties={"delivery_mode": 2}
            )
            channel.basic_publish_confirm(message, exchange=row["exchange"], routing_key=row["routing_key"])


def _without_acknowledgement() -> None:
    from chassis.doors.listening import Listen
    from chassis.failpoints import failpoint

    def on_message(self: Any, lane: Any, message: Any) -> None:
        lane.acknowledge(message)
        time.sleep(WRITTEN_SECONDS)
        failpoint("event.received")
        body = message.body if isinstance(message.body, str) else bytes(message.body).decode()
        self.run_again(body, False)

    _remove(Listen, "on_message", on_message)


REMOVALS = {
    INBOX: _without_inbox,
    INBOX_AND_KEYS: _without_inbox_and_keys,
    TOLD_AFTER: _told_after_the_commit,
    TOLD_BEFORE: _told_before_the_commit,
    ACKNOWLEDGEMENT: _without_acknowledgement,
}

if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
