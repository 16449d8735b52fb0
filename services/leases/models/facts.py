"""The one select that gathers what an evaluation rests on."""

import uuid

from sqlalchemy import BigInteger, Select, exists, func, select

from services.leases.models.options import lease_options
from services.leases.models.tables import lease_payments, lease_standings, leases

_taken = lease_options
_open_option = select(_taken.c.option).where(_taken.c.account_id == leases.c.account_id, _taken.c.closed_at.is_(None))
_returned = exists().where(_taken.c.account_id == leases.c.account_id, _taken.c.status.in_(("returned", "billed")))
_in_transit = select(func.coalesce(func.sum(lease_payments.c.amount_cents), 0).cast(BigInteger)).where(
    lease_payments.c.account_id == leases.c.account_id, lease_payments.c.is_applied.is_(False)
)

facts = select(
    func.coalesce(lease_standings.c.maturity_on, leases.c.ends_on).label("ends_on"),
    lease_standings.c.status,
    lease_standings.c.past_due_cents,
    _in_transit.correlate(leases).scalar_subquery().label("in_transit_cents"),
    _open_option.correlate(leases).scalar_subquery().label("open_option"),
    _returned.correlate(leases).label("is_returned"),
).join_from(leases, lease_standings, lease_standings.c.account_id == leases.c.account_id)
"""A row for each lease: ends_on, status, past_due_cents, in_transit_cents, open_option, is_returned."""


def facts_of(account_id: uuid.UUID) -> Select[tuple[object, ...]]:
    """The row of one lease."""
    return facts.where(leases.c.account_id == account_id)
