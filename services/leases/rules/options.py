"""How far a way out of a lease can have come, and from where to where: one table, and nothing beside it."""

from collections.abc import Mapping
from datetime import date, timedelta

BUYOUT, TURN_IN, EXTENSION, EARLY_TERMINATION = "buyout", "turn_in", "extension", "early_termination"
NOTICED, BILLED = "noticed", "billed"
QUOTE_DAYS = 10

# The first status of each option is the one it opens with.
STEPS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    BUYOUT: {
        "quoted": ("paid", "cancelled", "lapsed", "undone"),
        # The promise is kept to its last day all the same: money in time buys after all.
        "cancelled": ("paid",),
        "lapsed": ("paid",),
        "paid": ("completed", "undone"),
        "completed": ("undone",),
        "undone": (),
    },
    TURN_IN: {
        "scheduled": ("returned", "cancelled", "superseded"),
        "returned": ("billed",),
        "billed": ("completed",),
        "completed": (),
        "cancelled": (),
        "superseded": (),
    },
    # A servicemember's begins with a notice, any other one with the vehicle that is back.
    EARLY_TERMINATION: {
        NOTICED: (BILLED, "withdrawn", "lapsed", "superseded"),
        BILLED: ("completed",),
        "completed": (),
        "withdrawn": (),
        "lapsed": (),
        "superseded": (),
    },
    EXTENSION: {
        "requested": ("offered", "declined", "withdrawn", "superseded"),
        "offered": ("accepted", "declined", "withdrawn", "lapsed", "superseded"),
        "accepted": ("active", "declined", "superseded"),
        "active": ("ended",),
        "ended": (),
        "declined": (),
        "withdrawn": (),
        "lapsed": (),
        "superseded": (),
    },
}
VEHICLE_BACK: Mapping[str, frozenset[str]] = {
    TURN_IN: frozenset({"returned", "billed", "completed"}), EARLY_TERMINATION: frozenset({BILLED, "completed"}),
}  # fmt: skip
"""The statuses of the ways in which a vehicle comes back from which on we have it."""
ENDED = frozenset({"completed", "lapsed", "undone", "cancelled", "superseded", "active", "declined", "withdrawn"})
"""Statuses in which an option stands in nobody's way any more."""


class IllegalStep(ValueError):
    """An option cannot go from one status to the other."""


def require_step(*, option: str, status: str, to: str) -> None:
    """Raises IllegalStep unless the table has it."""
    if to not in STEPS[option][status]:
        raise IllegalStep(f"A {option} that is {status} does not become {to}.")


def first_status(*, option: str) -> str:
    return next(iter(STEPS[option]))


def usual_good_through(*, today: date, next_due_on: date | None) -> date:
    """The last day of a quote when nobody names one: some days from now, but before the next instalment falls due.

    A quote beyond a due date holds that instalment, and who pays before it pays more than they need to.
    """
    usual = today + timedelta(days=QUOTE_DAYS)
    if next_due_on is None or next_due_on <= today:
        return usual
    return min(usual, next_due_on - timedelta(days=1))
