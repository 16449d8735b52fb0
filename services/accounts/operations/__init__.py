"""Verbs of accounts: what changes an account, always with its journal and its events in the same transaction."""

from services.accounts.operations.apply_payment import apply_payment
from services.accounts.operations.import_accounts import Imported, Opened, import_accounts

__all__ = ["Imported", "Opened", "apply_payment", "import_accounts"]
