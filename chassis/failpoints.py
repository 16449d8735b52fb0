"""Named places at which a test may end the process, so that every crash the design claims to survive is really tried.

A point does nothing unless CAPTIVE_FAILPOINTS arms it: `name` kills at the first hit, `name@3` at the third.
"""

import os
from collections import Counter

DECLARED = frozenset(
    {
        "command.before_commit",
        "command.after_commit",
        "command.before_reply",
        "reaction.before_commit",
        "reaction.after_commit",
        "errand.started",
        "errand.before_done",
        "errand.after_done",
        "outbox.claimed",
        "outbox.published",
        "outbox.marked",
        "vendor.before_call",
        "vendor.after_call",
    }
)

KILLED_EXIT_CODE = 137

_hits: Counter[str] = Counter()


def failpoint(name: str) -> None:
    """Die here, without cleaning up, if the environment arms this point and its count is reached."""
    armed = os.environ.get("CAPTIVE_FAILPOINTS")
    if not armed:
        return
    if name not in DECLARED:
        raise LookupError(f"failpoint {name!r} is not declared")
    _hits[name] += 1
    for entry in armed.split(","):
        armed_name, _, count = entry.strip().partition("@")
        if armed_name == name and _hits[name] == int(count or 1):
            os._exit(KILLED_EXIT_CODE)
