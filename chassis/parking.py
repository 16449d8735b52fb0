"""What is parked, of reactions and errands alike: for the person who decides about it."""

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import Connection, select

from chassis.tables import attempts, inbox


def bodies_of(connection: Connection, *, event_id: UUID) -> Iterator[tuple[str, str]]:
    """(handler, body) of every parked handling of one event."""
    reactions = select(inbox.c.handler, inbox.c.body).where(inbox.c.event_id == event_id, inbox.c.state == "parked")
    errands = select(attempts.c.handler, attempts.c.body).where(
        attempts.c.key == str(event_id), attempts.c.state == "parked"
    )
    for statement in (reactions, errands):
        for handler, body in connection.execute(statement).all():
            yield handler, body or ""
