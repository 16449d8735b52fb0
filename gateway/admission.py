"""Who is let in when more is asked than can be answered: refused at once rather than answered late, the least first.

The measure is delay, not load: how late the event loop wakes. While it wakes late for a whole window, a growing share
of the lowest rank is refused, then of the next one; as soon as it wakes in time again, everybody is let in.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from enum import IntEnum
from typing import Protocol

TICK_SECONDS = 0.025
WINDOW_SECONDS = 0.2
# Late in two ticks after each other is no hiccup; a loop that is very late does not get to more of them.
WINDOW_TICKS_MIN = 2
# Later than this in every tick of a window, the process has more to do than it can.
LATE_SECONDS = 0.04
PRESSURE_STEP = 0.25
# With so few in hand nobody waits long, however slow the machine is.
CALM = 48
IN_HAND_MAX = 256


class Rank(IntEnum):
    """What matters most when not everything can be answered: money and the way in, then one thing, then the rest."""

    FIRST = 0
    READ = 1
    REST = 2
    # Not counted: it asks for next to nothing, or stays for long and waits most of the time.
    UNCOUNTED = 3


# Of IN_HAND_MAX, how much a rank may fill; and the pressure at which the first of it is refused. What comes first is
# refused only when there is too much of itself.
SHARES = {Rank.FIRST: 1.0, Rank.READ: 0.75, Rank.REST: 0.5}
PRESSURE_MAX = 2.0
PRESSURES = {Rank.FIRST: PRESSURE_MAX, Rank.READ: 1.0, Rank.REST: 0.0}


class Waiting(Protocol):
    """Calls that wait for one neighbour."""

    waiting: int

    @property
    def is_silent(self) -> bool:
        """Whether it has not answered anybody for a while."""


class Admission:
    """The requests in hand in this process, and the pressure under which it is."""

    def __init__(self) -> None:
        self.in_hand = 0
        self.pressure = 0.0
        self.neighbours: Iterable[Waiting] = ()
        self._owed = dict.fromkeys(PRESSURES, 0.0)
        self._least_late = float("inf")
        self._ticks = 0
        self._passed_seconds = 0.0

    def admits(self, rank: Rank) -> bool:
        """Whether a request of that rank is let in now."""
        if self.in_hand < CALM or rank is Rank.UNCOUNTED:
            return True
        # Who waits for a silent neighbour needs nothing of us, and must not keep others out.
        at_work = self.in_hand - sum(known.waiting for known in self.neighbours if known.is_silent)
        if at_work < CALM:
            return True
        if at_work >= IN_HAND_MAX * SHARES[rank]:
            return False
        refused_share = min(1.0, max(0.0, self.pressure - PRESSURES[rank]))
        self._owed[rank] += refused_share
        if self._owed[rank] < 1.0:
            return True
        self._owed[rank] -= 1.0
        return False

    @contextmanager
    def set_aside(self) -> Iterator[None]:
        """While a request in hand only lets time pass, it takes nobody's place."""
        self.in_hand -= 1
        try:
            yield
        finally:
            self.in_hand += 1

    def note_late(self, seconds: float) -> None:
        """The event loop woke so much later than it was asked to; told every TICK_SECONDS."""
        self._least_late = min(self._least_late, seconds)
        self._ticks += 1
        self._passed_seconds += TICK_SECONDS + seconds
        if self._passed_seconds < WINDOW_SECONDS or self._ticks < WINDOW_TICKS_MIN:
            return
        if self._least_late >= LATE_SECONDS:
            # The later, the more of them waited for nothing already.
            step = PRESSURE_STEP * min(4.0, self._least_late / LATE_SECONDS)
            self.pressure = min(PRESSURE_MAX, self.pressure + step)
        else:
            self.pressure = self.pressure / 3 if self.pressure > PRESSURE_STEP else 0.0
        self._ticks, self._passed_seconds, self._least_late = 0, 0.0, float("inf")
