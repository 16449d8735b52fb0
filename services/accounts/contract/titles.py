"""The titles of closed loans: each is due to its owner by a date."""

from marshmallow import fields, validate

from chassis.schemas import Strict, Text
from services.accounts.contract.schemas import PAGE_MAX, OneAccount


class TitleRelease(Strict):
    """`due_on` counts from good funds; `source` says by which policy. The last three are null until it went out."""

    account_id = fields.String(required=True)
    account_number = fields.String(required=True)
    state = fields.String(required=True, allow_none=True)
    good_funds_on = fields.Date(required=True)
    due_on = fields.Date(required=True)
    source = fields.String(required=True)
    is_overdue = fields.Boolean(required=True)
    released_on = fields.Date(required=True, allow_none=True)
    released_by = fields.String(required=True, allow_none=True)
    reference = fields.String(required=True, allow_none=True)


class ListTitleReleases(Strict):
    """Those that have not gone out, the one that is due first at the top."""

    limit = fields.Integer(load_default=25, strict=True, validate=validate.Range(min=1, max=PAGE_MAX))
    cursor = Text(load_default=None, allow_none=True)


class TitleReleases(Strict):
    data = fields.List(fields.Nested(TitleRelease), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class RecordTitleRelease(OneAccount):
    """The title went out, electronically or by mail; `reference` finds it again with whoever carries it."""

    released_on = fields.Date(required=True)
    reference = Text(required=True, longest=100)
