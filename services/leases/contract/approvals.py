"""Changes that wait until every party has agreed."""

from marshmallow import fields

from chassis.schemas import Instant, Strict


class Approval(Strict):
    """One change that waits. `parties` must all agree by the end of `decide_by_on`, or nothing changes.

    `awaits_you`: the caller has not agreed yet.
    """

    id = fields.UUID(required=True)
    kind = fields.String(required=True)
    account_id = fields.UUID(required=True)
    summary = fields.String(required=True)
    parties = fields.List(fields.String(), required=True)
    agreed = fields.List(fields.String(), required=True)
    awaits_you = fields.Boolean(required=True)
    asked_at = Instant(required=True)
    decide_by_on = fields.Date(required=True)


class Approvals(Strict):
    data = fields.List(fields.Nested(Approval), required=True)
