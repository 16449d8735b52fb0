"""The interface of each channel, and the one rule of what a vendor's answer means. Vendors know no idempotency keys."""

from dataclasses import dataclass
from typing import NoReturn, Protocol
from uuid import UUID

from chassis.errors import OutcomeUnknown, VendorDown

CONNECT_SECONDS = 3.0
READ_SECONDS = 10.0

# Under this name a vendor carries our id, and brings it back with what it reports.
OWN_ID = "message_id"

# Nothing was sent, and waiting helps: they are busy or out of order, or our account, key or address is to be corrected.
_WAITING_HELPS = frozenset({401, 403, 404, 408, 429, 503})


@dataclass(frozen=True, kw_only=True)
class MailContent:
    """What a mail says. The subject is one line."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, kw_only=True)
class InboxContent:
    """What a message in the inbox says, as plain text. The title is one line."""

    title: str
    text: str


class VendorRefused(Exception):
    """The vendor will never send this message; `reason` is `<vendor>_<code>`, without personal data.

    `opted_out`: the person told the vendor to stop. `is_dead`: nothing will ever arrive at this address.
    """

    def __init__(self, reason: str, *, opted_out: bool = False, is_dead: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.opted_out = opted_out
        self.is_dead = is_dead


class Mail(Protocol):
    """Sends mails."""

    def send(self, *, message_id: UUID, to: str, content: MailContent) -> str:
        """The vendor's id of the accepted mail. Raises VendorRefused, VendorDown, OutcomeUnknown."""


class Text(Protocol):
    """Sends texts."""

    def send(self, *, message_id: UUID, to: str, body: str) -> str:
        """The vendor's id of the accepted text. Raises VendorRefused, VendorDown, OutcomeUnknown."""


def raise_for_status(
    *, vendor: str, status: int, code: int | None = None, opted_out: bool = False, is_dead: bool = False
) -> NoReturn:  # fmt: skip
    """Raise what an answer other than success means: wait, never, or nobody knows."""
    # What points elsewhere has not been done there: the address in the settings is to be corrected.
    if status in _WAITING_HELPS or 300 <= status < 400:
        raise VendorDown(f"{vendor} answered {status}")
    if 400 <= status < 500:
        raise VendorRefused(f"{vendor}_{code or status}", opted_out=opted_out, is_dead=is_dead)
    raise OutcomeUnknown(f"{vendor} answered {status}")
