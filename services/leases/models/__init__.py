"""What leases stores."""

from services.leases.models.facts import facts_of
from services.leases.models.options import (
    lease_milestones,
    lease_options,
    odometer_statements,
    option_of,
    statement_since,
)
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
    "facts_of",
    "lease_eligibilities",
    "lease_facts",
    "lease_milestones",
    "lease_options",
    "lease_payments",
    "lease_standings",
    "leases",
    "metadata",
    "odometer_readings",
    "odometer_statements",
    "option_of",
    "statement_since",
]
