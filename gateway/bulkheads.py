"""Between the gateway and each service: one that is slow or gone takes its own routes down, and no others.

So many calls may wait for a service; the number follows how much longer it takes than it could. While it says nothing
at all, a few calls probe it and everybody else is refused at once; the first answer opens the way again.
"""

from collections.abc import Callable, Mapping
from time import monotonic
from typing import Any

from chassis import logs
from chassis.bus.rpc import Asks, Reply
from chassis.context import CallContext
from chassis.errors import NeighbourAbsent, NeighbourBusy, NeighbourShunned, NeighbourSilent
from gateway.admission import Rank

# Thirty-two clients who each wait for their answer are never too many, of whatever rank.
WAITING_MIN, WAITING_START, WAITING_MAX = 40, 80, 160
SHARES = {Rank.FIRST: 1.0, Rank.READ: 0.9, Rank.REST: 0.8, Rank.UNCOUNTED: 1.0}
# Longer than this beyond what a method takes at its best, in every call of a window, it has too much to do.
STRETCH_SECONDS = 0.25
WINDOW_SECONDS = 0.2
SHRINK, GROW = 0.8, 4
# What was quickest once is forgotten slowly.
FORGETTING = 1.001
SILENCE_SECONDS = 2.0
PROBES = 4
# So long after a call that got no answer, what an answer can do without is not asked for again.
PROBE_PAUSE_SECONDS = 5.0

log = logs.logger(__name__)


class Bulkhead:
    """One service, and who waits for it. `allowed` is how many may."""

    def __init__(self, service: str, neighbour: Asks, *, now: Callable[[], float] = monotonic) -> None:
        self.service = service
        self.waiting = 0
        self.allowed = float(WAITING_START)
        self._neighbour = neighbour
        self._now = now
        self._since: dict[int, float] = {}
        self._number = 0
        self._heard_at = 0.0
        self._given_up_at = 0.0
        self._was_silent = False
        self._quickest: dict[str, float] = {}
        self._window = _Window(ends_at=now() + WINDOW_SECONDS)

    @property
    def is_silent(self) -> bool:
        """Whether nobody who waits, and nobody since, has been answered for a while."""
        if not self._was_silent and self._since:
            oldest = next(iter(self._since.values()))
            self._was_silent = self._now() - max(self._heard_at, oldest) > SILENCE_SECONDS
            if self._was_silent:
                log.warning("neighbour is silent", neighbour=self.service, waiting=self.waiting)
        return self._was_silent

    def ask(
        self, method: str, *, request: Mapping[str, Any], context: CallContext, key: str | None, rank: Rank,
        is_optional: bool = False,
    ) -> Reply:  # fmt: skip
        """The service's reply. Raises what `Asks.ask` raises, or NeighbourBusy, NeighbourShunned.

        What is optional does not wait for a silent service, but for one call now and then that finds out.
        """
        self.refuse_too_many(rank)
        if is_optional:
            self._refuse_while_silent()
        self._number += 1
        number, began_at = self._number, self._now()
        self._since[number] = began_at
        self.waiting += 1
        try:
            reply = self._neighbour.ask(method, request=request, context=context, key=key)
        except NeighbourAbsent:
            raise
        except NeighbourSilent:
            # Quickly said, it is the service's own word that it waits for something.
            if self._now() - began_at < SILENCE_SECONDS:
                self._hear()
            elif self._heard_at < began_at:
                self._was_silent, self._given_up_at = True, self._now()
            raise
        except Exception:
            self._hear()
            raise
        finally:
            self.waiting -= 1
            del self._since[number]
        self._hear()
        self._measure(method, self._now() - began_at)
        return reply

    def refuse_too_many(self, rank: Rank) -> None:
        """Raises NeighbourBusy or NeighbourShunned where a call of that rank would not be let through now."""
        if self.waiting < PROBES:
            return
        if self.is_silent:
            raise NeighbourShunned(f"{self.service} is silent")
        if self.waiting >= self.allowed * SHARES[rank]:
            raise NeighbourBusy(f"{self.waiting} wait for {self.service} already")

    def _refuse_while_silent(self) -> None:
        if self.is_silent and (self.waiting or self._now() - self._given_up_at < PROBE_PAUSE_SECONDS):
            raise NeighbourShunned(f"{self.service} is silent")

    def _hear(self) -> None:
        self._heard_at = self._now()
        if self._was_silent:
            self._was_silent = False
            log.info("neighbour answers again", neighbour=self.service)

    def _measure(self, method: str, seconds: float) -> None:
        quickest = min(seconds, self._quickest.get(method, seconds) * FORGETTING)
        self._quickest[method] = quickest
        window = self._window
        window.least_stretch = min(window.least_stretch, seconds - quickest)
        window.most_waiting = max(window.most_waiting, self.waiting)
        if self._heard_at < window.ends_at:
            return
        if window.least_stretch > STRETCH_SECONDS:
            self.allowed = max(WAITING_MIN, self.allowed * SHRINK)
        elif window.most_waiting >= self.allowed * SHARES[Rank.REST]:
            self.allowed = min(WAITING_MAX, self.allowed + GROW)
        self._window = _Window(ends_at=self._heard_at + WINDOW_SECONDS)


class _Window:
    """What was seen since the last look at how many may wait."""

    __slots__ = ("ends_at", "least_stretch", "most_waiting")

    def __init__(self, *, ends_at: float) -> None:
        self.ends_at = ends_at
        self.least_stretch = float("inf")
        self.most_waiting = 0
