"""A purchase under way, with the statement and the steps to the title."""

from datetime import date
from typing import Any

from chassis.context import CallContext
from chassis.store import Transaction
from services.leases.contract.errors import NotFound
from services.leases.models import option_of, statement_since
from services.leases.queries.lease import read_lease
from services.leases.rules.options import BUYOUT
from services.leases.rules.told import buyout_as_told


def get_buyout(
    transaction: Transaction, *, caller: CallContext, account_id: str, option_id: str, today: date
) -> dict[str, Any]:
    """Raises NotFound."""
    lease = read_lease(transaction, caller=caller, account_id=account_id)
    row = transaction.one(option_of(account_id=lease["account_id"], option_id=option_id, option=BUYOUT))
    if row is None:
        raise NotFound()
    statement = transaction.one(statement_since(account_id=row["account_id"], opened_at=row["opened_at"]))
    return buyout_as_told(vehicle=lease["vehicle"], row=row, statement=statement, today=today)
