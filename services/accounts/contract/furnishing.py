"""What is furnished of an account for a month: facts, never a bureau's file. Codes are Metro 2's, as data."""

from marshmallow import fields, validate

from chassis.schemas import Cents, Instant, Strict, Text, YesOrNo
from services.accounts.contract.schemas import REASON_LENGTH_MAX, OneAccount

STATUS_CODES = ("11", "13", "71", "78", "80", "82", "83", "84", "97")
COMPLIANCE_CONDITION = r"^X[A-HR]\Z"


class ListFurnishing(OneAccount):
    pass


class FurnishingFacts(Strict):
    """One version of a month's facts; the highest version counts, `reason` says why it is not the first.

    `first_delinquent_on` is the due date with which the unbroken run of lateness began that goes on at the month's end.
    `status_code`: 11 current or less than 30 days late; 71, 78, 80, 82, 83, 84 from 30, 60, 90, 120, 150, 180 days; 97
    charged off; 13 closed. `is_deferred`: an instalment that would have been due was put off. `rests_on_number` is the
    last event of the account that was known.
    """

    month_end_on = fields.Date(required=True)
    version = fields.Integer(required=True)
    status_code = fields.String(required=True, validate=validate.OneOf(STATUS_CODES))
    days_past_due = fields.Integer(required=True)
    first_delinquent_on = fields.Date(required=True, allow_none=True)
    is_deferred = fields.Boolean(required=True)
    current_balance_cents = Cents(required=True, minimum=0)
    amount_past_due_cents = Cents(required=True, minimum=0)
    charged_off_cents = Cents(required=True, minimum=0)
    flags = fields.List(fields.String(), required=True)
    compliance_condition_code = fields.String(required=True, allow_none=True)
    rests_on_number = fields.Integer(required=True)
    reason = fields.String(required=True, allow_none=True)
    recorded_by = fields.String(required=True)
    recorded_at = Instant(required=True)


class Furnishing(Strict):
    """Every version of every month, newest first."""

    data = fields.List(fields.Nested(FurnishingFacts), required=True)


class CorrectFurnishing(OneAccount):
    """What is given replaces what was furnished for that frozen month, and the rest stays."""

    month_end_on = fields.Date(required=True)
    reason = Text(required=True, longest=REASON_LENGTH_MAX)
    status_code = fields.String(validate=validate.OneOf(STATUS_CODES))
    days_past_due = fields.Integer(strict=True, validate=validate.Range(min=0, max=10_000))
    first_delinquent_on = fields.Date(allow_none=True)
    is_deferred = YesOrNo()
    current_balance_cents = Cents(minimum=0)
    amount_past_due_cents = Cents(minimum=0)
    compliance_condition_code = fields.String(allow_none=True, validate=validate.Regexp(COMPLIANCE_CONDITION))
