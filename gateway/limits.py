"""Limits of attempts: so many requests in a moving window for each address, counted in this process."""

from collections import OrderedDict, deque
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

ADDRESSES_MAX = 20_000


@dataclass(frozen=True)
class Limit:
    """A policy: its name on the wire, the setting that holds the number, and the window."""

    name: str
    setting: str
    window_seconds: int = 60


@dataclass(frozen=True)
class Verdict:
    """What the window says about one attempt."""

    limit: Limit
    quota: int
    remaining: int
    reset_seconds: int
    allowed: bool

    def headers(self) -> dict[str, str]:
        """The fields of the IETF RateLimit draft, and Retry-After for a refused attempt."""
        found = {
            "RateLimit-Policy": f'"{self.limit.name}";q={self.quota};w={self.limit.window_seconds}',
            "RateLimit": f'"{self.limit.name}";r={self.remaining};t={self.reset_seconds}',
        }
        return found if self.allowed else {**found, "Retry-After": str(self.reset_seconds)}


class MovingWindows:
    """The attempts of every address. The addresses longest unseen are forgotten first."""

    def __init__(self) -> None:
        self._attempts: OrderedDict[tuple[str, str], deque[float]] = OrderedDict()

    def attempt(self, limit: Limit, *, quota: int, address: str, at: float) -> Verdict:
        """Count one attempt at the instant `at` (seconds). A refused one is not counted."""
        place = (limit.name, network_of(address))
        attempts = self._attempts.setdefault(place, deque())
        self._attempts.move_to_end(place)
        while len(self._attempts) > ADDRESSES_MAX:
            self._attempts.popitem(last=False)
        while attempts and attempts[0] <= at - limit.window_seconds:
            attempts.popleft()
        allowed = len(attempts) < quota
        if allowed:
            attempts.append(at)
        oldest = attempts[0] if attempts else at
        return Verdict(
            limit=limit,
            quota=quota,
            remaining=quota - len(attempts),
            reset_seconds=max(1, round(oldest + limit.window_seconds - at)),
            allowed=allowed,
        )


def network_of(address: str) -> str:
    """Whom an address stands for: an IPv4 address itself, an IPv6 address its /64, which one person owns whole."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return f"{IPv6Address(int(parsed) >> 64 << 64)}/64"
    return str(parsed)
