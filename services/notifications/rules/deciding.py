"""May this be sent, now, this way, to this person: one decision with its reason."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.notifications.rules.kinds import MAY_WAIT, STOPPED_BY, Channel, Kind
from services.notifications.rules.states import Reason

QUIET_UNTIL = time(8)
QUIET_FROM = time(21)

# Where a person's zone is not known, a text must be welcome in all of these: the ends of the states, east and west.
UNKNOWN_ZONE_STANDS_FOR = ("America/Puerto_Rico", "America/New_York", "Pacific/Honolulu")


@dataclass(frozen=True, kw_only=True)
class Reach:
    """How a person can be reached by one channel.

    `is_suppressed`: they, or their provider, told us to stop. `is_dead`: nothing arrives there.
    """

    has_address: bool
    has_consent: bool
    is_suppressed: bool
    time_zone: str | None
    is_dead: bool = False


@dataclass(frozen=True, kw_only=True)
class Decision:
    """Whether a message may go; `not_before` is the instant (UTC) until which it must wait, None for now."""

    send: bool
    reason: Reason
    not_before: datetime | None = None


def may_send(*, kind: Kind, channel: Channel, reach: Reach, now: datetime, flags: Collection[str] = ()) -> Decision:
    """Decide about one message to one person by one channel (47 CFR 64.1200: consent, revocation, quiet hours).

    `flags` are those of the account that it is about: what one of them stops goes by no channel. Consent is asked for
    texts. A mail about a person's own account or safety needs none. Texts that answer what the person did a moment ago,
    and security, do not keep the quiet hours. What keeps people safe, and what the law wants said, is tried even where
    the address has failed.
    """
    if any(kind in STOPPED_BY[flag] for flag in flags):
        return Decision(send=False, reason=Reason.ACCOUNT_FLAGGED)
    if not reach.has_address:
        return Decision(send=False, reason=Reason.NO_ADDRESS)
    if reach.is_suppressed:
        return Decision(send=False, reason=Reason.OPTED_OUT)
    if reach.is_dead and kind not in (Kind.SECURITY, Kind.NOTICE):
        return Decision(send=False, reason=Reason.ADDRESS_FAILS)
    if channel is Channel.EMAIL:
        return Decision(send=True, reason=Reason.ALLOWED)
    if not reach.has_consent:
        return Decision(send=False, reason=Reason.NO_CONSENT)
    wakes_at = first_welcome_instant(now=now, time_zone=reach.time_zone)
    if kind in MAY_WAIT and wakes_at > now:
        return Decision(send=True, reason=Reason.QUIET_HOURS, not_before=wakes_at)
    return Decision(send=True, reason=Reason.ALLOWED)


def first_welcome_instant(*, now: datetime, time_zone: str | None) -> datetime:
    """`now`, or the next instant at which no zone where the person may be keeps quiet hours (21:00 to 8:00)."""
    names = (time_zone,) if time_zone is not None else UNKNOWN_ZONE_STANDS_FOR
    zones = [ZoneInfo(name) for name in names]
    welcome = now
    while True:
        latest = max(_end_of_quiet(welcome, zone) for zone in zones)
        if latest == welcome:
            return welcome
        welcome = latest


def _end_of_quiet(instant: datetime, zone: ZoneInfo) -> datetime:
    local = instant.astimezone(zone)
    if QUIET_UNTIL <= local.time() < QUIET_FROM:
        return instant
    day = local.date() if local.time() < QUIET_UNTIL else local.date() + timedelta(days=1)
    return datetime.combine(day, QUIET_UNTIL, zone).astimezone(instant.tzinfo)
