"""The verbs of payments, one function for each."""

from services.payments.operations.charging import charge_payment, settle_charge
from services.payments.operations.days import book_posting, close_payment_day, open_payment_day
from services.payments.operations.methods import add_payment_method, look_up_card, remove_payment_method
from services.payments.operations.quotes import learn_quote
from services.payments.operations.standings import learn_standing, note_payment_applied, note_standing
from services.payments.operations.submitting import submit_payment

__all__ = [
    "add_payment_method",
    "book_posting",
    "charge_payment",
    "close_payment_day",
    "learn_quote",
    "learn_standing",
    "look_up_card",
    "note_payment_applied",
    "note_standing",
    "open_payment_day",
    "remove_payment_method",
    "settle_charge",
    "submit_payment",
]
