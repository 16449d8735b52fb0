"""Verbs of accounts: what changes an account, always with its journal and its events in the same transaction."""

from services.accounts.operations.apply_payment import apply_payment
from services.accounts.operations.closing import close_account, note_good_funds
from services.accounts.operations.import_accounts import Imported, import_accounts
from services.accounts.operations.quoting import expire_payoff_quotes, issue_payoff_quote, review_payoff_quotes

__all__ = [
    "Imported",
    "apply_payment",
    "close_account",
    "expire_payoff_quotes",
    "import_accounts",
    "issue_payoff_quote",
    "note_good_funds",
    "review_payoff_quotes",
]
