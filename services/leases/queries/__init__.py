"""Questions about leases: read-only, plain data."""

from services.leases.queries.approvals import list_approvals
from services.leases.queries.buyouts import get_buyout
from services.leases.queries.early_ends import get_early_termination_quote, get_servicemember_notice
from services.leases.queries.lease import get_lease
from services.leases.queries.lease_end import get_lease_calendar, get_lease_end
from services.leases.queries.options import get_extension, get_turn_in
from services.leases.queries.readings import list_odometer_readings
from services.leases.queries.renewals import get_renewal
from services.leases.queries.work import list_lease_work

__all__ = [
    "get_buyout",
    "get_early_termination_quote",
    "get_extension",
    "get_lease",
    "get_lease_calendar",
    "get_lease_end",
    "get_renewal",
    "get_servicemember_notice",
    "get_turn_in",
    "list_approvals",
    "list_lease_work",
    "list_odometer_readings",
]
