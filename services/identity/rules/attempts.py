"""How often somebody may try to prove who they are, so that guessing is hopeless and nobody can lock another out.

Attempts are counted by person and by place, which is the network they come from. From one place few may fail. From all
places where the person has never signed in, taken together, more may fail, but not without end (NIST SP 800-63B-4: at
most 100). A place where the person has signed in before is judged by itself alone: strangers cannot close it.
"""

from datetime import datetime, timedelta

FROM_ONE_PLACE_MAX = 10
FROM_ONE_PLACE_OVER = timedelta(minutes=15)
FROM_STRANGERS_MAX = 100
FROM_STRANGERS_OVER = timedelta(hours=24)
FAMILIAR_FOR = timedelta(days=90)


def may_attempt(*, from_here: int, from_everywhere: int, is_familiar: bool) -> bool:
    """`from_here` counts open attempts of the last quarter of an hour, `from_everywhere` those of the last day."""
    if from_here >= FROM_ONE_PLACE_MAX:
        return False
    return is_familiar or from_everywhere < FROM_STRANGERS_MAX


def is_familiar(*, now: datetime, seen_at: datetime | None) -> bool:
    return seen_at is not None and seen_at > now - FAMILIAR_FOR
