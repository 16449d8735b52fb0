"""What vendors report about messages of ours, whichever vendor it is and however it puts it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.notifications.rules.kinds import Channel
from services.notifications.rules.replies import Word
from services.notifications.rules.states import State

FRESH_SECONDS = 300
VENDOR_ID_LENGTH_MAX = 200


@dataclass(frozen=True, kw_only=True)
class Report:
    """One vendor's word about one message, found by our own id and never by an address.

    `reason` carries nothing personal. `stopped_number` is the number of a person who told the vendor to stop,
    `dead_address` one at which nothing will ever arrive.
    """

    message_id: UUID
    channel: Channel
    state: State
    reason: str
    vendor_id: str | None
    stopped_number: str | None = None
    dead_address: str | None = None


@dataclass(frozen=True, kw_only=True)
class InboundText:
    """A text that somebody sent to our number. `understood`: the vendor has heeded and answered this word already."""

    vendor_id: str
    number: str
    body: str
    understood: Word | None = None


class InboundTexts(Protocol):
    """Reads the webhook of the vendor of texts for what people write."""

    def read(self, *, url: str, body: str, signature: str) -> InboundText | None:
        """The text, None where it has no sender. Raises WebhookSignatureInvalid."""


class MailReports(Protocol):
    """Reads the webhook of the vendor of mails."""

    def read(self, *, body: str, signature: str, timestamp: str, now: datetime) -> list[Report]:
        """The reports in it, in their order. Raises WebhookSignatureInvalid, InvalidRequest."""


class TextReports(Protocol):
    """Reads the webhook of the vendor of texts."""

    def read(self, *, url: str, body: str, signature: str) -> list[Report]:
        """The reports in it. Raises WebhookSignatureInvalid."""


def own_id(given: object) -> UUID | None:
    """Our id as it came back; None for what cannot be one."""
    try:
        return UUID(given) if isinstance(given, str) else None
    except ValueError:
        return None
