"""By which ways a person is told, why, and what a flag on the account stops."""

from collections.abc import Mapping
from enum import StrEnum


class Channel(StrEnum):
    """By which way a person is told."""

    EMAIL = "email"
    SMS = "sms"
    INBOX = "inbox"


# The channels that a vendor carries; the inbox is our own.
CARRIED = (Channel.EMAIL, Channel.SMS)


class Kind(StrEnum):
    """Why a person is told: what may wait for the morning, and what a flag on the account stops, follows from it.

    A demand asks for money that is due or past due, or says what it costs that it was not paid. A notice is what a law
    wants said before we may act, such as that of a draft (12 CFR 1005.10(d)). A confirmation says that a text of theirs
    (STOP, HELP, START) was heeded.
    """

    SECURITY = "security"
    ANSWER = "answer"
    ROUTINE = "routine"
    DEMAND = "demand"
    NOTICE = "notice"
    CONFIRMATION = "confirmation"


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
COUNTED = frozenset({Kind.ROUTINE, Kind.DEMAND})
MUST_GO = frozenset({Kind.SECURITY, Kind.NOTICE})
