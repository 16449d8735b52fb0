"""What leases stores."""

from services.leases.models.facts import facts, facts_of
from services.leases.models.options import (
    lease_milestones_told,
    lease_options,
    lease_renewals,
    odometer_statements,
    option_of,
    option_under_way,
    statement_since,
)
from services.leases.models.renewals import newest_renewal
from services.leases.models.tables import (
    lease_eligibilities,
    lease_facts,
    lease_payments,
    lease_standings,
    leases,
    metadata,
    odometer_readings,
)

__all__ = [
    "facts",
    "facts_of",
    "lease_eligibilities",
    "lease_facts",
    "lease_milestones_told",
    "lease_options",
    "lease_payments",
    "lease_renewals",
    "lease_standings",
    "leases",
    "metadata",
    "newest_renewal",
    "odometer_readings",
    "odometer_statements",
    "option_of",
    "option_under_way",
    "statement_since",
]
