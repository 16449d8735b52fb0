"""The flags of an account, for staff."""

from typing import Any

from sqlalchemy import select

from chassis.context import CallContext
from chassis.store import Transaction
from services.accounts.models import account_flags
from services.accounts.queries.reading import allowed_id, read_account
from services.accounts.rules.flags import flag_as_told


def list_account_flags(transaction: Transaction, *, account_id: str, caller: CallContext) -> dict[str, Any]:
    """Those that stand and those that were cleared, newest first. Raises NotFound."""
    account = read_account(transaction, account_id=allowed_id(caller, account_id))
    rows = transaction.all(
        select(account_flags)
        .where(account_flags.c.account_id == account.columns["id"])
        .order_by(account_flags.c.id.desc())
    )
    return {"data": [flag_as_told(row) for row in rows]}
