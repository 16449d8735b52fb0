"""What was furnished of an account, for staff."""

from typing import Any

from sqlalchemy import select

from chassis.context import CallContext
from chassis.store import Transaction
from services.accounts.models import furnishing_facts
from services.accounts.queries.reading import allowed_id, read_account


def list_furnishing(transaction: Transaction, *, account_id: str, caller: CallContext) -> dict[str, Any]:
    """Every version of every month, newest first. Raises NotFound."""
    account = read_account(transaction, account_id=allowed_id(caller, account_id))
    rows = transaction.all(
        select(furnishing_facts)
        .where(furnishing_facts.c.account_id == account.columns["id"])
        .order_by(furnishing_facts.c.month_end_on.desc(), furnishing_facts.c.version.desc())
    )
    return {"data": rows}
