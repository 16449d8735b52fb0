"""What ending a lease early would cost today, with the way to it; the notice that a servicemember has given."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from chassis.context import CallContext
from chassis.store import Transaction
from services.leases.contract.errors import NotFound
from services.leases.models import lease_options
from services.leases.queries.lease import read_lease
from services.leases.rules.early_end import EarlyEnd, early_fees
from services.leases.rules.options import EARLY_TERMINATION
from services.leases.rules.prices import figures_of
from services.leases.rules.state_policies import state_policy
from services.leases.rules.told import notice_as_told


def get_early_termination_quote(
    transaction: Transaction, *, caller: CallContext, figures: Mapping[str, Any], account_id: str,
    realized_value_cents: int | None,
) -> dict[str, Any]:  # fmt: skip
    """Nothing is promised: the vehicle's value decides on the day. Raises NotFound."""
    lease = read_lease(transaction, caller=caller, account_id=account_id)
    fees = early_fees(
        disposition_fee_cents=lease["disposition_fee_cents"] or 0, policy=state_policy(state=figures["state"])
    )
    end = EarlyEnd(
        figures=figures_of(figures), fees=fees, realized_value_cents=realized_value_cents,
        is_servicemember_on_record=figures["servicemember_from_on"] is not None,
    )  # fmt: skip
    return end.told(account_id=account_id)


def get_servicemember_notice(transaction: Transaction, *, caller: CallContext, account_id: str) -> dict[str, Any]:
    """The newest that was given, and what came of it. Raises NotFound where there is none."""
    lease = read_lease(transaction, caller=caller, account_id=account_id)
    of_lease = (lease_options.c.account_id == lease["account_id"]) & (lease_options.c.option == EARLY_TERMINATION)
    given = of_lease & lease_options.c.details.has_key("notice")
    row = transaction.one(select(lease_options).where(given).order_by(lease_options.c.id.desc()).limit(1))
    if row is None:
        raise NotFound()
    return notice_as_told(row=row)
