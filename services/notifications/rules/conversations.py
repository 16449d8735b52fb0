"""What may become of a conversation, whose turn it is, which files are taken: pure decisions on plain values."""

import re
from collections.abc import Mapping
from enum import StrEnum

from services.notifications.contract.conversations import (
    ATTACHMENT_BYTES_MAX,
    ATTACHMENTS_BYTES_MAX,
    ATTACHMENTS_MAX,
    JPEG,
    PDF,
    PLAIN,
    PLAIN_BYTES_MAX,
    PNG,
)
from services.notifications.contract.errors import AttachmentTooLarge, AttachmentTypeRefused, TooManyAttachments
from services.payments.contract.errors import CardNumberRefused
from services.payments.contract.numbers import holds_card_number

COVER = "[card number removed]"

_DIGITS = re.compile(r"\d(?:[\s._/-]{0,3}\d){12,}")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_BEGINNINGS: Mapping[str, bytes] = {PDF: b"%PDF-", JPEG: b"\xff\xd8\xff", PNG: b"\x89PNG\r\n\x1a\n"}
# A file that breaks off is of no use to anybody: each of these stands within the last bytes of a whole one.
_ENDINGS: Mapping[str, bytes] = {PDF: b"%%EOF", JPEG: b"\xff\xd9", PNG: b"IEND"}
_ENDING_BYTES = 1024


class State(StrEnum):
    """Whether anybody may write in a conversation."""

    OPEN = "open"
    CLOSED = "closed"


class Author(StrEnum):
    """The two sides."""

    CUSTOMER = "customer"
    STAFF = "staff"


class Step(StrEnum):
    """What is done with a conversation besides writing in it."""

    OPENED = "opened"
    HANDED_OVER = "handed_over"
    CLOSED = "closed"
    REOPENED = "reopened"


# Either side closes and reopens; a step that leads nowhere changes nothing, so that a second click does no harm.
STEPS: Mapping[State, Mapping[Step, State]] = {
    State.OPEN: {Step.HANDED_OVER: State.OPEN, Step.CLOSED: State.CLOSED},
    State.CLOSED: {Step.REOPENED: State.OPEN},
}

QUEUE_OF: Mapping[str, str] = {
    "payments": "payments",
    "payoff": "payments",
    "lease_end": "lease_end",
    "account": "general",
    "documents": "titles",
    "technical": "general",
    "other": "general",
}


def waiting_for(*, state: State, last_author: str | None) -> Author | None:
    """Whose turn it is; nobody's where it is closed."""
    if state is State.CLOSED or last_author is None:
        return None
    return Author.STAFF if last_author == Author.CUSTOMER else Author.CUSTOMER


def media_of(content: bytes) -> str | None:
    """What a file is by its content, whatever it is called; None where it is nothing that is taken."""
    for media, beginning in _BEGINNINGS.items():
        if content.startswith(beginning):
            return media if _ENDINGS[media] in content[-_ENDING_BYTES:] else None
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return PLAIN if text.strip() and not _UNPRINTABLE.search(text) else None


def require_attachment(content: bytes, *, media: str, count: int, total_bytes: int) -> None:
    """Whether one more file is taken; `count` and `total_bytes` are those that the conversation has.

    Raises AttachmentTooLarge, AttachmentTypeRefused, CardNumberRefused, TooManyAttachments. Takes a second for a text
    of nothing but digits.
    """
    if not 0 < len(content) <= (PLAIN_BYTES_MAX if media == PLAIN else ATTACHMENT_BYTES_MAX):
        raise AttachmentTooLarge()
    if media_of(content) != media:
        raise AttachmentTypeRefused()
    if media == PLAIN and holds_card_number(content.decode()):
        raise CardNumberRefused()
    if count >= ATTACHMENTS_MAX or total_bytes + len(content) > ATTACHMENTS_BYTES_MAX:
        raise TooManyAttachments()


def without_card_numbers(text: str) -> str:
    """A text that cannot be refused any more, with each run of digits covered that holds a card number."""
    if not holds_card_number(text):
        return text
    covered = _DIGITS.sub(lambda run: COVER if holds_card_number(run.group()) else run.group(), text)
    # Digits of other scripts and far apart: what is found by no run is covered whole.
    return COVER if holds_card_number(covered) else covered
