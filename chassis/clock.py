"""The two times of the house: the wall clock for instants, the business date for money.

A stack that is told a clock file can have its business date moved ahead by whole days; the wall clock never moves.
"""

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DAYS_AHEAD_MAX = 3660


class ClockRefusal(ValueError):
    """The clock cannot be read or moved as asked; the message is one sentence that says why."""


class Clock(Protocol):
    """What the doors hand to the verbs; verbs never read a clock themselves."""

    def now(self) -> datetime:
        """The instant, UTC."""

    def today(self) -> date:
        """The business date, in the company's zone."""


class WallClock:
    """The clock of production: its business date is the company's calendar date."""

    def __init__(self, *, zone_name: str) -> None:
        """Raises ClockRefusal for a name that is no time zone."""
        try:
            self._zone = ZoneInfo(zone_name)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ClockRefusal(f"{zone_name!r} is no time zone; give a name such as America/Chicago.") from error

    def now(self) -> datetime:
        return datetime.now(UTC)

    def today(self) -> date:
        return self.now().astimezone(self._zone).date()


@dataclass(frozen=True)
class Reading:
    """Both dates at one moment, in the company's zone."""

    wall_on: date
    business_on: date

    @property
    def days_ahead(self) -> int:
        return (self.business_on - self.wall_on).days


class MovableClock:
    """The clock of a sandbox stack: the wall clock, and a business date ahead of it by the days that a file holds.

    Every process of the stack reads the same file and follows it at once. While the file is missing or makes no sense,
    a running process keeps the days it last read.
    """

    def __init__(self, *, wall: Clock, clock_file: Path) -> None:
        """A missing file means no days. Raises ClockRefusal for a file that cannot be understood."""
        self._wall = wall
        self._file = clock_file
        self._stamp: tuple[int, int] | None = None
        self._days = _days_in(clock_file)

    def now(self) -> datetime:
        return self._wall.now()

    def today(self) -> date:
        return self.read().business_on

    def read(self) -> Reading:
        """The dates as they are now."""
        self._follow_file()
        return _reading(wall_on=self._wall.today(), days=self._days)

    def advance(self, *, days: int) -> Reading:
        """Move the business date ahead, for every process. Gives the reading before; raises ClockRefusal."""
        with _alone_in(self._file.parent):
            before = _reading(wall_on=self._wall.today(), days=_days_in(self._file))
            return self._move(before=before, days=before.days_ahead + days)

    def advance_to(self, *, business_on: date) -> Reading:
        """Move the business date ahead to a date. Gives the reading before; raises ClockRefusal."""
        with _alone_in(self._file.parent):
            before = _reading(wall_on=self._wall.today(), days=_days_in(self._file))
            return self._move(before=before, days=(business_on - before.wall_on).days)

    def refuse(self, *, business_on: date) -> None:
        """Raises ClockRefusal where the business date cannot be moved ahead to that date."""
        reading = self.read()
        _require_ahead(before=reading, days=(business_on - reading.wall_on).days)

    def _move(self, *, before: Reading, days: int) -> Reading:
        _require_ahead(before=before, days=days)
        _write(self._file, f"{days}\n")
        return before

    def _follow_file(self) -> None:
        try:
            status = self._file.stat()
            # Two moves may fall into one tick of the file system's clock, but each makes a file of its own.
            stamp = (status.st_mtime_ns, status.st_ino)
            if stamp != self._stamp:
                self._days = _days_in(self._file, days_if_missing=self._days)
                self._stamp = stamp
        except (OSError, ClockRefusal):
            self._stamp = None


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


def company_clock(*, zone_name: str, clock_file: str) -> Clock:
    """The clock that COMPANY_TIME_ZONE and CLOCK_FILE mean; no file: the business date cannot be moved.

    Raises ClockRefusal (a ValueError) for a zone or a file that cannot be understood.
    """
    wall = WallClock(zone_name=zone_name)
    return MovableClock(wall=wall, clock_file=Path(clock_file)) if clock_file else wall


def _reading(*, wall_on: date, days: int) -> Reading:
    return Reading(wall_on=wall_on, business_on=wall_on + timedelta(days=days))


def _require_ahead(*, before: Reading, days: int) -> None:
    if days <= before.days_ahead:
        raise ClockRefusal(f"The business date is {before.business_on} and only moves forward; go a day or more.")
    if days > DAYS_AHEAD_MAX:
        latest_on = before.wall_on + timedelta(days=DAYS_AHEAD_MAX)
        raise ClockRefusal(
            f"The business date may be {DAYS_AHEAD_MAX} days ahead of the calendar at most; "
            f"the latest possible is {latest_on}."
        )


def _days_in(file: Path, *, days_if_missing: int = 0) -> int:
    try:
        text = file.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return days_if_missing
    except (OSError, UnicodeDecodeError) as error:
        raise ClockRefusal(f"The clock file {file} cannot be read ({error}); see to it, or remove it.") from error
    if not re.fullmatch("[0-9]{1,4}", text) or int(text) > DAYS_AHEAD_MAX:
        raise ClockRefusal(f"The clock file {file} must hold a number of days up to {DAYS_AHEAD_MAX} and nothing else.")
    return int(text)


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """One mover at a time: of two that read the same days, the second would take the first one's move back."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise ClockRefusal(f"The folder {folder} of the clock file cannot be used: {error.strerror}.") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _write(file: Path, text: str) -> None:
    """Replace the file whole, so that no reader ever sees half of it."""
    draft = file.with_name(f".{file.name}.new")
    try:
        with draft.open("w", encoding="ascii") as stream:
            # Services may run as another user than the one who moves the clock.
            os.fchmod(stream.fileno(), 0o644)
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(file)
    except OSError as error:
        raise ClockRefusal(f"The clock file {file} cannot be written: {error.strerror}.") from error
