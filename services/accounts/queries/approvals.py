"""What waits for the agreement of an account's parties, across all accounts of one person."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from chassis.context import CallContext
from chassis.store import Transaction
from services.accounts.contract.approvals import WAITING
from services.accounts.models import awaited_changes
from services.accounts.rules.approvals import approval_as_told


def list_approvals(transaction: Transaction, *, caller: CallContext, today: date) -> dict[str, Any]:
    """Changes that can still be agreed to, the newest first; those of the caller's own accounts."""
    roles: Mapping[UUID, str] = {UUID(grant.id): grant.role for grant in caller.accounts}
    waiting = (
        select(awaited_changes)
        .where(awaited_changes.c.account_id.in_(roles), awaited_changes.c.status == WAITING)
        .where(awaited_changes.c.decide_by_on >= today)
        .order_by(awaited_changes.c.id.desc())
    )
    return {
        "data": [
            approval_as_told(row=row, role=roles[row["account_id"]], subject=caller.subject)
            for row in transaction.all(waiting)
        ]
    }
