"""Questions about accounts: read-only, plain data, right as of the business date that is given."""

from services.accounts.queries.accounts import get_account, get_standing, list_accounts
from services.accounts.queries.approvals import list_approvals
from services.accounts.queries.balances import get_balances_at
from services.accounts.queries.days import count_days_late
from services.accounts.queries.drafts import get_amount_due
from services.accounts.queries.files import get_account_file, search_accounts
from services.accounts.queries.flags import list_account_flags
from services.accounts.queries.furnishing import list_furnishing
from services.accounts.queries.history import get_schedule, list_transactions
from services.accounts.queries.leases import get_lease_figures
from services.accounts.queries.matching import match_account, match_account_numbers
from services.accounts.queries.moving import preview_deferment, preview_due_date_change
from services.accounts.queries.paper import find_unaddressed, get_paper_batch, list_paper_mailings
from services.accounts.queries.paperless import get_paperless, print_disclosure
from services.accounts.queries.payoff import get_payoff_preview, get_payoff_quote, list_payment_addresses
from services.accounts.queries.statements import get_statement, list_statements, print_letter, print_statement
from services.accounts.queries.titles import list_title_releases
from services.accounts.queries.work_items import list_work_items

__all__ = [
    "count_days_late",
    "find_unaddressed",
    "get_account",
    "get_account_file",
    "get_amount_due",
    "get_balances_at",
    "get_lease_figures",
    "get_paper_batch",
    "get_paperless",
    "get_payoff_preview",
    "get_payoff_quote",
    "get_schedule",
    "get_standing",
    "get_statement",
    "list_account_flags",
    "list_accounts",
    "list_approvals",
    "list_furnishing",
    "list_paper_mailings",
    "list_payment_addresses",
    "list_statements",
    "list_title_releases",
    "list_transactions",
    "list_work_items",
    "match_account",
    "match_account_numbers",
    "preview_deferment",
    "preview_due_date_change",
    "print_disclosure",
    "print_letter",
    "print_statement",
    "search_accounts",
]
