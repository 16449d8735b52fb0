"""What a lease's end costs and when: miles, prices and dates, as they are shown side by side."""

from marshmallow import fields, validate

from chassis.schemas import Cents, Instant, Strict
from services.leases.contract.requests import OneLease

READING_SOURCES = ("customer", "staff", "statement", "inspection")
MILES_MAX = 9_999_999


class RecordOdometerReading(OneLease):
    """Whole miles as the odometer shows them, without tenths; today where no date is given."""

    miles = fields.Integer(required=True, strict=True, validate=validate.Range(min=0, max=MILES_MAX))
    read_on = fields.Date(load_default=None, allow_none=True)


class OdometerReading(Strict):
    """A reading as it was recorded; one that is not plausible is taken, and looked at by a person."""

    id = fields.String(required=True)
    miles = fields.Integer(required=True)
    read_on = fields.Date(required=True)
    source = fields.String(required=True, validate=validate.OneOf(READING_SOURCES))
    is_plausible = fields.Boolean(required=True)
    recorded_at = Instant(required=True)


class ListOdometerReadings(OneLease):
    pass


class OdometerReadings(Strict):
    """The newest day first."""

    data = fields.List(fields.Nested(OdometerReading), required=True)


class MileageOutlook(Strict):
    """The miles at the end, if the vehicle goes on at its own pace. Null where the contract or a reading is missing.

    `allowed_miles` is what the odometer may show at the end; `miles_per_day` has one decimal.
    """

    start_miles = fields.Integer(required=True)
    last_miles = fields.Integer(required=True, allow_none=True)
    last_read_on = fields.Date(required=True, allow_none=True)
    miles_per_day = fields.String(required=True, allow_none=True)
    projected_miles = fields.Integer(required=True, allow_none=True)
    allowed_miles = fields.Integer(required=True, allow_none=True)
    excess_miles = fields.Integer(required=True, allow_none=True)
    excess_cents = Cents(required=True, allow_none=True)
    explanation = fields.String(required=True)


class PriceLine(Strict):
    """One part of a price; what is taken off is negative."""

    code = fields.String(required=True)
    description = fields.String(required=True)
    amount_cents = Cents(required=True)


class OptionPrice(Strict):
    """What an option costs on a day: the total is the sum of the lines. Only a quote is a promise."""

    on = fields.Date(required=True)
    total_cents = Cents(required=True)
    lines = fields.List(fields.Nested(PriceLine), required=True)
    notes = fields.List(fields.String(), required=True)


class LeaseDate(Strict):
    """A day that matters, and why."""

    code = fields.String(required=True)
    on = fields.Date(required=True)
    detail = fields.String(required=True)


class PolicySource(Strict):
    """Where the figures that are policy and not contract come from."""

    subject = fields.String(required=True)
    source = fields.String(required=True)


class GetLeaseCalendar(OneLease):
    pass


class LeaseCalendar(Strict):
    """A calendar file (RFC 5545)."""

    text = fields.String(required=True)
