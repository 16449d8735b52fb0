"""What waits for a person at the end of leases."""

from marshmallow import fields, validate

from chassis.schemas import Instant, Strict, Text

WORK_KINDS = (
    "extension_to_decide", "vehicle_to_receive", "vehicle_to_inspect", "dispute_to_decide", "notice_to_confirm",
)  # fmt: skip
PAGE_MAX = 100


class ListLeaseWork(Strict):
    """What waits, the oldest first; of one kind or one account where it is named."""

    kind = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(WORK_KINDS))
    account_id = Text(load_default=None, allow_none=True, longest=64)
    limit = fields.Integer(load_default=25, strict=True, validate=validate.Range(min=1, max=PAGE_MAX))
    cursor = Text(load_default=None, allow_none=True)


class LeaseWorkItem(Strict):
    """One way out of a lease at a step that is a person's. It goes from the list when the step is taken.

    `due_on` is when: an appointment, the return that a servicemember's notice names, the end of the lease for a
    request, else null. `words` are the lessee's or ours.
    """

    kind = fields.String(required=True, validate=validate.OneOf(WORK_KINDS))
    account_id = fields.String(required=True)
    option_id = fields.String(required=True)
    option = fields.String(required=True)
    status = fields.String(required=True)
    opened_at = Instant(required=True)
    due_on = fields.Date(required=True, allow_none=True)
    words = fields.String(required=True)


class LeaseWork(Strict):
    data = fields.List(fields.Nested(LeaseWorkItem), required=True)
    next_cursor = fields.String(required=True, allow_none=True)
