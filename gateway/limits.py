"""Limits of attempts: so many requests in a moving window for an address or a person, counted in this process."""

import re
from collections import OrderedDict, deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from ipaddress import IPv6Address, ip_address

PLACES_MAX = 20_000
ATTEMPTS_MAX = 500_000

# As some proxies write whom they saw.
_with_port = re.compile(r"\[(?P<six>[^\]]*)\](?::\d+)?|(?P<four>[\d.]+):\d+")


@dataclass(frozen=True)
class Limit:
    """A policy: its name on the wire, the setting that holds the number, and the window.

    `is_of_persons_alone`: addresses are not counted, since many people may share one.
    """

    name: str
    setting: str
    window_seconds: int = 60
    is_of_persons_alone: bool = False

    def of_persons(self) -> "Limit":
        """The same number for each person, counted apart from addresses."""
        return replace(self, name=f"{self.name}-of-one")


# Everything that somebody who has signed in asks for.
SIGNED_IN = Limit("signed-in", "REQUESTS_PER_MINUTE")


@dataclass(frozen=True)
class Verdict:
    """What the window says about one attempt."""

    limit: Limit
    quota: int
    remaining: int
    reset_seconds: int
    allowed: bool


class MovingWindows:
    """The attempts of every address and person. Those longest unseen are forgotten first."""

    def __init__(self) -> None:
        self._attempts: OrderedDict[tuple[str, str], deque[float]] = OrderedDict()
        self._held = 0

    def attempt(self, limit: Limit, *, quota: int, whom: str, at: float) -> Verdict:
        """Count one attempt at the instant `at` (seconds). A refused one is not counted."""
        place = (limit.name, whom)
        attempts = self._attempts.get(place)
        if attempts is None:
            attempts = self._attempts[place] = deque()
        else:
            self._attempts.move_to_end(place)
        while attempts and attempts[0] <= at - limit.window_seconds:
            attempts.popleft()
            self._held -= 1
        allowed = len(attempts) < quota
        if allowed:
            attempts.append(at)
            self._held += 1
        self._forget()
        oldest = attempts[0] if attempts else at
        return Verdict(
            limit=limit,
            quota=quota,
            remaining=quota - len(attempts),
            reset_seconds=max(1, round(oldest + limit.window_seconds - at)),
            allowed=allowed,
        )

    def _forget(self) -> None:
        while len(self._attempts) > PLACES_MAX or (self._held > ATTEMPTS_MAX and len(self._attempts) > 1):
            _, forgotten = self._attempts.popitem(last=False)
            self._held -= len(forgotten)


def headers_of(verdicts: Sequence[Verdict]) -> dict[str, str]:
    """The fields of the IETF RateLimit draft, one entry for each limit, and Retry-After for a refused attempt."""
    if not verdicts:
        return {}
    found = {
        "RateLimit-Policy": ", ".join(
            [f'"{verdict.limit.name}";q={verdict.quota};w={verdict.limit.window_seconds}' for verdict in verdicts]
        ),
        "RateLimit": ", ".join(
            [f'"{verdict.limit.name}";r={verdict.remaining};t={verdict.reset_seconds}' for verdict in verdicts]
        ),
    }
    waits = [verdict.reset_seconds for verdict in verdicts if not verdict.allowed]
    return {**found, "Retry-After": str(max(waits))} if waits else found


@lru_cache(maxsize=4096)
def network_of(address: str) -> str:
    """Whom an address stands for: an IPv4 address itself, an IPv6 address its /64, which one person owns whole."""
    found = _with_port.fullmatch(address)
    try:
        parsed = ip_address((found["six"] or found["four"]) if found else address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return f"{IPv6Address(int(parsed) >> 64 << 64)}/64"
    return str(parsed)
