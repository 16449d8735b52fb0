"""Which events are meant: by their names, their source, their subject, and when they happened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from chassis.errors import Impossible
from chassis.events import Envelope, Event, parse
from deploy.catalogue import SERVICES
from deploy.rabbitmq.grants import events_of
from deploy.stack import StackProblem


@dataclass(frozen=True)
class Choice:
    """`names` are pairs of source and event; of the instants the first counts and the last does not."""

    names: frozenset[tuple[str, str]]
    subject: str | None
    since: datetime | None
    until: datetime | None
    is_promised: bool

    def takes(self, event: Envelope) -> bool:
        return (
            (event.source, event.name) in self.names
            and self.subject in (None, event.subject)
            and (self.since is None or event.time >= self.since)
            and (self.until is None or event.time < self.until)
        )

    def described(self) -> dict[str, Any]:
        """As it stands in a file, to be compared."""
        return {
            "names": sorted(".".join(name) for name in self.names),
            "subject": self.subject,
            "since": self.since.isoformat() if self.since else None,
            "until": self.until.isoformat() if self.until else None,
        }


def chosen(
    *, types: Sequence[str], sources: Sequence[str], subject: str | None, since: str | None, until: str | None,
    with_unpromised: bool,
) -> Choice:  # fmt: skip
    """The choice that these words make. Raises StackProblem for an event or a source that nobody knows."""
    told = [event for name in SERVICES for event in events_of(name)]
    unknown = set(sources) - {event.source for event in told}
    if unknown:
        sentence = (
            f"No service {sorted(unknown)[0]} tells anything; there are {', '.join(sorted({e.source for e in told}))}."
        )
        raise StackProblem(sentence)
    named = [event for word in types for event in _called(word, told, with_unpromised=with_unpromised)]
    wanted = named if types else [event for event in told if event.promised or with_unpromised]
    kept = [event for event in wanted if not sources or event.source in sources]
    return Choice(
        names=frozenset((event.source, event.name) for event in kept),
        subject=subject,
        since=instant(since) if since else None,
        until=instant(until) if until else None,
        is_promised=all(event.promised for event in kept),
    )


def instant(text: str) -> datetime:
    """An instant of RFC 3339. Raises StackProblem."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise StackProblem(f"{text!r} is no instant; give date, time and zone, as in 2026-11-01T00:00:00Z.")
    return found.astimezone(UTC)


def event_in(body: str | bytes) -> Envelope | None:
    """The event that a message is; None where it is none."""
    try:
        return parse(body)
    except Impossible:
        return None


def _called(word: str, told: Sequence[Event], *, with_unpromised: bool) -> list[Event]:
    found = [event for event in told if word in (event.name, f"{event.source}.{event.name}", event.type)]
    if not found:
        promised = ", ".join(sorted({event.name for event in told if event.promised}))
        raise StackProblem(f"No service tells {word}; there are {promised}, and with --all those between our services.")
    if not with_unpromised and not all(event.promised for event in found):
        raise StackProblem(f"{word} is between our own services and promised to nobody; give --all to see it anyway.")
    return found
