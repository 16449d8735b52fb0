"""What leases tells."""

from marshmallow import EXCLUDE, fields

from chassis.events import Event
from chassis.schemas import Strict
from services.leases.contract.schemas import Reason


class LeaseEligibilityChanged(Strict):
    """Emitted when an evaluation gives another answer than the one before it; `reasons` by option, empty when open."""

    account_id = fields.String(required=True)
    extension = fields.Boolean(required=True)
    buyout = fields.Boolean(required=True)
    turn_in = fields.Boolean(required=True)
    # A listener passes over what later versions add, here as at the top.
    reasons = fields.Dict(
        keys=fields.String(), values=fields.List(fields.Nested(Reason, unknown=EXCLUDE)), required=True
    )


lease_eligibility_changed = Event("leases", "lease_eligibility_changed", 1, LeaseEligibilityChanged, handled=True)
