"""Cursors of lists in the order of a date and an id: they name the last row that was shown."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import date
from uuid import UUID

from chassis.errors import FieldError, InvalidRequest


def cursor_of(on: date, identifier: UUID) -> str:
    return urlsafe_b64encode(f"{on.isoformat()}/{identifier}".encode()).decode()


def read_cursor(cursor: str) -> tuple[date, UUID]:
    """Raises InvalidRequest for a text that no list gave."""
    try:
        on, _, identifier = urlsafe_b64decode(cursor).decode().partition("/")
        return date.fromisoformat(on), UUID(identifier)
    except ValueError:
        wrong = FieldError(pointer="/cursor", code="invalid", detail="Not a cursor of this list.")
        raise InvalidRequest("Take the cursor from next_cursor of the page before.", errors=[wrong]) from None
