"""When a delivery is tried again, when an endpoint gets a pause, and when it is given up: pure decisions."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

MINUTE, HOUR = 60, 3600
# Waits before the second to the last try: a little over three days in all.
RETRY_DELAYS_SECONDS = (
    5, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR,
)  # fmt: skip
TRIES_MAX = len(RETRY_DELAYS_SECONDS) + 1
# A delay is up to so much shorter or longer, so that what failed together does not come back together.
JITTER = 0.1

CALLS_PER_ENDPOINT_MAX = 4
FAILURES_BEFORE_PAUSE = 5
PAUSE_SECONDS_FIRST, PAUSE_SECONDS_MAX = 30, 10 * MINUTE
# As long as our own longest wait: nobody can put off for ever what we owe.
RETRY_AFTER_SECONDS_MAX = 24 * HOUR
FAILING_DAYS_MAX = 5

SECRET_OVERLAP = timedelta(hours=24)
KEPT = timedelta(days=30)

_seconds = re.compile(r"[0-9]{1,9}")


def asked_to_wait_until(*, retry_after: str | None, now: datetime) -> datetime | None:
    """Until when a partner wants to be left alone: RFC 9110's seconds or date, no longer than RETRY_AFTER_SECONDS_MAX.

    None where it says nothing, nothing that can be read, or an instant that is over.
    """
    if retry_after is None:
        return None
    latest = now + timedelta(seconds=RETRY_AFTER_SECONDS_MAX)
    until = _instant_of(retry_after, now=now)
    return min(until, latest) if until and until > now else None


def _instant_of(retry_after: str, *, now: datetime) -> datetime | None:
    if _seconds.fullmatch(retry_after):
        return now + timedelta(seconds=int(retry_after))
    try:
        found = parsedate_to_datetime(retry_after)
    except (ValueError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def next_try_at(
    *, tries: int, now: datetime, chance: float, not_before: datetime | None = None
) -> datetime | None:  # fmt: skip
    """When a delivery that failed `tries` times is tried again; None after the last.

    `chance` lies from 0 to below 1. Who is asked to come later comes later, never sooner: ten tries last for days.
    """
    if tries >= TRIES_MAX:
        return None
    again = now + timedelta(seconds=RETRY_DELAYS_SECONDS[tries - 1] * (1 - JITTER + 2 * JITTER * chance))
    return max(again, not_before) if not_before else again


def paused_until(*, failures_in_row: int, now: datetime, not_before: datetime | None = None) -> datetime | None:
    """How long an endpoint that fails is left alone; what waits for it meanwhile loses no try.

    `not_before` is what the partner has asked for, at its first failure already.
    """
    beyond = failures_in_row - FAILURES_BEFORE_PAUSE
    if beyond < 0:
        return not_before
    pause = now + timedelta(seconds=min(PAUSE_SECONDS_FIRST * 2 ** min(beyond, 16), PAUSE_SECONDS_MAX))
    return max(pause, not_before) if not_before else pause


def room(*, failures_in_row: int, in_flight: int) -> int:
    """How many more calls an endpoint may get now; after a pause a single one asks whether it is back."""
    return max(0, (1 if failures_in_row >= FAILURES_BEFORE_PAUSE else CALLS_PER_ENDPOINT_MAX) - in_flight)


def is_given_up(*, failing_since: datetime, now: datetime) -> bool:
    """Nothing has arrived at it for days."""
    return now - failing_since >= timedelta(days=FAILING_DAYS_MAX)


def both_secrets_sign(*, until: datetime | None, now: datetime) -> bool:
    """Whether the secret before the newest signs yet."""
    return until is not None and now < until
