"""What makes a message the only one of its cause.

Two events have the same root where one brought the other about, over any number of services (`root_id`). Mostly each
of them is news of its own: a business day is the root of every bill and draft of that day. Some say the same thing once
more, in the words of another service. Those are strands: the templates of one strand are alternatives, of which a
person hears one, by each channel, of each root and account: whichever comes first.
"""

from collections.abc import Mapping

from services.notifications.rules.kinds import Channel

# A bank sends a payment back: payments says so and why, accounts takes it out of the balance, and the schedule follows.
# One return is one root: no file and no day that brings several of them is told as their cause.
STRANDS: Mapping[str, str] = {
    "payment_returned": "return",
    "payment_reversed": "return",
    "schedule_changed": "return",
}


def source_key(*, cause: str, addressee: str, channel: Channel, template: str) -> str:
    """What makes a message the only one of its cause: what caused it, for whom, by which way, with which words."""
    return f"{cause}:{addressee}:{channel}:{STRANDS.get(template, template)}"


def cause_of(*, template: str, event_id: str, root_id: str | None, account_id: str) -> str:
    """What caused a message of this template: of a strand its root on this account, of any other its own event."""
    if template not in STRANDS or root_id is None:
        return event_id
    return f"{root_id}:{account_id}"
