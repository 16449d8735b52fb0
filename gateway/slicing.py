"""Lists that a service gives whole, page by page like every other list, and whole where no limit is named.

The cursor names the last row of the page before, so that what is added meanwhile moves nothing.
"""

from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from typing import Any

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


def sliced(
    rows: Sequence[Mapping[str, Any]], *, query: Mapping[str, Any], by: tuple[str, ...] = ("id",)
) -> dict[str, Any]:
    """The page that the query asks for; `by` are the fields that tell rows apart. Raises InvalidRequest."""
    cursors = [_cursor(row, by=by) for row in rows]
    first = 0
    if "cursor" in query:
        if query["cursor"] not in cursors:
            wrong = FieldError(pointer="/cursor", code="invalid", detail="Not a cursor of this list.")
            raise InvalidRequest("Take the cursor from next_cursor of the page before.", errors=[wrong])
        first = cursors.index(query["cursor"]) + 1
    end = first + query.get("limit", len(rows))
    return {"data": rows[first:end], "next_cursor": cursors[end - 1] if end < len(rows) else None}


def _cursor(row: Mapping[str, Any], *, by: tuple[str, ...]) -> str:
    named = ".".join(str(row[name]) for name in by)
    return urlsafe_b64encode(named.encode()).decode().rstrip("=")
