"""The verbs of payments, one function for each."""

from services.payments.operations import autopay
from services.payments.operations.ach_sending import AchFile, DayIsFull, FileChanged, NothingToSend, make_ach_file
from services.payments.operations.ach_taking import TakenAch, close_ach_notice, note_looked_at, take_ach_file
from services.payments.operations.charging import Till, charge_payments, settle_charge
from services.payments.operations.days import book_postings, close_payment_day, open_payment_day
from services.payments.operations.due import is_anything_due, send_due, send_due_of_open_day
from services.payments.operations.lockbox import (
    FileBusy,
    LockboxFile,
    TakenLines,
    find_lockbox_file,
    finish_lockbox_file,
    open_lockbox_file,
    take_cheques,
)
from services.payments.operations.methods import add_payment_method, look_up_card, remove_payment_method
from services.payments.operations.quotes import learn_quote
from services.payments.operations.receipts import learn_account, resolve_receipt, send_receipt_back
from services.payments.operations.reconciling import reconcile, settle_agreed
from services.payments.operations.refunding import note_refund_due, pay_refund, refund_payment, settle_refund
from services.payments.operations.reporting import record_reports
from services.payments.operations.returning import note_returned, present_again
from services.payments.operations.scheduled import cancel_payment, note_paid_off, send_due_payments
from services.payments.operations.settling import note_settled
from services.payments.operations.standings import (
    learn_standing,
    learn_state,
    note_payment_reversed,
    note_payments_applied,
    note_standing,
)
from services.payments.operations.submitting import submit_payment, wish_of
from services.payments.operations.working import close_work_item

__all__ = [
    "AchFile",
    "DayIsFull",
    "FileBusy",
    "FileChanged",
    "LockboxFile",
    "NothingToSend",
    "TakenAch",
    "TakenLines",
    "Till",
    "add_payment_method",
    "autopay",
    "book_postings",
    "cancel_payment",
    "charge_payments",
    "close_ach_notice",
    "close_payment_day",
    "close_work_item",
    "find_lockbox_file",
    "finish_lockbox_file",
    "is_anything_due",
    "learn_account",
    "learn_quote",
    "learn_standing",
    "learn_state",
    "look_up_card",
    "make_ach_file",
    "note_looked_at",
    "note_paid_off",
    "note_payment_reversed",
    "note_payments_applied",
    "note_refund_due",
    "note_returned",
    "note_settled",
    "note_standing",
    "open_lockbox_file",
    "open_payment_day",
    "pay_refund",
    "present_again",
    "reconcile",
    "record_reports",
    "refund_payment",
    "remove_payment_method",
    "resolve_receipt",
    "send_due",
    "send_due_of_open_day",
    "send_due_payments",
    "send_receipt_back",
    "settle_agreed",
    "settle_charge",
    "settle_refund",
    "submit_payment",
    "take_ach_file",
    "take_cheques",
    "wish_of",
]
