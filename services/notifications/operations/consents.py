"""Every word about a consent is kept for ever: what was said, when, in which words, and by what it can be shown."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import insert

from chassis.ids import new_id
from chassis.store import Transaction
from services.notifications.contract import events
from services.notifications.models import consents
from services.notifications.rules.kinds import Channel

ENDING_DIGITS = 4


class Source(StrEnum):
    """How we know of it."""

    SERVICING = "servicing"
    PORTAL = "portal"
    TEXT = "text"
    CARRIER = "carrier"
    STAFF = "staff"


def keep_consent(
    transaction: Transaction, *, now: datetime, user_id: UUID, is_given: bool, source: Source, address: str | None,
    version: str | None = None, wording: str | None = None, proof: Mapping[str, str] | None = None,
) -> Mapping[str, object]:  # fmt: skip
    """Append one word about texts to `address`, and tell a withdrawal."""
    said = {
        "id": new_id(at=now), "user_id": user_id, "channel": Channel.SMS, "is_given": is_given, "source": source,
        "version": version, "wording": wording, "proof": dict(proof or {}),
        "address_last4": address and address[-ENDING_DIGITS:], "said_at": now,
    }  # fmt: skip
    transaction.run(insert(consents).values(said))
    if not is_given:
        withdrawn = {"user_id": user_id, "channel": Channel.SMS, "source": source}
        transaction.emit(events.channel_opted_out, subject=str(user_id), data=withdrawn)
    return said
