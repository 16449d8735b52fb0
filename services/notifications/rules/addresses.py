"""Which words of a vendor say that an address or number is dead: nothing more is sent there until it changes."""

# Twilio: no telephone number, no way to it, no mobile, blocked by its holder or carrier, unknown, a landline. Not
# among them: 30003 (switched off just now), 30007 (the carrier disliked the words), 30008 (nobody knows why).
DEAD_NUMBER_CODES = frozenset({21211, 21612, 21614, 30004, 30005, 30006})

# SendGrid sends nothing more to these, whatever we ask of it.
DEAD_DROPS = frozenset({"bounced address", "invalid", "unsubscribed address", "spam reporting address"})
PERMANENT = "5"


def is_dead_number(*, code: int | None) -> bool:
    """Whether Twilio's code is about the number for good."""
    return code in DEAD_NUMBER_CODES


def is_dead_mailbox(*, event: str, kind: str, status: str, reason: str) -> bool:
    """Whether SendGrid's event is about the address for good: a hard bounce, or a drop for what was known of it.

    `kind` is `blocked` where the other server turned this one mail away; `status` is RFC 3463's, 4.x.x for what passes.
    """
    if event == "bounce":
        return kind != "blocked" and (not status or status.startswith(PERMANENT))
    return event == "dropped" and reason.strip().lower() in DEAD_DROPS
