"""The outbox: an event is a row of the business transaction; relays claim rows, publish with confirm, then mark them.

No transaction is open while publishing, any number of relays may run, and a relay that dies mid-way leaves rows whose
claim expires: published twice at worst, never lost.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, select, update
from sqlalchemy.dialects.postgresql import insert

from chassis import tracing
from chassis.events import Envelope, Event
from chassis.failpoints import failpoint
from chassis.ids import new_id
from chassis.tables import event_sequences, outbox

BATCH = 50
CLAIM_SECONDS = 10


def add(
    connection: Connection, *, event: Event, source: str, subject: str, data: Mapping[str, Any], now: datetime,
    cause: tuple[UUID, UUID] | None,
) -> Envelope:  # fmt: skip
    """Save one event. Its sequence is taken under the subject's row lock, so commit order is sequence order."""
    if event.source != source:
        raise ValueError(f"{source} must not tell {event.source}'s {event.name}")
    identifier = new_id(at=now)
    envelope = Envelope(
        id=identifier,
        source=source,
        type=event.type,
        subject=subject,
        time=now,
        sequence=_next_sequence(connection, subject),
        data=event.dump(data),
        dataschema=event.dataschema,
        traceparent=tracing.child(tracing.current()),
        causation_id=cause[0] if cause else None,
        root_id=cause[1] if cause else identifier,
    )
    connection.execute(
        insert(outbox).values(
            id=identifier, exchange=event.exchange, routing_key=event.name, subject=subject,
            sequence=envelope.sequence, body=envelope.to_json(), mandatory=event.handled,
        )
    )  # fmt: skip
    failpoint("outbox.saved")
    return envelope


def claim(connection: Connection, *, limit: int = BATCH) -> list[Mapping[str, Any]]:
    """Take up to `limit` waiting rows for CLAIM_SECONDS, oldest first."""
    waiting = (
        select(outbox.c.id)
        .where(outbox.c.published_at.is_(None))
        .where((outbox.c.claimed_until.is_(None)) | (outbox.c.claimed_until < func.clock_timestamp()))
        .order_by(outbox.c.created_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    claimed = (
        update(outbox)
        .where(outbox.c.id.in_(waiting.scalar_subquery()))
        .values(claimed_until=func.clock_timestamp() + timedelta(seconds=CLAIM_SECONDS))
        .returning(
            outbox.c.id, outbox.c.exchange, outbox.c.routing_key, outbox.c.body, outbox.c.mandatory, outbox.c.created_at
        )
    )
    rows = connection.execute(claimed).mappings().all()
    return sorted((dict(row) for row in rows), key=lambda row: row["created_at"])


def mark(connection: Connection, *, published: Iterable[UUID]) -> None:
    """Record that the broker confirmed these."""
    statement = update(outbox).where(outbox.c.id.in_(list(published)))
    connection.execute(statement.values(published_at=func.clock_timestamp(), claimed_until=None))


def release(connection: Connection, *, unpublished: Iterable[UUID]) -> None:
    """Give back rows that could not be published, so that the next try need not wait for the claim to expire."""
    connection.execute(update(outbox).where(outbox.c.id.in_(list(unpublished))).values(claimed_until=None))


def _next_sequence(connection: Connection, subject: str) -> int:
    statement = insert(event_sequences).values(subject=subject, sequence=1)
    raised = statement.on_conflict_do_update(
        index_elements=["subject"], set_={"sequence": event_sequences.c.sequence + 1}
    )
    sequence: int = connection.execute(raised.returning(event_sequences.c.sequence)).scalar_one()
    return sequence
