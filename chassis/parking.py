"""What is parked, of reactions and errands alike: for the person who decides about it."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, select

from chassis import attempts as errands
from chassis import inbox as reactions
from chassis.events import parse
from chassis.tables import attempts, inbox


@dataclass(frozen=True)
class Parked:
    """One handling of one event that waits for a person. `type` is the event's, such as captive.payments.x.v1."""

    event_id: str
    handler: str
    type: str
    tries: int
    error: str


def parked(connection: Connection) -> Iterator[Parked]:
    """Every parked reaction, then every parked errand, each oldest first."""
    for key, rows in (("event_id", reactions.parked(connection)), ("key", errands.parked(connection))):
        for row in rows:
            yield Parked(str(row[key]), row["handler"], parse(row["body"]).type, row["tries"], row["error"])


def bodies_of(connection: Connection, *, event_id: UUID) -> Iterator[tuple[str, str]]:
    """(handler, body) of every parked handling of one event."""
    of_reactions = select(inbox.c.handler, inbox.c.body).where(inbox.c.event_id == event_id, inbox.c.state == "parked")
    of_errands = select(attempts.c.handler, attempts.c.body).where(
        attempts.c.key == str(event_id), attempts.c.state == "parked"
    )
    for statement in (of_reactions, of_errands):
        for handler, body in connection.execute(statement).all():
            yield handler, body or ""
