"""What waits for a person, across all leases."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any
from uuid import UUID

from sqlalchemy import and_, case, func, or_, select

from chassis.context import CallContext
from chassis.errors import FieldError, InvalidRequest
from chassis.store import Transaction
from services.leases.models import lease_options
from services.leases.queries.lease import read_lease
from services.leases.rules.options import EARLY_TERMINATION, EXTENSION, NOTICED, TURN_IN
from services.leases.rules.work import DISPUTED, TO_CONFIRM, TO_DECIDE, TO_INSPECT, TO_RECEIVE, work_of

_o = lease_options.c
_IS_DISPUTED = and_(
    _o.details.has_key("disputes"),
    func.jsonb_path_exists(_o.details, '$.disputes[*] ? (!exists(@.status) || @.status == "open")'),
)
_KIND = case(
    (and_(_o.option == EXTENSION, _o.status == "requested"), TO_DECIDE),
    (and_(_o.option == TURN_IN, _o.status == "scheduled"), TO_RECEIVE),
    (and_(_o.option == TURN_IN, _o.status == "returned"), TO_INSPECT),
    (and_(_o.option == EARLY_TERMINATION, _o.status == NOTICED), TO_CONFIRM),
    (_IS_DISPUTED, DISPUTED),
)


def list_lease_work(
    transaction: Transaction, *, caller: CallContext, kind: str | None, account_id: str | None, limit: int,
    cursor: str | None,
) -> dict[str, Any]:  # fmt: skip
    """A page, the oldest first. Raises InvalidRequest, and NotFound for what is no lease."""
    # The same words as the two partial indexes have.
    waiting = or_(_o.closed_at.is_(None), _o.details.has_key("disputes"))
    of_kind = _KIND.is_not(None) if kind is None else _KIND.in_((kind,))
    found = select(lease_options, _KIND.label("kind")).where(waiting, of_kind)
    if account_id is not None:
        lease = read_lease(transaction, caller=caller, account_id=account_id)
        found = found.where(_o.account_id == lease["account_id"])
    if cursor is not None:
        found = found.where(_o.id > _read_cursor(cursor))
    rows = transaction.all(found.order_by(_o.id).limit(limit + 1))
    next_cursor = _cursor(rows[limit - 1]["id"]) if len(rows) > limit else None
    return {"data": [work_of(row) for row in rows[:limit]], "next_cursor": next_cursor}


def _cursor(identifier: UUID) -> str:
    return urlsafe_b64encode(identifier.bytes).decode().rstrip("=")


def _read_cursor(cursor: str) -> UUID:
    try:
        return UUID(bytes=urlsafe_b64decode(cursor.encode("ascii") + b"=="))
    except ValueError:
        wrong = FieldError(pointer="/cursor", code="invalid", detail="Not a cursor of this list.")
        raise InvalidRequest("Take the cursor from next_cursor of the page before.", errors=[wrong]) from None
