"""What waits for a person."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any
from uuid import UUID

from sqlalchemy import select

from chassis.context import CallContext
from chassis.errors import FieldError, InvalidRequest
from chassis.store import Transaction
from services.accounts.contract.work_items import WORK_REASONS
from services.accounts.models import accounts, work_items
from services.accounts.queries.reading import allowed_id
from services.accounts.rules.shown import work_item_as_told


def list_work_items(
    transaction: Transaction, *, reason: str | None, account_id: str | None, limit: int, cursor: str | None,
    caller: CallContext,
) -> dict[str, Any]:  # fmt: skip
    """A page of the open ones, oldest first. Raises InvalidRequest, and NotFound for what is no account id."""
    waiting = (
        select(work_items, accounts.c.account_number)
        .outerjoin(accounts, accounts.c.id == work_items.c.account_id)
        .where(work_items.c.closed_at.is_(None))
        .order_by(work_items.c.id)
        .limit(limit + 1)
    )
    if reason is not None:
        _require_known(reason)
        waiting = waiting.where(work_items.c.reason == reason)
    if account_id is not None:
        waiting = waiting.where(work_items.c.account_id == allowed_id(caller, account_id))
    if cursor is not None:
        waiting = waiting.where(work_items.c.id > _read_cursor(cursor))
    rows = transaction.all(waiting)
    data = [work_item_as_told(row) for row in rows[:limit]]
    return {"data": data, "next_cursor": _cursor(rows[limit - 1]["id"]) if len(rows) > limit else None}


def _require_known(reason: str) -> None:
    """A word that no item can have is a slip of the pen: an empty list would say that nothing waits."""
    if reason not in WORK_REASONS:
        known = ", ".join(WORK_REASONS)
        raise InvalidRequest(errors=[FieldError("/reason", "invalid", f"Must be one of: {known}.")])


def _cursor(identifier: UUID) -> str:
    return urlsafe_b64encode(identifier.bytes).decode().rstrip("=")


def _read_cursor(cursor: str) -> UUID:
    try:
        return UUID(bytes=urlsafe_b64decode(cursor.encode("ascii") + b"=="))
    except ValueError:
        wrong = FieldError(pointer="/cursor", code="invalid", detail="Not a cursor of this list.")
        raise InvalidRequest("Take the cursor from next_cursor of the page before.", errors=[wrong]) from None
