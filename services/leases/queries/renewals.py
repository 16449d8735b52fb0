"""Whether a lease goes on from month to month, and how far it has come with it."""

from typing import Any

from chassis.context import CallContext
from chassis.store import Transaction
from services.leases.contract.errors import NotFound
from services.leases.models import newest_renewal
from services.leases.queries.lease import read_lease
from services.leases.rules.renewal import renewal_as_told


def get_renewal(transaction: Transaction, *, caller: CallContext, account_id: str) -> dict[str, Any]:
    """The newest one, running or over. Raises NotFound."""
    lease = read_lease(transaction, caller=caller, account_id=account_id)
    row = transaction.one(newest_renewal(lease["account_id"]))
    if row is None:
        raise NotFound()
    return renewal_as_told(row)
