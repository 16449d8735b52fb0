"""Requests and replies of the leases service."""

from marshmallow import fields, validate

from chassis.schemas import Cents, Instant, Strict
from services.leases.contract.extensions import Renewal
from services.leases.contract.lease_end import LeaseDate, MileageOutlook, OptionPrice, PolicySource
from services.leases.contract.requests import OneLease

__all__ = [
    "OPTIONS",
    "Lease",
    "LeaseDates",
    "LeaseEnd",
    "LeaseEndOption",
    "LeasePayment",
    "LeaseTotals",
    "LeaseVehicle",
    "Mileage",
    "OneLease",
    "Reason",
]

OPTIONS = ("extension", "buyout", "turn_in")


class Mileage(Strict):
    """What the contract allows and charges; null where the portfolio did not say."""

    allowance_miles = fields.Integer(allow_none=True, required=True)
    excess_mile_cents = Cents(allow_none=True, required=True)


class LeaseDates(Strict):
    """First instalment as signed, and scheduled end: later than signed once extended, or once due dates have moved."""

    first_due_on = fields.Date(required=True)
    ends_on = fields.Date(required=True)


class LeasePayment(Strict):
    """The monthly payment as disclosed (Regulation M, 12 CFR 1013.4(f)); depreciation and rent are monthly averages."""

    base_payment_cents = Cents(required=True)
    tax_cents = Cents(required=True)
    payment_cents = Cents(required=True)
    depreciation_cents = Cents(required=True)
    rent_charge_cents = Cents(required=True)


class LeaseTotals(Strict):
    """The figures of Regulation M over the whole term (12 CFR 1013.4(e) and (f)), as agreed when it was signed.

    The payments are `base_payments_cents` and `tax_cents` together; the former are depreciation and rent charge.
    """

    depreciation_cents = Cents(required=True)
    rent_charge_cents = Cents(required=True)
    base_payments_cents = Cents(required=True)
    tax_cents = Cents(required=True)
    payments_cents = Cents(required=True)


class LeaseVehicle(Strict):
    """The leased vehicle as reported. One rated above 16,000 pounds needs no odometer statement (49 CFR 580.17)."""

    vin = fields.String(allow_none=True, required=True)
    year = fields.Integer(allow_none=True, required=True)
    make = fields.String(allow_none=True, required=True)
    model = fields.String(allow_none=True, required=True)
    gross_weight_rating_pounds = fields.Integer(allow_none=True, required=True, dump_default=None)


class Lease(Strict):
    """A lease as signed. Gross cost and reduction are null where a portfolio did not say; less it, the adjusted cost.

    `purchase_option_cents` is the price at the scheduled end with the option's fee, before official fees and tax.
    """

    account_id = fields.String(required=True)
    term_months = fields.Integer(required=True)
    gross_capitalized_cost_cents = Cents(allow_none=True, required=True)
    capitalized_cost_reduction_cents = Cents(allow_none=True, required=True)
    adjusted_capitalized_cost_cents = Cents(required=True)
    residual_cents = Cents(required=True)
    purchase_option_cents = Cents(required=True)
    purchase_option_fee_cents = Cents(allow_none=True, required=True)
    disposition_fee_cents = Cents(allow_none=True, required=True)
    dates = fields.Nested(LeaseDates, required=True)
    payment = fields.Nested(LeasePayment, required=True)
    totals = fields.Nested(LeaseTotals, required=True)
    mileage = fields.Nested(Mileage, required=True)
    vehicle = fields.Nested(LeaseVehicle, required=True)


class Reason(Strict):
    """Why an option is closed: a stable code, a sentence, and what would open it."""

    code = fields.String(required=True)
    detail = fields.String(required=True)
    what_would_change_it = fields.String(required=True)


class LeaseEndOption(Strict):
    """One way out of a lease. `price` is null while accounts cannot be asked, or no policy of the state is known.

    `option_id` is the id of the purchase, extension or return where this is the one under way, else null.
    """

    option = fields.String(validate=validate.OneOf(OPTIONS), required=True)
    eligible = fields.Boolean(required=True)
    reasons = fields.List(fields.Nested(Reason), required=True)
    price = fields.Nested(OptionPrice, required=True, allow_none=True)
    option_id = fields.String(required=True, allow_none=True)


class LeaseEnd(Strict):
    """The options side by side: which are open today, what each costs, and the days that matter.

    `evaluated_because` names the event that led to the last evaluation. The price of buying is as of today, the others
    are what is still to be paid until the end. `policies` says where figures come from that the contract does not hold;
    `renewal` is there once the lease goes, or went, on from month to month.
    """

    account_id = fields.String(required=True)
    ends_on = fields.Date(required=True)
    days_left = fields.Integer(required=True)
    options = fields.List(fields.Nested(LeaseEndOption), required=True)
    evaluated_at = Instant(required=True)
    evaluated_because = fields.String(allow_none=True, required=True)
    mileage = fields.Nested(MileageOutlook, required=True)
    dates = fields.List(fields.Nested(LeaseDate), required=True)
    policies = fields.List(fields.Nested(PolicySource), required=True)
    renewal = fields.Nested(Renewal, required=True, allow_none=True)
