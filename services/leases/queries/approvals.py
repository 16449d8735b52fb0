"""What waits for the lessees' agreement, across all leases of one person."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from chassis.context import CallContext
from chassis.store import Transaction
from services.leases.models import lease_options
from services.leases.rules.options import EXTENSION
from services.leases.rules.told import approval_as_told


def list_approvals(transaction: Transaction, *, caller: CallContext, today: date) -> dict[str, Any]:
    """Offers of more months that can still be accepted, the newest first; those of the caller's own leases."""
    roles: Mapping[UUID, str] = {UUID(grant.id): grant.role for grant in caller.accounts}
    waiting = (
        select(lease_options)
        .where(lease_options.c.account_id.in_(roles), lease_options.c.option == EXTENSION)
        .where(lease_options.c.status == "offered", lease_options.c.ends_on >= today)
        .order_by(lease_options.c.id.desc())
    )
    return {
        "data": [
            approval_as_told(row=row, role=roles[row["account_id"]], subject=caller.subject)
            for row in transaction.all(waiting)
        ]
    }
