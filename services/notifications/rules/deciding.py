"""May this be sent, now, this way, to this person: one decision, with the rule that made it and what it rested on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from services.notifications.rules import zones
from services.notifications.rules.kinds import COUNTED, MAY_WAIT, MUST_GO, STOPPED_BY, Channel, Kind
from services.notifications.rules.states import Reason

QUIET_UNTIL = time(8)
QUIET_FROM = time(21)

# How many counted messages a person gets by one channel within BUDGET_WINDOW; the inbox disturbs nobody.
BUDGETS: Mapping[Channel, int] = {Channel.EMAIL: 6, Channel.SMS: 3}
BUDGET_WINDOW = timedelta(hours=24)

# 47 CFR 64.1200(a)(12): a revocation may be confirmed within five minutes of it, and not later.
CONFIRMED_WITHIN = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a decision rests on: what the message is, how the person can be reached, what they said.

    `is_wanted`: their matrix, or its default, has the cell on; `is_locked`: it goes whatever they chose. `is_stopped`:
    they said STOP, or their carrier told us so. `is_dead`: the address or number fails for good. `days_before` with
    `days_wanted`: a reminder that comes so many days before, and for which of them it is wanted. `on_paper`: it
    announces an electronic record, and there is no consent to those (15 USC 7001(c)). `spent`: counted messages by this
    channel within BUDGET_WINDOW. `answers_text_at`: it confirms what they texted at that instant.
    """

    kind: Kind
    channel: Channel
    has_address: bool
    has_consent: bool
    is_wanted: bool = True
    is_locked: bool = False
    is_stopped: bool = False
    is_dead: bool = False
    on_paper: bool = False
    zones: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    days_before: int | None = None
    days_wanted: tuple[int, ...] = ()
    spent: int = 0
    answers_text_at: datetime | None = None
    was_read: bool = False

    def record(self) -> Mapping[str, Any]:
        """As it is kept with a message, without what is not said; nothing of it names the person."""
        said = {name: value for name, value in vars(self).items() if value not in (None, (), False)}
        shown = {name: list(value) if isinstance(value, tuple) else value for name, value in said.items()}
        if self.answers_text_at is not None:
            shown["answers_text_at"] = self.answers_text_at.isoformat()
        return shown


@dataclass(frozen=True, kw_only=True)
class Decision:
    """Whether a message may go, and the rule that says so; `not_before` is the instant (UTC) until which it waits."""

    send: bool
    reason: Reason
    not_before: datetime | None = None


def may_send(facts: Facts, *, now: datetime) -> Decision:
    """Decide about one message to one person by one channel.

    The first rule that forbids it is the one that is kept. What is left may go: at once, or as soon as quiet hours are
    over. Consent is asked for texts (47 CFR 64.1200); a mail about a person's own account needs none.
    """
    for reason, forbids in _obstacles(facts, now=now):
        if forbids:
            return Decision(send=False, reason=reason)
    if facts.channel is Channel.SMS and facts.kind in MAY_WAIT:
        wakes_at = first_welcome_instant(now=now, names=facts.zones)
        if wakes_at > now:
            return Decision(send=True, reason=Reason.QUIET_HOURS, not_before=wakes_at)
    return Decision(send=True, reason=Reason.ALLOWED)


def first_welcome_instant(*, now: datetime, names: tuple[str, ...]) -> datetime:
    """`now`, or the next instant at which no zone where the person may be keeps quiet hours (21:00 to 8:00).

    Where no zone is known, the person may be anywhere from Puerto Rico to Hawaii.
    """
    places = [ZoneInfo(name) for name in names or zones.UNKNOWN]
    welcome = now
    while True:
        latest = max(_end_of_quiet(welcome, place) for place in places)
        if latest == welcome:
            return welcome
        welcome = latest


def _end_of_quiet(instant: datetime, zone: ZoneInfo) -> datetime:
    local = instant.astimezone(zone)
    if QUIET_UNTIL <= local.time() < QUIET_FROM:
        return instant
    day = local.date() if local.time() < QUIET_UNTIL else local.date() + timedelta(days=1)
    return datetime.combine(day, QUIET_UNTIL, zone).astimezone(instant.tzinfo)


def _obstacles(facts: Facts, *, now: datetime) -> tuple[tuple[Reason, bool], ...]:
    """Every rule with whether it forbids the message, in the order in which they count.

    What keeps a person safe and what a law wants said (MUST_GO) is tried even where the address has failed before: that
    it was sent is what counts, and it may work again.
    """
    answered_at = facts.answers_text_at
    asks_leave = facts.channel is Channel.SMS and facts.kind is not Kind.CONFIRMATION
    budget = BUDGETS.get(facts.channel) if facts.kind in COUNTED else None
    return (
        (Reason.TOO_LATE, answered_at is not None and now - answered_at > CONFIRMED_WITHIN),
        (Reason.WAS_READ, facts.was_read),
        (Reason.ACCOUNT_FLAGGED, any(facts.kind in STOPPED_BY[flag] for flag in facts.flags)),
        (Reason.NO_ADDRESS, not facts.has_address),
        (Reason.ON_PAPER, facts.on_paper),
        (Reason.NOT_WANTED, not facts.is_wanted and not facts.is_locked),
        (Reason.DAY_NOT_WANTED, facts.days_before is not None and facts.days_before not in facts.days_wanted),
        (Reason.OPTED_OUT, asks_leave and facts.is_stopped),
        (Reason.ADDRESS_FAILS, facts.is_dead and facts.kind not in MUST_GO),
        (Reason.NO_CONSENT, asks_leave and not facts.has_consent),
        (Reason.OVER_BUDGET, budget is not None and facts.spent >= budget),
    )
