"""The outbox: an event is a row of the business transaction; relays claim rows, publish with confirm, then mark them.

No transaction is open while publishing, any number of relays may run, and a relay that dies mid-way leaves rows whose
claim expires: published twice at worst, never lost.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection, text, update

from chassis import tracing
from chassis.events import Envelope, Event
from chassis.failpoints import failpoint
from chassis.ids import new_id
from chassis.tables import outbox

# So many leave before the broker is asked whether it has them all.
BATCH = 200
CLAIM_SECONDS = 10
UNKNOWN_SEQUENCE = 0

_SAVE = text("""
    WITH told AS (
        SELECT *, count(*) OVER (PARTITION BY subject ORDER BY position DESC) - 1 AS after_it
        FROM json_to_recordset(CAST(:rows AS json)) AS t (
            position integer, id uuid, exchange text, routing_key text, subject text, mandatory boolean,
            before text, after text
        )
    ), raised AS (
        INSERT INTO event_sequences (subject, sequence)
        SELECT subject, count(*) FROM told GROUP BY subject ORDER BY subject
        ON CONFLICT (subject) DO UPDATE SET sequence = event_sequences.sequence + excluded.sequence
        RETURNING subject, sequence
    )
    INSERT INTO outbox (id, exchange, routing_key, subject, sequence, body, mandatory)
    SELECT id, exchange, routing_key, subject, sequence - after_it, before || (sequence - after_it) || after, mandatory
    FROM told JOIN raised USING (subject)
    ORDER BY position
""")
_CLAIM = text("""
    UPDATE outbox SET claimed_until = clock_timestamp() + :lease
    WHERE id IN (
        SELECT id FROM outbox
        WHERE published_at IS NULL AND (claimed_until IS NULL OR claimed_until < clock_timestamp())
        ORDER BY created_at LIMIT :limit FOR UPDATE SKIP LOCKED
    )
    RETURNING id, exchange, routing_key, body, mandatory, created_at
""").columns(
    outbox.c.id, outbox.c.exchange, outbox.c.routing_key, outbox.c.body, outbox.c.mandatory, outbox.c.created_at
)
_MARK = text("""
    UPDATE outbox SET published_at = clock_timestamp(), claimed_until = NULL WHERE id = ANY(CAST(:ids AS uuid[]))
""")


@dataclass(frozen=True)
class Told:
    """An event that is complete but for its sequence, which is known when it is saved."""

    event: Event
    envelope: Envelope

    def as_row(self, position: int) -> dict[str, Any]:
        # No text before the sequence can hold its name in quotes: inside JSON they are written otherwise.
        before, _, after = self.envelope.to_json().partition(f'"sequence":{UNKNOWN_SEQUENCE},')
        return {
            "position": position, "id": str(self.envelope.id), "exchange": self.event.exchange,
            "routing_key": self.event.name, "subject": self.envelope.subject, "mandatory": self.event.handled,
            "before": f'{before}"sequence":', "after": f",{after}",
        }  # fmt: skip


def tell(
    *, event: Event, source: str, subject: str, data: Mapping[str, Any], now: datetime,
    cause: tuple[UUID, UUID] | None, traceparent: str = "",
) -> Told:  # fmt: skip
    """One event, to be saved, in the trace of `traceparent` or else of the work at hand.

    Raises ValueError where it is another's, or its data breaks its contract.
    """
    if event.source != source:
        raise ValueError(f"{source} must not tell {event.source}'s {event.name}")
    identifier = new_id(at=now)
    envelope = Envelope(
        id=identifier,
        source=source,
        type=event.type,
        subject=subject,
        time=now,
        sequence=UNKNOWN_SEQUENCE,
        data=event.dump(data),
        dataschema=event.dataschema,
        traceparent=tracing.child(traceparent or tracing.current()),
        causation_id=cause[0] if cause else None,
        root_id=cause[1] if cause else identifier,
    )
    return Told(event, envelope)


def save(connection: Connection, *, told: Sequence[Told]) -> None:
    """Save events in the order in which they were told.

    Sequences are taken under the rows of their subjects, always in the same order, so commit order is sequence order.
    """
    if not told:
        return
    failpoint("outbox.told")
    rows = orjson.dumps([one.as_row(position) for position, one in enumerate(told)]).decode()
    connection.execute(_SAVE, {"rows": rows})
    failpoint("outbox.saved")


def claim(connection: Connection, *, limit: int = BATCH) -> list[Mapping[str, Any]]:
    """Take up to `limit` waiting rows for CLAIM_SECONDS, oldest first."""
    values = {"limit": limit, "lease": timedelta(seconds=CLAIM_SECONDS)}
    rows = connection.execute(_CLAIM, values).mappings().all()
    return sorted((dict(row) for row in rows), key=lambda row: row["created_at"])


def mark(connection: Connection, *, published: Iterable[UUID]) -> None:
    """Record that the broker confirmed these."""
    connection.execute(_MARK, {"ids": [str(one) for one in published]})


def release(connection: Connection, *, unpublished: Iterable[UUID]) -> None:
    """Give back rows that could not be published, so that the next try need not wait for the claim to expire."""
    connection.execute(update(outbox).where(outbox.c.id.in_(list(unpublished))).values(claimed_until=None))
