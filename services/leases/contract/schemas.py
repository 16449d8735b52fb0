"""Requests and replies of the leases service."""

from marshmallow import fields, validate

from chassis.schemas import Cents, Instant, Strict

OPTIONS = ("extension", "buyout", "turn_in")


class OneLease(Strict):
    """Asks about the lease of one account."""

    account_id = fields.String(required=True)


class Mileage(Strict):
    """What the contract allows and charges; null where the portfolio did not say."""

    allowance_miles = fields.Integer(allow_none=True)
    excess_mile_cents = Cents(allow_none=True)


class LeaseDates(Strict):
    """First instalment and scheduled end."""

    first_due_on = fields.Date()
    ends_on = fields.Date()


class LeasePayment(Strict):
    """The monthly payment as disclosed (Regulation M, 12 CFR 1013.4(f)); depreciation and rent are monthly averages."""

    base_payment_cents = Cents()
    tax_cents = Cents()
    payment_cents = Cents()
    depreciation_cents = Cents()
    rent_charge_cents = Cents()


class LeaseVehicle(Strict):
    """The leased vehicle as reported."""

    vin = fields.String(allow_none=True)
    year = fields.Integer(allow_none=True)
    make = fields.String(allow_none=True)
    model = fields.String(allow_none=True)


class Lease(Strict):
    """A lease as signed."""

    account_id = fields.String()
    term_months = fields.Integer()
    adjusted_capitalized_cost_cents = Cents()
    residual_cents = Cents()
    purchase_option_fee_cents = Cents(allow_none=True)
    disposition_fee_cents = Cents(allow_none=True)
    dates = fields.Nested(LeaseDates)
    payment = fields.Nested(LeasePayment)
    mileage = fields.Nested(Mileage)
    vehicle = fields.Nested(LeaseVehicle)


class Reason(Strict):
    """Why an option is closed: a stable code, a sentence, and what would open it."""

    code = fields.String()
    detail = fields.String()
    what_would_change_it = fields.String()


class LeaseEndOption(Strict):
    """One way out of a lease."""

    option = fields.String(validate=validate.OneOf(OPTIONS))
    eligible = fields.Boolean()
    reasons = fields.List(fields.Nested(Reason))


class LeaseEnd(Strict):
    """Which options are open today; `evaluated_because` names the event that led to the last evaluation."""

    account_id = fields.String()
    ends_on = fields.Date()
    days_left = fields.Integer()
    options = fields.List(fields.Nested(LeaseEndOption))
    evaluated_at = Instant()
    evaluated_because = fields.String(allow_none=True)
