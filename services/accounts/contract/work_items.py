"""What waits for a person: listed, and closed with a note of what was done."""

from marshmallow import fields, validate

from chassis.schemas import Instant, Strict, Text
from services.accounts.contract.schemas import PAGE_MAX, REASON_LENGTH_MAX

WORK_REASONS = (
    "account_not_open", "business_day_failed", "credit_after_last_instalment", "effective_before_opening",
    "lease_quote_met", "letter_without_address", "payment_day_unconfirmed", "payoff_quote_missed", "refund_due",
    "servicemember_before_opening", "title_released_account_reopened",
)  # fmt: skip


class ListWorkItems(Strict):
    """Those that are open, oldest first; of one reason or one account where it is named."""

    reason = Text(load_default=None, allow_none=True, longest=64)
    account_id = Text(load_default=None, allow_none=True, longest=64)
    limit = fields.Integer(load_default=25, strict=True, validate=validate.Range(min=1, max=PAGE_MAX))
    cursor = Text(load_default=None, allow_none=True)


class CloseWorkItem(Strict):
    """`note` says what was done; nothing else follows from closing."""

    work_item_id = Text(required=True, longest=64)
    note = Text(required=True, longest=REASON_LENGTH_MAX)


class WorkItem(Strict):
    """`details` is plain data about the reason. The last three are null while it is open; what is about a business day
    and no account has empty texts for `account_id` and `account_number`.
    """

    id = fields.String(required=True)
    account_id = fields.String(required=True)
    account_number = fields.String(required=True)
    reason = fields.String(required=True)
    details = fields.Dict(required=True)
    opened_at = Instant(required=True)
    closed_at = Instant(required=True, allow_none=True)
    closed_by = fields.String(required=True, allow_none=True)
    closing_note = fields.String(required=True, allow_none=True)


class WorkItems(Strict):
    data = fields.List(fields.Nested(WorkItem), required=True)
    next_cursor = fields.String(required=True, allow_none=True)
