"""Requests and replies about mailed cheques that wait for a person: amounts in USD cents, ids as UUID text."""

from marshmallow import fields, validate

from chassis.schemas import Cents, Instant, Strict, Text
from services.payments.contract.schemas import LIMIT_DEFAULT, LIMIT_MAX, Identifier, Request

NO_ACCOUNT_NUMBER, UNKNOWN_ACCOUNT, SAME_CHEQUE = "no_account_number", "unknown_account", "same_cheque"
WAITING_REASONS = (NO_ACCOUNT_NUMBER, UNKNOWN_ACCOUNT, SAME_CHEQUE)
BOOKED, WAITING, SENT_BACK = "booked", "waiting", "sent_back"
RECEIPT_STATUSES = (BOOKED, WAITING, SENT_BACK)


class ListUnmatchedReceipts(Request):
    limit = fields.Integer(strict=True, load_default=LIMIT_DEFAULT, validate=validate.Range(1, LIMIT_MAX))
    cursor = Text(load_default=None, allow_none=True)


class Receipt(Strict):
    """A mailed cheque. `account_number` is what stood on it, `payment_id` what it became once it was booked.

    `waits_because`: no number could be read, no account has it, or the same cheque has come before.
    """

    id = fields.UUID(required=True)
    status = fields.String(required=True, validate=validate.OneOf(RECEIPT_STATUSES))
    waits_because = fields.String(required=True, allow_none=True, validate=validate.OneOf(WAITING_REASONS))
    received_on = fields.Date(required=True)
    amount_cents = Cents(required=True)
    account_number = fields.String(required=True, allow_none=True)
    cheque_number = fields.String(required=True)
    drawn_on_last4 = fields.String(required=True, allow_none=True)
    remitter = fields.String(required=True, allow_none=True)
    file_name = fields.String(required=True)
    line = fields.Integer(required=True)
    payment_id = fields.UUID(required=True, allow_none=True)
    decided_at = Instant(required=True, allow_none=True)
    note = fields.String(required=True, allow_none=True)


class Receipts(Strict):
    data = fields.List(fields.Nested(Receipt), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class ResolveReceipt(Request):
    """Book a waiting cheque on an account, effective on the day on which it was received."""

    receipt_id = Identifier(required=True)
    account_id = Identifier(required=True)
    note = Text(longest=500, load_default=None, allow_none=True)


class SendReceiptBack(Request):
    """The cheque goes back to who sent it: its money is nobody's here."""

    receipt_id = Identifier(required=True)
    note = Text(longest=500, required=True)
