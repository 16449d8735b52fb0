"""Verbs of leases: take over contracts, follow what payments and accounts tell, and end leases in the way chosen."""

from services.leases.operations.accounts_told import follow_account
from services.leases.operations.buyouts import cancel_buyout, promise_price, start_buyout
from services.leases.operations.calendar import lapse_options, sweep_milestones
from services.leases.operations.days import follow_day
from services.leases.operations.disputes import credit_end, decide_dispute, dispute_end_bill
from services.leases.operations.early_ends import end_early
from services.leases.operations.extensions import (
    accept_extension,
    apply_extension,
    decide_extension,
    request_extension,
    withdraw_extension,
)
from services.leases.operations.figures import ask_figures, find_figures
from services.leases.operations.following import note_applied_payments, note_posted_payments, note_returned_payment
from services.leases.operations.notices import give_servicemember_notice, withdraw_servicemember_notice
from services.leases.operations.purchase import Purchase, price_purchase
from services.leases.operations.readings import record_odometer_reading
from services.leases.operations.rebuilding import Rebuilt, last_lease, rebuild_leases
from services.leases.operations.renewals import give_notice
from services.leases.operations.statements import sign_odometer_statement
from services.leases.operations.taking_over import TakenOver, import_leases
from services.leases.operations.turn_ins import (
    bill_end,
    cancel_turn_in,
    inspect_vehicle,
    receive_vehicle,
    schedule_turn_in,
)

__all__ = [
    "Purchase",
    "Rebuilt",
    "TakenOver",
    "accept_extension",
    "apply_extension",
    "ask_figures",
    "bill_end",
    "cancel_buyout",
    "cancel_turn_in",
    "credit_end",
    "decide_dispute",
    "decide_extension",
    "dispute_end_bill",
    "end_early",
    "find_figures",
    "follow_account",
    "follow_day",
    "give_notice",
    "give_servicemember_notice",
    "import_leases",
    "inspect_vehicle",
    "lapse_options",
    "last_lease",
    "note_applied_payments",
    "note_posted_payments",
    "note_returned_payment",
    "price_purchase",
    "promise_price",
    "rebuild_leases",
    "receive_vehicle",
    "record_odometer_reading",
    "request_extension",
    "schedule_turn_in",
    "sign_odometer_statement",
    "start_buyout",
    "sweep_milestones",
    "withdraw_extension",
    "withdraw_servicemember_notice",
]
