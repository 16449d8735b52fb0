"""What banks sent back in ACH files, for staff: returns, corrected account numbers, and what only a person can read."""

from marshmallow import fields, validate

from chassis.schemas import Cents, Instant, Strict, Text
from services.payments.contract.schemas import LIMIT_DEFAULT, LIMIT_MAX, Identifier, Request

DONE, KNOWN, WAITING = "done", "known", "waiting"
OUTCOMES = (DONE, KNOWN, WAITING)
RETURN, CHANGE, OTHER = "return", "change", "other"
KINDS = (RETURN, CHANGE, OTHER)


class ListAchNotices(Request):
    """The newest first. `outcome`: what waits for a person, or with `done` what was acted on by itself."""

    outcome = fields.String(load_default=WAITING, validate=validate.OneOf(OUTCOMES))
    limit = fields.Integer(strict=True, load_default=LIMIT_DEFAULT, validate=validate.Range(1, LIMIT_MAX))
    cursor = Text(load_default=None, allow_none=True)


class AchNotice(Strict):
    """One return or correction. `corrected` is what the bank says instead, as it stands in the file.

    Of an account number in it the last four digits alone are shown; the whole is kept encrypted.
    """

    id = fields.UUID(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    code = fields.String(required=True)
    trace_number = fields.String(required=True)
    amount_cents = Cents(required=True, minimum=0)
    outcome = fields.String(required=True, validate=validate.OneOf(OUTCOMES))
    waits_because = fields.String(required=True, allow_none=True)
    corrected = fields.String(required=True, allow_none=True)
    file_name = fields.String(required=True)
    taken_at = Instant(required=True)
    payment_method_id = fields.UUID(required=True, allow_none=True)
    account_id = fields.UUID(required=True, allow_none=True)


class AchNotices(Strict):
    data = fields.List(fields.Nested(AchNotice), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class CloseAchNotice(Request):
    notice_id = Identifier(required=True)
    note = Text(required=True, longest=500)
