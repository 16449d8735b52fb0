"""Verbs of leases: take over contracts, follow what payments and accounts tell, and end leases in the way chosen."""

from services.leases.operations.accounts_told import follow_account
from services.leases.operations.buyouts import (
    cancel_buyout,
    lapse_buyouts,
    promise_price,
    start_buyout,
)
from services.leases.operations.figures import find_figures
from services.leases.operations.following import note_posted_payment, note_returned_payment
from services.leases.operations.purchase import Purchase, price_purchase
from services.leases.operations.readings import record_odometer_reading
from services.leases.operations.rebuilding import Rebuilt, last_lease, rebuild_leases
from services.leases.operations.statements import sign_odometer_statement
from services.leases.operations.taking_over import TakenOver, import_leases

__all__ = [
    "Purchase",
    "Rebuilt",
    "TakenOver",
    "cancel_buyout",
    "find_figures",
    "follow_account",
    "import_leases",
    "lapse_buyouts",
    "last_lease",
    "note_posted_payment",
    "note_returned_payment",
    "price_purchase",
    "promise_price",
    "rebuild_leases",
    "record_odometer_reading",
    "sign_odometer_statement",
    "start_buyout",
]
