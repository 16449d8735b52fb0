"""What makes a message the only one of its cause."""

from services.notifications.rules.kinds import Channel


def source_key(*, cause: str, addressee: str, channel: Channel, template: str) -> str:
    """What makes a message the only one of its cause: what caused it, for whom, by which way, with which words."""
    return f"{cause}:{addressee}:{channel}:{template}"
