"""The titles that are due to their owners, for staff."""

from datetime import date
from typing import Any

from sqlalchemy import select, tuple_

from chassis.store import Transaction
from services.accounts.models import accounts, title_releases
from services.accounts.queries.paging import cursor_of, read_cursor
from services.accounts.rules.titles import title_as_told


def list_title_releases(transaction: Transaction, *, limit: int, cursor: str | None, today: date) -> dict[str, Any]:
    """A page of those that have not gone out, the one due first at the top. Raises InvalidRequest."""
    place = (title_releases.c.due_on, title_releases.c.account_id)
    waiting = (
        select(title_releases, accounts.c.account_number)
        .join(accounts, accounts.c.id == title_releases.c.account_id)
        .where(title_releases.c.released_on.is_(None), title_releases.c.withdrawn_on.is_(None))
        .order_by(*place)
        .limit(limit + 1)
    )
    if cursor is not None:
        waiting = waiting.where(tuple_(*place) > read_cursor(cursor))
    rows = transaction.all(waiting)
    shown = [title_as_told(row, today=today) for row in rows[:limit]]
    next_cursor = cursor_of(rows[limit - 1]["due_on"], rows[limit - 1]["account_id"]) if len(rows) > limit else None
    return {"data": shown, "next_cursor": next_cursor}
