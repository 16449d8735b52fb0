"""The ways out of a lease that somebody has taken: what is asked, and how far each has come."""

from marshmallow import fields, validate

from chassis.schemas import Cents, Instant, Strict, Text
from services.leases.contract.lease_end import MILES_MAX, OptionPrice
from services.leases.contract.requests import OneLease

BUYERS = ("lessee", "dealer", "third_party")
CERTIFICATIONS = ("actual", "exceeds_mechanical_limits", "not_actual")
BUYOUT_STATUSES = ("quoted", "paid", "completed", "cancelled", "lapsed", "undone")


class PurchaseTerms(OneLease):
    """Who buys, and the last day on which the money may come; a few days from now where none is given."""

    good_through = fields.Date(load_default=None, allow_none=True)
    buyer = fields.String(load_default="lessee", validate=validate.OneOf(BUYERS))


class GetBuyoutQuote(PurchaseTerms):
    pass


class BuyoutPreview(Strict):
    """What buying the vehicle would cost if the money is effective by `good_through`. Nothing is promised."""

    account_id = fields.String(required=True)
    buyer = fields.String(required=True, validate=validate.OneOf(BUYERS))
    good_through = fields.Date(required=True)
    price = fields.Nested(OptionPrice, required=True)


class StartBuyout(PurchaseTerms):
    pass


class TitleStep(Strict):
    """A step of the way to the title; `done_on` is null until it is taken."""

    code = fields.String(required=True)
    detail = fields.String(required=True)
    done_on = fields.Date(required=True, allow_none=True)


class OdometerStatement(Strict):
    """The lessee's statement before ownership passes (49 CFR 580.7), as it was signed."""

    id = fields.String(required=True)
    printed_name = fields.String(required=True)
    miles = fields.Integer(required=True)
    certification = fields.String(required=True, validate=validate.OneOf(CERTIFICATIONS))
    lessee_address = fields.String(required=True)
    lessor_name = fields.String(required=True)
    lessor_address = fields.String(required=True)
    vin = fields.String(required=True, allow_none=True)
    year = fields.Integer(required=True, allow_none=True)
    make = fields.String(required=True, allow_none=True)
    model = fields.String(required=True, allow_none=True)
    body_type = fields.String(required=True, allow_none=True)
    notice = fields.String(required=True)
    notice_on = fields.Date(required=True)
    received_on = fields.Date(required=True)
    signed_at = Instant(required=True)


class SignOdometerStatement(OneLease):
    """Whole miles without tenths. `printed_name` is the signature; the certification says what the miles are worth."""

    printed_name = Text(required=True, longest=200)
    lessee_address = Text(required=True, longest=300)
    miles = fields.Integer(required=True, strict=True, validate=validate.Range(min=0, max=MILES_MAX))
    certification = fields.String(required=True, validate=validate.OneOf(CERTIFICATIONS))
    body_type = Text(load_default=None, allow_none=True, longest=60)


class Buyout(Strict):
    """A purchase under way. The quote is a promise; money of its sum that names it and is effective in time buys."""

    id = fields.String(required=True)
    account_id = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf(BUYOUT_STATUSES))
    buyer = fields.String(required=True, validate=validate.OneOf(BUYERS))
    quote_id = fields.String(required=True)
    payoff_cents = Cents(required=True)
    good_through = fields.Date(required=True)
    price = fields.Nested(OptionPrice, required=True)
    opened_at = Instant(required=True)
    closed_at = Instant(required=True, allow_none=True)
    odometer_statement_required = fields.Boolean(required=True, allow_none=True)
    odometer_notice = fields.String(required=True)
    odometer_statement = fields.Nested(OdometerStatement, required=True, allow_none=True)
    title_steps = fields.List(fields.Nested(TitleStep), required=True)


class GetOption(OneLease):
    option_id = Text(required=True, longest=64)
