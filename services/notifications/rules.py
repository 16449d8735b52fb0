"""Whether, how and when to tell somebody, and what may become of a message: pure decisions on plain values."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

QUIET_UNTIL = time(8)
QUIET_FROM = time(21)

# Where a person's zone is not known, a text must be welcome in all of these: the ends of the states, east and west.
UNKNOWN_ZONE_STANDS_FOR = ("America/Puerto_Rico", "America/New_York", "Pacific/Honolulu")

NAME_LENGTH_MAX = 40
# Words of letters, joined by a blank, a hyphen or an apostrophe; a point only where a word ends.
_NAME = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*\.?(?:[ -][^\W\d_]+(?:['’-][^\W\d_]+)*\.?)*")

GSM_TEXT_UNITS_MAX = 160
_GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_ESCAPED = frozenset("\f^{}\\[~]|€")


class Channel(StrEnum):
    """By which way a person is told."""

    EMAIL = "email"
    SMS = "sms"


class Kind(StrEnum):
    """Why a person is told: what may wait for the morning, and what a flag on the account stops, follows from it.

    A demand asks for money that is due or past due, or says what it costs that it was not paid. A notice is what a law
    wants said before we may act, such as that of a draft (12 CFR 1005.10(d)).
    """

    SECURITY = "security"
    ANSWER = "answer"
    ROUTINE = "routine"
    DEMAND = "demand"
    NOTICE = "notice"


class State(StrEnum):
    """What has become of a message."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    SUPPRESSED = "suppressed"
    UNKNOWN = "unknown"


class Reason(StrEnum):
    """Why a message may go or may not, or what came of it. A vendor's refusal is `<vendor>_<code>` instead."""

    ALLOWED = "allowed"
    QUIET_HOURS = "quiet_hours"
    NO_ADDRESS = "no_address"
    NO_CONSENT = "no_consent"
    OPTED_OUT = "opted_out"
    ACCOUNT_FLAGGED = "account_flagged"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    NO_ANSWER = "no_answer"
    NO_RECORD = "no_record"


class IllegalStep(Exception):
    """A message was to take a step that its state does not allow: a mistake of ours, never a customer's."""


# `unknown` is never sent again: only the vendor's own word settles it. That word only ever leads forward (accepted,
# delivered, failed: a mail may bounce after it was taken), so that it may come late, twice and in any order. It counts
# before our own record of the call, and even where the vendor said that it was down.
STEPS: Mapping[State, frozenset[State]] = {
    State.QUEUED: frozenset({State.SENDING, State.SENT, State.DELIVERED, State.FAILED, State.SUPPRESSED}),
    State.SENDING: frozenset(
        {State.QUEUED, State.SENT, State.DELIVERED, State.FAILED, State.SUPPRESSED, State.UNKNOWN}
    ),
    State.UNKNOWN: frozenset({State.SENT, State.DELIVERED, State.FAILED, State.SUPPRESSED}),
    State.SENT: frozenset({State.DELIVERED, State.FAILED, State.SUPPRESSED}),
    State.DELIVERED: frozenset({State.FAILED}),
    State.FAILED: frozenset(),
    State.SUPPRESSED: frozenset(),
}

# The words are needed as long as something may still be sent from them, and not a moment longer.
HOLDING_WORDS = frozenset({State.QUEUED, State.SENDING})

# What a vendor has accepted it reports within seconds; after so long without a word somebody should look.
WORD_EXPECTED_WITHIN = timedelta(hours=1)

# What nobody who holds an account is sent while it is flagged. Answers to what they just did, what keeps them safe, and
# notices that the law wants always go. Sources: 11 U.S.C. § 362(a)(6) for bankruptcy; 12 CFR 1006.6(c) for cease
# contact, kept as our policy; a disputed debt is not asked for while it is looked into.
STOPPED_BY: Mapping[str, frozenset[Kind]] = {
    "servicemember": frozenset(),
    "bankruptcy": frozenset({Kind.DEMAND, Kind.ROUTINE}),
    "deceased": frozenset({Kind.DEMAND, Kind.ROUTINE}),
    "dispute": frozenset({Kind.DEMAND}),
    "cease_contact": frozenset({Kind.DEMAND, Kind.ROUTINE}),
}
MAY_WAIT = frozenset({Kind.ROUTINE, Kind.DEMAND, Kind.NOTICE})

KINDS: Mapping[str, Kind] = {
    "verify_email": Kind.SECURITY,
    "already_registered": Kind.SECURITY,
    "reset_password": Kind.SECURITY,
    "user_id_reminder": Kind.SECURITY,
    "password_changed": Kind.SECURITY,
    "new_sign_in": Kind.SECURITY,
    "confirm_new_email": Kind.SECURITY,
    "approve_contact_change": Kind.SECURITY,
    "contact_changed": Kind.SECURITY,
    "second_factor_changed": Kind.SECURITY,
    "approval_asked": Kind.SECURITY,
    "security_code": Kind.SECURITY,
    "payment_received": Kind.ANSWER,
    "payment_declined": Kind.ANSWER,
    "payment_returned": Kind.ROUTINE,
    "statement_ready": Kind.ROUTINE,
    "autopay_enrolled": Kind.ANSWER,
    "autopay_draft_upcoming": Kind.NOTICE,
    "autopay_paused": Kind.ROUTINE,
}


@dataclass(frozen=True, kw_only=True)
class Reach:
    """How a person can be reached by one channel. `is_suppressed`: they, or their provider, told us to stop."""

    has_address: bool
    has_consent: bool
    is_suppressed: bool
    time_zone: str | None


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
    and security, do not keep the quiet hours.
    """
    if any(kind in STOPPED_BY[flag] for flag in flags):
        return Decision(send=False, reason=Reason.ACCOUNT_FLAGGED)
    if not reach.has_address:
        return Decision(send=False, reason=Reason.NO_ADDRESS)
    if reach.is_suppressed:
        return Decision(send=False, reason=Reason.OPTED_OUT)
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


def step(current: State, following: State) -> State:
    """The following state. Raises IllegalStep unless the table has the step."""
    if following not in STEPS[current]:
        raise IllegalStep(f"A message that is {current} cannot become {following}.")
    return following


def is_news(current: State, said: State) -> bool:
    """Whether a vendor's word about a message leads anywhere; what it said before, or what is overtaken, does not."""
    return said in STEPS[current]


def source_key(*, cause: str, addressee: str, channel: Channel, template: str) -> str:
    """What makes a message the only one of its cause: what caused it, for whom, by which way, with which words."""
    return f"{cause}:{addressee}:{channel}:{template}"


def greeting_name(first_name: str) -> str | None:
    """The name to greet with, None where it is not plainly a name: nobody may put words or an address into our mail."""
    name = " ".join(first_name.split())
    return name if len(name) <= NAME_LENGTH_MAX and _NAME.fullmatch(name) else None


def fits_one_text(body: str) -> bool:
    """Whether a text goes out as one: at most 160 units of the GSM alphabet (3GPP TS 23.038), which has no others."""
    units = 0
    for character in body:
        if character in _GSM_ESCAPED:
            units += 2
        elif character in _GSM_BASIC:
            units += 1
        else:
            return False
    return units <= GSM_TEXT_UNITS_MAX


def _end_of_quiet(instant: datetime, zone: ZoneInfo) -> datetime:
    local = instant.astimezone(zone)
    if QUIET_UNTIL <= local.time() < QUIET_FROM:
        return instant
    day = local.date() if local.time() < QUIET_UNTIL else local.date() + timedelta(days=1)
    return datetime.combine(day, QUIET_UNTIL, zone).astimezone(instant.tzinfo)
