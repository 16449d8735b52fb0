"""Verbs of accounts: what changes an account, always with its journal and its events in the same transaction."""

from services.accounts.operations.apply_payment import apply_payments
from services.accounts.operations.approving import (
    accept_change,
    change_due_date,
    decline_change,
    defer_payments,
    lapse_changes,
)
from services.accounts.operations.banking import (
    note_refund_failed,
    note_refund_paid,
    note_refunded,
    note_returned,
    note_settled,
)
from services.accounts.operations.change_rate import change_rate
from services.accounts.operations.charging_off import accelerate_balance, charge_off
from services.accounts.operations.closing import close_account, note_good_funds
from services.accounts.operations.days import forget_old_days, note_payments_closed, run_business_days
from services.accounts.operations.ending_leases import (
    assess_charges,
    credit_end_bill,
    extend_lease,
    note_vehicle_returned,
)
from services.accounts.operations.fees import assess_fee, assess_late_fee, waive_fee
from services.accounts.operations.flagging import clear_account_flag, end_flags, set_account_flag
from services.accounts.operations.furnishing import correct_furnishing, freeze_due_months
from services.accounts.operations.import_accounts import Imported, Opened, import_accounts
from services.accounts.operations.interest_summaries import issue_interest_summaries, issue_interest_summary
from services.accounts.operations.naming import print_names
from services.accounts.operations.paper import (
    note_paper_batch,
    note_paper_batch_printed,
    note_paper_mailing,
    set_letters_aside,
    take_paper_batch,
)
from services.accounts.operations.paperless import go_back_to_paper, put_paperless
from services.accounts.operations.quoting import expire_payoff_quotes, issue_payoff_quote, review_payoff_quotes
from services.accounts.operations.reverse_payment import note_return, reverse_payment
from services.accounts.operations.statements import Due, issue_billed_statements, issue_statement, issue_statements
from services.accounts.operations.titles import record_title_release
from services.accounts.operations.work_items import close_work_item

__all__ = [
    "Due",
    "Imported",
    "Opened",
    "accelerate_balance",
    "accept_change",
    "apply_payments",
    "assess_charges",
    "assess_fee",
    "assess_late_fee",
    "change_due_date",
    "change_rate",
    "charge_off",
    "clear_account_flag",
    "close_account",
    "close_work_item",
    "correct_furnishing",
    "credit_end_bill",
    "decline_change",
    "defer_payments",
    "end_flags",
    "expire_payoff_quotes",
    "extend_lease",
    "forget_old_days",
    "freeze_due_months",
    "go_back_to_paper",
    "import_accounts",
    "issue_billed_statements",
    "issue_interest_summaries",
    "issue_interest_summary",
    "issue_payoff_quote",
    "issue_statement",
    "issue_statements",
    "lapse_changes",
    "note_good_funds",
    "note_paper_batch",
    "note_paper_batch_printed",
    "note_paper_mailing",
    "note_payments_closed",
    "note_refund_failed",
    "note_refund_paid",
    "note_refunded",
    "note_return",
    "note_returned",
    "note_settled",
    "note_vehicle_returned",
    "print_names",
    "put_paperless",
    "record_title_release",
    "reverse_payment",
    "review_payoff_quotes",
    "run_business_days",
    "set_account_flag",
    "set_letters_aside",
    "take_paper_batch",
    "waive_fee",
]
