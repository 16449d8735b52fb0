"""Questions about leases: read-only, plain data."""

from services.leases.queries.figures import ask_figures, find_figures
from services.leases.queries.lease import get_lease
from services.leases.queries.lease_end import get_lease_calendar, get_lease_end
from services.leases.queries.readings import list_odometer_readings

__all__ = [
    "ask_figures",
    "find_figures",
    "get_lease",
    "get_lease_calendar",
    "get_lease_end",
    "list_odometer_readings",
]
