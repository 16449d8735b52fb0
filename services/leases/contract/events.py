"""What leases tells."""

from marshmallow import EXCLUDE, fields

from chassis.events import Event
from chassis.schemas import Cents, Strict
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


class AboutAnOption(Strict):
    """`option_id` names one way out of one lease that somebody has taken."""

    account_id = fields.String(required=True)
    option_id = fields.String(required=True)
    option = fields.String(required=True)


class OptionOpened(AboutAnOption):
    """Emitted when somebody takes a way out of a lease; no other can be taken until it is closed."""

    opened_on = fields.Date(required=True)


class OptionClosed(AboutAnOption):
    """Emitted when a way out is over, and how it ended: completed, active, lapsed, cancelled, declined and so on."""

    outcome = fields.String(required=True)
    closed_on = fields.Date(required=True)


class BuyoutCompleted(Strict):
    """Emitted when the money of a purchase has settled: the vehicle is the buyer's, and the title follows."""

    account_id = fields.String(required=True)
    option_id = fields.String(required=True)
    quote_id = fields.String(required=True)
    buyer = fields.String(required=True)
    payoff_cents = Cents(required=True, minimum=1)
    completed_on = fields.Date(required=True)


lease_eligibility_changed = Event("leases", "lease_eligibility_changed", 1, LeaseEligibilityChanged, handled=True)

option_opened = Event("leases", "option_opened", 1, OptionOpened, handled=True)

option_closed = Event("leases", "option_closed", 1, OptionClosed, handled=True)

buyout_completed = Event("leases", "buyout_completed", 1, BuyoutCompleted, handled=True)
