"""What leases tells."""

from marshmallow import fields

from chassis.events import Event
from chassis.schemas import Strict
from services.leases.contract.schemas import Reason


class LeaseEligibilityChanged(Strict):
    """Emitted when an evaluation gives another answer than the one before it; `reasons` by option, empty when open."""

    account_id = fields.String(required=True)
    extension = fields.Boolean(required=True)
    buyout = fields.Boolean(required=True)
    turn_in = fields.Boolean(required=True)
    reasons = fields.Dict(keys=fields.String(), values=fields.List(fields.Nested(Reason)), required=True)


lease_eligibility_changed = Event("leases", "lease_eligibility_changed", 1, LeaseEligibilityChanged, handled=True)
