"""The verbs of payments, one function for each."""

from services.payments.operations import autopay
from services.payments.operations.charging import charge_payment, settle_charge
from services.payments.operations.days import send_due
from services.payments.operations.methods import add_payment_method, look_up_card, remove_payment_method
from services.payments.operations.quotes import learn_quote
from services.payments.operations.scheduled import cancel_payment, note_paid_off, send_due_payments
from services.payments.operations.standings import learn_standing, note_payment_applied, note_standing
from services.payments.operations.submitting import submit_payment, wish_of

__all__ = [
    "add_payment_method",
    "autopay",
    "cancel_payment",
    "charge_payment",
    "learn_quote",
    "learn_standing",
    "look_up_card",
    "note_paid_off",
    "note_payment_applied",
    "note_standing",
    "remove_payment_method",
    "send_due",
    "send_due_payments",
    "settle_charge",
    "submit_payment",
    "wish_of",
]
