"""Lists that a service gives whole, page by page like every other list, and whole where no limit is named.

The cursor holds where in the list's order the page before ended, so that nothing moves by what is added or goes
meanwhile, the last row of that page included.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from marshmallow import fields, validate

from chassis.errors import FieldError, InvalidRequest
from chassis.schemas import Strict, Text
from gateway.schemas import PAGE_MAX
from services.accounts.contract import files, flags, furnishing
from services.identity.contract import passkeys
from services.identity.contract import schemas as identity
from services.leases.contract import approvals, lease_end

CURSOR_LENGTH_MAX = 200
# What of a query says which part is wanted, and not of what.
PLACE = ("limit", "cursor")


class Slice(Strict):
    """Which part of a list: `cursor` is the `next_cursor` of the page before. Without `limit`, all that is left."""

    limit = fields.Integer(validate=validate.Range(min=1, max=PAGE_MAX))
    cursor = Text(longest=CURSOR_LENGTH_MAX)


class SearchAccounts(Slice, files.SearchAccounts):
    __doc__ = files.SearchAccounts.__doc__


class _Page(Strict):
    next_cursor = fields.String(required=True, allow_none=True)


class Passkeys(_Page, passkeys.Passkeys):
    pass


class Approvals(_Page, approvals.Approvals):
    pass


class OdometerReadings(_Page, lease_end.OdometerReadings):
    __doc__ = lease_end.OdometerReadings.__doc__


class AccountFlags(_Page, flags.AccountFlags):
    __doc__ = flags.AccountFlags.__doc__


class AccountHolders(_Page, identity.AccountHolders):
    pass


class Furnishing(_Page, furnishing.Furnishing):
    __doc__ = furnishing.Furnishing.__doc__


class FoundAccounts(_Page, files.FoundAccounts):
    __doc__ = files.FoundAccounts.__doc__


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


Field = tuple[str, Callable[[str], Any]]
ID: Field = ("id", UUID)


@dataclass(frozen=True, kw_only=True)
class Order:
    """How the rows of a list stand: `by` are fields that tell them apart, each with how its text is read."""

    of: str
    by: tuple[Field, ...] = (ID,)
    newest_first: bool = True

    def place(self, row: Mapping[str, Any]) -> tuple[Any, ...]:
        """Where a row stands."""
        return tuple(read(str(row[name])) for name, read in self.by)

    def cursor(self, place: tuple[Any, ...]) -> str:
        """The cursor of what follows a place."""
        named = json.dumps([self.of, *map(str, place)], separators=(",", ":"))
        return urlsafe_b64encode(named.encode()).decode().rstrip("=")

    def place_of(self, cursor: str) -> tuple[Any, ...]:
        """The place in a cursor of this list. Raises ValueError for any other text."""
        try:
            of, *texts = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
            place = tuple(read(text) for (_, read), text in zip(self.by, texts, strict=True))
        except (AttributeError, OverflowError, RecursionError, TypeError) as wrong:
            raise ValueError(cursor) from wrong
        if of != self.of or self.cursor(place) != cursor:
            raise ValueError(cursor)
        return place


ACCOUNTS = Order(of="accounts", newest_first=False)
ACCOUNT_FLAGS = Order(of="flags")
ACCOUNT_HOLDERS = Order(of="holders", by=(("user_id", UUID),), newest_first=False)
APPROVALS = Order(of="approvals", by=(("asked_at", _instant), ID))
FOUND_ACCOUNTS = Order(of="found")
FURNISHING = Order(of="furnishing", by=(("month_end_on", date.fromisoformat), ("version", int)))
ODOMETER_READINGS = Order(of="readings", by=(("read_on", date.fromisoformat), ("miles", int), ID))
PASSKEYS = Order(of="passkeys")


def sliced(rows: Sequence[Mapping[str, Any]], *, query: Mapping[str, Any], order: Order) -> dict[str, Any]:
    """The page that the query asks for, in the list's order. Raises InvalidRequest."""
    placed = sorted(((order.place(row), row) for row in rows), key=_first, reverse=order.newest_first)
    if "cursor" in query:
        end = _end_of_the_page_before(query["cursor"], order=order)
        placed = [each for each in placed if (each[0] < end if order.newest_first else each[0] > end)]
    page = placed[: query.get("limit", len(placed))]
    last = order.cursor(page[-1][0]) if len(page) < len(placed) else None
    return {"data": [row for _, row in page], "next_cursor": last}


def _first(placed: tuple[tuple[Any, ...], Mapping[str, Any]]) -> tuple[Any, ...]:
    return placed[0]


def _end_of_the_page_before(cursor: str, *, order: Order) -> tuple[Any, ...]:
    try:
        return order.place_of(cursor)
    except ValueError:
        wrong = FieldError(pointer="/cursor", code="invalid", detail="Not a cursor of this list.")
        raise InvalidRequest("Take the cursor from next_cursor of the page before.", errors=[wrong]) from None
