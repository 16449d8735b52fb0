"""When a vendor as a whole is left alone: it said how long, or it has fallen silent.

The gate belongs to one process. Others learn the same from their own next call.
"""

from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from time import time

from chassis.errors import VendorDown

# Without a word on how long; and the longest that a vendor's word is believed.
LIMITED_SECONDS, RESET_SECONDS_MAX = 5.0, 3600.0
# A vendor that takes connections and answers nothing would make every message that waits for it an unknown one.
SILENCES_MAX = 3
SILENT_SECONDS_FIRST, SILENT_SECONDS_MAX = 30.0, 300.0
# So long one call alone finds out whether it speaks again.
PROBE_SECONDS = 15.0


class Gate:
    """Asked before each call, told after each; `now` gives seconds since 1970."""

    def __init__(self, *, vendor: str, now: Callable[[], float] = time) -> None:
        self._vendor, self._now = vendor, now
        self._closed_until = 0.0
        self._silences = 0

    def enter(self) -> None:
        """Raises VendorDown while the vendor is left alone."""
        now = self._now()
        if now < self._closed_until:
            raise VendorDown(f"{self._vendor} is left alone for {self._closed_until - now:.0f} s more")
        if self._silences >= SILENCES_MAX:
            self._closed_until = now + PROBE_SECONDS

    def answered(self, *, status: int, headers: Mapping[str, str]) -> None:
        """An answer has come; names of headers in lower case."""
        if status >= 500 and status != 503:
            self.fell_silent()
            return
        self._silences = 0
        self._closed_until = 0.0
        if status in (429, 503):
            seconds = _reset_seconds(headers, now=self._now())
            waits = seconds if seconds is not None else LIMITED_SECONDS * (status == 429)
            self._closed_until = self._now() + min(max(waits, 0.0), RESET_SECONDS_MAX)

    def fell_silent(self) -> None:
        """Nobody knows what became of a call."""
        self._silences += 1
        if self._silences >= SILENCES_MAX:
            seconds = SILENT_SECONDS_FIRST * 2 ** min(self._silences - SILENCES_MAX, 10)
            self._closed_until = self._now() + min(seconds, SILENT_SECONDS_MAX)


def _reset_seconds(headers: Mapping[str, str], *, now: float) -> float | None:
    """Seconds until it may be called again: SendGrid tells the instant, Twilio the wait; None where neither is told."""
    reset, wait = headers.get("x-ratelimit-reset", ""), headers.get("retry-after", "")
    if reset.isascii() and reset.isdigit():
        return float(reset) - now
    if wait.isascii() and wait.isdigit():
        return float(wait)
    try:
        return parsedate_to_datetime(wait).timestamp() - now
    except ValueError:
        return None
