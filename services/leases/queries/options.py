"""A return and an extension as far as they have come."""

from typing import Any

from chassis.context import CallContext
from chassis.store import Row, Transaction
from services.leases.contract.errors import NotFound
from services.leases.models import option_of, statement_since
from services.leases.queries.lease import read_lease
from services.leases.rules.options import EXTENSION, TURN_IN
from services.leases.rules.told import extension_as_told, turn_in_as_told


def get_turn_in(transaction: Transaction, *, caller: CallContext, account_id: str, option_id: str) -> dict[str, Any]:
    """Raises NotFound."""
    lease, row = _read(transaction, caller=caller, account_id=account_id, option_id=option_id, option=TURN_IN)
    statement = transaction.one(statement_since(account_id=row["account_id"], opened_at=row["opened_at"]))
    return turn_in_as_told(vehicle=lease["vehicle"], row=row, statement=statement)


def get_extension(transaction: Transaction, *, caller: CallContext, account_id: str, option_id: str) -> dict[str, Any]:
    """Raises NotFound."""
    _, row = _read(transaction, caller=caller, account_id=account_id, option_id=option_id, option=EXTENSION)
    return extension_as_told(row=row)


def _read(
    transaction: Transaction, *, caller: CallContext, account_id: str, option_id: str, option: str
) -> tuple[Row, Row]:
    """The lease, and the way out of it."""
    lease = read_lease(transaction, caller=caller, account_id=account_id)
    row = transaction.one(option_of(account_id=lease["account_id"], option_id=option_id, option=option))
    if row is None:
        raise NotFound()
    return lease, row
