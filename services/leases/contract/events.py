"""What leases tells."""

from marshmallow import EXCLUDE, fields, validate

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


class TurnInScheduled(Strict):
    """Emitted when a lessee has made an appointment to return the vehicle."""

    account_id = fields.String(required=True)
    option_id = fields.String(required=True)
    dealer_name = fields.String(required=True)
    appointment_on = fields.Date(required=True)


class VehicleReturned(Strict):
    """Emitted when we have the vehicle: nothing falls due after `due_through_on`, and the lease has ended.

    `vehicle_cents` is what the vehicle counts for, null for all of the lease balance that is left. `prorated_on`: a
    servicemember owes for the days before it alone; null where instalments are owed whole.
    """

    account_id = fields.String(required=True)
    option_id = fields.String(required=True)
    way = fields.String(required=True, validate=validate.OneOf(("return", "early_termination")))
    returned_on = fields.Date(required=True)
    due_through_on = fields.Date(required=True)
    vehicle_cents = Cents(required=True, allow_none=True, minimum=0)
    prorated_on = fields.Date(load_default=None, allow_none=True)
    miles = fields.Integer(required=True)


class EndBillItemised(Strict):
    """Emitted when an inspection has been priced: accounts is asked to bill it."""

    account_id = fields.String(required=True)
    option_id = fields.String(required=True)


class EndBillCredited(Strict):
    """Emitted when staff uphold an objection to an end bill: accounts is asked to take so much off."""

    account_id = fields.String(required=True)
    option_id = fields.String(required=True)
    number = fields.Integer(required=True)


class ExtensionRequested(Strict):
    """Emitted when a lessee asks for more months."""

    account_id = fields.String(required=True)
    option_id = fields.String(required=True)
    months = fields.Integer(required=True)


class ExtensionDecided(Strict):
    """Emitted when a request is offered or declined, and when an accepted one is active or could not be."""

    account_id = fields.String(required=True)
    option_id = fields.String(required=True)
    decision = fields.String(required=True, validate=validate.OneOf(("offered", "declined", "active")))
    reason = fields.String(required=True, allow_none=True)
    ends_on = fields.Date(required=True)


class ExtensionDisclosed(Strict):
    """Emitted when an extension comes with new disclosures (12 CFR 1013.5(b)), which stand in its terms.

    `month_number` counts the months of the extended time from 1. `months` payments of `instalment_cents`, together
    `total_cents`, are due from `starts_on` on, each on that day of its month; the lease then ends on `ends_on`. An
    earlier release's event does not say these five.
    """

    account_id = fields.String(required=True)
    option_id = fields.String(required=True)
    month_number = fields.Integer(required=True)
    disclosed_on = fields.Date(required=True)
    months = fields.Integer(load_default=None, allow_none=True)
    instalment_cents = Cents(load_default=None, allow_none=True, minimum=0)
    total_cents = Cents(load_default=None, allow_none=True, minimum=0)
    starts_on = fields.Date(load_default=None, allow_none=True)
    ends_on = fields.Date(load_default=None, allow_none=True)


class ExtensionEnded(Strict):
    """Emitted when the last day of an active extension has passed, or the lease has ended before it."""

    account_id = fields.String(required=True)
    option_id = fields.String(required=True)
    ended_on = fields.Date(required=True)


class RenewalEnded(Strict):
    """Emitted when a lease does not go on from month to month any more: it ends on `lease_ends_on`.

    `option_id` is the extension that agreed to it; `because` of notice, vehicle_returned, account_closed, not_renewed.
    """

    account_id = fields.String(required=True)
    option_id = fields.String(required=True)
    because = fields.String(required=True)
    lease_ends_on = fields.Date(required=True)
    ended_on = fields.Date(required=True)


class ExtensionAccepted(Strict):
    """Emitted when every lessee has accepted: accounts is asked to append the instalments."""

    account_id = fields.String(required=True)
    option_id = fields.String(required=True)


class LeaseEndApproaching(Strict):
    """Emitted on the day on which so many days are left, at each milestone, and once."""

    account_id = fields.String(required=True)
    ends_on = fields.Date(required=True)
    milestone_days = fields.Integer(required=True)
    days_left = fields.Integer(required=True)


lease_eligibility_changed = Event("leases", "lease_eligibility_changed", 1, LeaseEligibilityChanged, handled=True)

option_opened = Event("leases", "option_opened", 1, OptionOpened, handled=True)

option_closed = Event("leases", "option_closed", 1, OptionClosed, handled=True)

buyout_completed = Event("leases", "buyout_completed", 1, BuyoutCompleted, handled=True)

turn_in_scheduled = Event("leases", "turn_in_scheduled", 1, TurnInScheduled, handled=True)

vehicle_returned = Event("leases", "vehicle_returned", 1, VehicleReturned, handled=True)

extension_requested = Event("leases", "extension_requested", 1, ExtensionRequested, handled=True)

extension_decided = Event("leases", "extension_decided", 1, ExtensionDecided, handled=True)

extension_disclosed = Event("leases", "extension_disclosed", 1, ExtensionDisclosed, handled=True)

extension_ended = Event("leases", "extension_ended", 1, ExtensionEnded, handled=True)

renewal_ended = Event("leases", "renewal_ended", 1, RenewalEnded, handled=True)

lease_end_approaching = Event("leases", "lease_end_approaching", 1, LeaseEndApproaching, handled=True)

end_bill_itemised = Event("leases", "end_bill_itemised", 1, EndBillItemised, handled=True, promised=False)

extension_accepted = Event("leases", "extension_accepted", 1, ExtensionAccepted, handled=True, promised=False)

end_bill_credited = Event("leases", "end_bill_credited", 1, EndBillCredited, handled=True, promised=False)
