"""Questions about accounts: read-only, plain data, right as of the business date that is given."""

from services.accounts.queries.accounts import get_account, get_standing, list_accounts
from services.accounts.queries.balances import get_balances_at
from services.accounts.queries.history import get_schedule, list_transactions
from services.accounts.queries.leases import get_lease_figures
from services.accounts.queries.matching import match_account, match_account_numbers
from services.accounts.queries.paperless import get_paperless, list_paper_mailings, print_disclosure
from services.accounts.queries.payoff import get_payoff_preview, get_payoff_quote, list_payment_addresses
from services.accounts.queries.statements import get_statement, list_statements, print_statement

__all__ = [
    "get_account",
    "get_balances_at",
    "get_lease_figures",
    "get_paperless",
    "get_payoff_preview",
    "get_payoff_quote",
    "get_schedule",
    "get_standing",
    "get_statement",
    "list_accounts",
    "list_paper_mailings",
    "list_payment_addresses",
    "list_statements",
    "list_transactions",
    "match_account",
    "match_account_numbers",
    "print_disclosure",
    "print_statement",
]
