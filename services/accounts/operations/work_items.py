"""A person has done what waited for one."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from chassis.context import CallContext
from chassis.errors import NotFound
from chassis.store import Transaction
from services.accounts.contract.errors import WorkItemClosed
from services.accounts.models import accounts, work_items
from services.accounts.rules.shown import work_item_as_told


def close_work_item(
    transaction: Transaction, *, work_item_id: str, note: str, caller: CallContext, now: datetime
) -> dict[str, Any]:
    """Close an open one with a note. Raises NotFound, WorkItemClosed."""
    item = transaction.one(
        select(work_items, accounts.c.account_number)
        .outerjoin(accounts, accounts.c.id == work_items.c.account_id)
        .where(work_items.c.id == _identifier(work_item_id))
        .with_for_update(of=work_items)
    )
    if item is None:
        raise NotFound()
    if item["closed_at"] is not None:
        raise WorkItemClosed()
    closing = {"closed_at": now, "closed_by": caller.subject, "closing_note": note}
    transaction.run(update(work_items).where(work_items.c.id == item["id"]).values(closing))
    return {**work_item_as_told(item), **closing}


def _identifier(work_item_id: str) -> UUID:
    try:
        return UUID(work_item_id)
    except ValueError:
        raise NotFound() from None
