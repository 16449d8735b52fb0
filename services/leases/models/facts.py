"""The one select that gathers what an evaluation rests on."""

import uuid

from sqlalchemy import BigInteger, BindParameter, Select, exists, func, select

from services.leases.models.options import lease_options
from services.leases.models.tables import lease_payments, lease_standings, leases


def facts_of(account_id: uuid.UUID | BindParameter[uuid.UUID]) -> Select[tuple[object, ...]]:
    """One row: ends_on, status, past_due_cents, in_transit_cents, open_option, is_returned."""
    taken = lease_options
    open_option = select(taken.c.option).where(taken.c.account_id == account_id, taken.c.closed_at.is_(None))
    returned = exists().where(taken.c.account_id == account_id, taken.c.status.in_(("returned", "billed")))
    in_transit = select(func.coalesce(func.sum(lease_payments.c.amount_cents), 0).cast(BigInteger)).where(
        lease_payments.c.account_id == account_id, lease_payments.c.is_applied.is_(False)
    )
    return (
        select(
            func.coalesce(lease_standings.c.maturity_on, leases.c.ends_on).label("ends_on"),
            lease_standings.c.status,
            lease_standings.c.past_due_cents,
            in_transit.scalar_subquery().label("in_transit_cents"),
            open_option.scalar_subquery().label("open_option"),
            returned.label("is_returned"),
        )
        .join(lease_standings, lease_standings.c.account_id == leases.c.account_id)
        .where(leases.c.account_id == account_id)
    )
