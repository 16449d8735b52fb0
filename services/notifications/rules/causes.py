"""What makes a message the only one of its cause.

The cause is the event that is told. Where one event brought the other about over several services (`root_id`), mostly
each is news of its own: a business day is the root of every bill and draft of that day. What only says once more what
its cause has said is not told at all, whichever of them comes first (`operations.telling`: a payment that a return or
a refund took out of the balance), so that people read why, and not only what.
"""

from services.notifications.rules.kinds import Channel


def source_key(*, cause: str, addressee: str, channel: Channel, template: str) -> str:
    """What makes a message the only one of its cause: what caused it, for whom, by which way, with which words."""
    return f"{cause}:{addressee}:{channel}:{template}"
