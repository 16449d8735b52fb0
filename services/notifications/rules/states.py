"""What may become of a message, and why: one table of steps."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum


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
    ON_PAPER = "on_paper"
    NOT_WANTED = "not_wanted"
    DAY_NOT_WANTED = "day_not_wanted"
    OVER_BUDGET = "over_budget"
    TOO_LATE = "too_late"
    WAS_READ = "was_read"
    ADDRESS_FAILS = "address_fails"
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


def step(current: State, following: State) -> State:
    """The following state. Raises IllegalStep unless the table has the step."""
    if following not in STEPS[current]:
        raise IllegalStep(f"A message that is {current} cannot become {following}.")
    return following


def is_news(current: State, said: State) -> bool:
    """Whether a vendor's word about a message leads anywhere; what it said before, or what is overtaken, does not."""
    return said in STEPS[current]
