"""How long sessions live, and what a refresh token that comes back means."""

from datetime import datetime, timedelta
from enum import StrEnum

ACCESS_TOKEN_SECONDS = 300
SESSION_LIFE = timedelta(days=30)
IDLE_LIFE = timedelta(days=7)
GRACE = timedelta(seconds=10)


class Standing(StrEnum):
    """fresh: rotate it. repeated: the same client asks again, give the same successor. replayed: somebody else has
    it, end the session. over: the session has ended, nothing to do."""

    FRESH = "fresh"
    REPEATED = "repeated"
    REPLAYED = "replayed"
    OVER = "over"


def standing_of_refresh(
    *, now: datetime, expires_at: datetime, used_at: datetime | None, is_successor_used: bool,
    session_ended_at: datetime | None, session_expires_at: datetime,
) -> Standing:  # fmt: skip
    """The answer to a lost reply or two parallel refreshes is a repeat within GRACE, before the successor is used."""
    if session_ended_at is not None or session_expires_at <= now:
        return Standing.OVER
    if used_at is None:
        return Standing.FRESH if now < expires_at else Standing.OVER
    if now - used_at <= GRACE and not is_successor_used:
        return Standing.REPEATED
    return Standing.REPLAYED


def refresh_expires_at(*, now: datetime, session_expires_at: datetime) -> datetime:
    """Idle life from now on, but never beyond the session's absolute end."""
    return min(now + IDLE_LIFE, session_expires_at)


def is_live(*, now: datetime, ended_at: datetime | None, expires_at: datetime, last_used_at: datetime) -> bool:
    return ended_at is None and now < expires_at and now < last_used_at + IDLE_LIFE
