"""Verbs of leases: take over contracts, follow what payments and accounts tell, and end leases in the way chosen."""

from services.leases.operations.following import note_posted_payment, note_returned_payment, note_standing
from services.leases.operations.readings import record_odometer_reading
from services.leases.operations.rebuilding import Rebuilt, last_lease, rebuild_leases
from services.leases.operations.taking_over import TakenOver, import_leases

__all__ = [
    "Rebuilt",
    "TakenOver",
    "import_leases",
    "last_lease",
    "note_posted_payment",
    "note_returned_payment",
    "note_standing",
    "rebuild_leases",
    "record_odometer_reading",
]
