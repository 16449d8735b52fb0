"""What leases stores."""

from services.leases.models.tables import (
    facts_of,
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
    "lease_payments",
    "lease_standings",
    "leases",
    "metadata",
    "odometer_readings",
]
