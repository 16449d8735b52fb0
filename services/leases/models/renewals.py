"""The newest agreement of a lease to go on from month to month, with how far it has come."""

import uuid

from sqlalchemy import Select, Text, cast, func, or_, select

from services.leases.models.options import lease_options, lease_renewals
from services.leases.models.tables import lease_standings, leases

CAME_ABOUT = ("active", "ended")


def newest_renewal(account_id: uuid.UUID) -> Select[tuple[object, ...]]:
    """One row: the agreement's columns, `months` begun so far, and `lease_ends_on` as it is now."""
    renewal_of = lease_options.c.details["renewal_of"].astext == cast(lease_renewals.c.option_id, Text)
    months = (
        select(func.count())
        .where(lease_options.c.account_id == account_id, lease_options.c.status.in_(CAME_ABOUT))
        .where(or_(lease_options.c.id == lease_renewals.c.option_id, renewal_of))
        .scalar_subquery()
    )
    ends_on = func.coalesce(lease_standings.c.maturity_on, leases.c.ends_on)
    return (
        select(lease_renewals, months.label("months"), ends_on.label("lease_ends_on"))
        .join(leases, leases.c.account_id == lease_renewals.c.account_id)
        .join(lease_standings, lease_standings.c.account_id == leases.c.account_id)
        .where(lease_renewals.c.account_id == account_id)
        .order_by(lease_renewals.c.option_id.desc())
        .limit(1)
    )
