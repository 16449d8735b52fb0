"""The two times of the house: the wall clock for instants, the business date for money."""

from datetime import UTC, date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    """What the doors hand to the verbs; verbs never read a clock themselves."""

    def now(self) -> datetime:
        """The instant, UTC."""

    def today(self) -> date:
        """The business date, in the company's zone."""


class WallClock:
    """The clock of a running stack."""

    def __init__(self, *, zone_name: str) -> None:
        self._zone = ZoneInfo(zone_name)

    def now(self) -> datetime:
        return datetime.now(UTC)

    def today(self) -> date:
        return self.now().astimezone(self._zone).date()


class FixedClock:
    """A clock that stands still until it is told to move: for tests and rehearsals."""

    def __init__(self, *, now: datetime, today: date | None = None) -> None:
        self._now = now
        self._today = today or now.date()

    def now(self) -> datetime:
        return self._now

    def today(self) -> date:
        return self._today

    def move_to(self, now: datetime, *, today: date | None = None) -> None:
        self._now = now
        self._today = today or now.date()
