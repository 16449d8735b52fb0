"""When a delivery is tried again, when an endpoint gets a pause, and when it is given up: pure decisions."""

from datetime import datetime, timedelta

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
FAILING_DAYS_MAX = 5

SECRET_OVERLAP = timedelta(hours=24)
KEPT = timedelta(days=30)


def next_try_at(*, tries: int, now: datetime, chance: float) -> datetime | None:
    """When a delivery that failed `tries` times is tried again; None after the last.

    `chance` lies from 0 to below 1.
    """
    if tries >= TRIES_MAX:
        return None
    return now + timedelta(seconds=RETRY_DELAYS_SECONDS[tries - 1] * (1 - JITTER + 2 * JITTER * chance))


def paused_until(*, failures_in_row: int, now: datetime) -> datetime | None:
    """How long an endpoint that fails is left alone; what waits for it meanwhile loses no try."""
    beyond = failures_in_row - FAILURES_BEFORE_PAUSE
    if beyond < 0:
        return None
    return now + timedelta(seconds=min(PAUSE_SECONDS_FIRST * 2 ** min(beyond, 16), PAUSE_SECONDS_MAX))


def room(*, failures_in_row: int, in_flight: int) -> int:
    """How many more calls an endpoint may get now; after a pause a single one asks whether it is back."""
    return max(0, (1 if failures_in_row >= FAILURES_BEFORE_PAUSE else CALLS_PER_ENDPOINT_MAX) - in_flight)


def is_given_up(*, failing_since: datetime, now: datetime) -> bool:
    """Nothing has arrived at it for days."""
    return now - failing_since >= timedelta(days=FAILING_DAYS_MAX)
