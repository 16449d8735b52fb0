"""Verbs of accounts: what changes an account, always with its journal and its events in the same transaction."""

from services.accounts.operations.apply_payment import apply_payment
from services.accounts.operations.change_rate import change_rate
from services.accounts.operations.fees import assess_fee, assess_late_fee, waive_fee
from services.accounts.operations.import_accounts import Imported, Opened, import_accounts
from services.accounts.operations.reverse_payment import note_return, reverse_payment

__all__ = [
    "Imported",
    "Opened",
    "apply_payment",
    "assess_fee",
    "assess_late_fee",
    "change_rate",
    "import_accounts",
    "note_return",
    "reverse_payment",
    "waive_fee",
]
