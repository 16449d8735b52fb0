"""Returning the vehicle: the appointment, the steps, the self-check, the inspection and its bill."""

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from chassis.schemas import Cents, Instant, Strict, Text
from services.leases.contract.lease_end import MILES_MAX, OptionPrice
from services.leases.contract.options import GetOption, OdometerStatement
from services.leases.contract.requests import OneLease

WEAR_ITEMS = ("body_mark", "glass_crack", "chip", "tire_tread")
TURN_IN_STATUSES = ("scheduled", "returned", "billed", "completed", "cancelled", "superseded")
DISPUTE_STATUSES = ("open", "upheld", "rejected")
FINDINGS_MAX = 50
DISPUTES_MAX = 50


class WearFinding(Strict):
    """Something on the vehicle: the largest inches of it (of tread, its depth) as text such as "4.5", and how many."""

    item = fields.String(required=True, validate=validate.OneOf(WEAR_ITEMS))
    inches = fields.String(required=True, validate=validate.Regexp(r"^[0-9]{1,3}(\.[0-9]{1,4})?\Z"))
    count = fields.Integer(load_default=1, strict=True, validate=validate.Range(min=1, max=100))


class AssessedWear(WearFinding):
    """A finding with its charge; `words` says what is normal."""

    is_normal = fields.Boolean(required=True)
    charge_cents = Cents(required=True, minimum=0)
    words = fields.String(required=True)


class ScheduleTurnIn(OneLease):
    """An appointment at a dealer, no later than the last day of the lease. `wear` is the self-check."""

    dealer_name = Text(required=True, longest=120)
    appointment_on = fields.Date(required=True)
    wear = fields.List(fields.Nested(WearFinding), load_default=list, validate=validate.Length(max=FINDINGS_MAX))


class ReceiveVehicle(GetOption):
    """The vehicle is back: when, and the miles that the odometer shows."""

    returned_on = fields.Date(required=True)
    miles = fields.Integer(required=True, strict=True, validate=validate.Range(min=0, max=MILES_MAX))


class InspectVehicle(GetOption):
    """The inspection report. `has_next_vehicle`: the lessee leases or finances another one with us in time."""

    findings = fields.List(fields.Nested(WearFinding), required=True, validate=validate.Length(max=FINDINGS_MAX))
    has_next_vehicle = fields.Boolean(required=True)


class DisputeEndBill(GetOption):
    """What is wrong with the bill, in the lessee's words."""

    reason = Text(required=True, longest=1000)


class DecideDispute(GetOption):
    """What staff decide about an objection; one that is upheld takes off so many cents. The lessee sees the reason."""

    number = fields.Integer(required=True, strict=True, validate=validate.Range(min=1, max=DISPUTES_MAX))
    decision = fields.String(required=True, validate=validate.OneOf(("uphold", "reject")))
    credit_cents = Cents(load_default=0, minimum=0)
    reason = Text(required=True, longest=500)

    @validates_schema
    def check_credit(self, data: dict[str, Any], **_: Any) -> None:
        if (data["decision"] == "uphold") != (data["credit_cents"] > 0):
            raise ValidationError("Say what is taken off where you uphold it, and nothing where not.", "credit_cents")


class Step(Strict):
    """A step of the return; `on` is when it is due, `done_on` when it was taken."""

    code = fields.String(required=True)
    detail = fields.String(required=True)
    on = fields.Date(required=True, allow_none=True)
    done_on = fields.Date(required=True, allow_none=True)


class Dispute(Strict):
    """An objection to the bill, and what was decided. `credited_cents` is what was taken off the bill, null until then;
    the rest of `credit_cents` had been paid before and is sent back.
    """

    number = fields.Integer(required=True)
    status = fields.String(required=True, validate=validate.OneOf(DISPUTE_STATUSES))
    reason = fields.String(required=True)
    raised_on = fields.Date(required=True)
    decided_on = fields.Date(required=True, allow_none=True)
    decision_reason = fields.String(required=True, allow_none=True)
    credit_cents = Cents(required=True, minimum=0)
    credited_cents = Cents(required=True, allow_none=True, minimum=0)


class TurnIn(Strict):
    """A return under way. `estimate` is not binding; `end_bill` is what the inspection found, once there is one."""

    id = fields.String(required=True)
    account_id = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf(TURN_IN_STATUSES))
    dealer_name = fields.String(required=True)
    appointment_on = fields.Date(required=True)
    returned_on = fields.Date(required=True, allow_none=True)
    opened_at = Instant(required=True)
    closed_at = Instant(required=True, allow_none=True)
    steps = fields.List(fields.Nested(Step), required=True)
    documents = fields.List(fields.String(), required=True)
    wear = fields.List(fields.Nested(AssessedWear), required=True)
    estimate = fields.Nested(OptionPrice, required=True)
    end_bill = fields.Nested(OptionPrice, required=True, allow_none=True)
    dispute_until_on = fields.Date(required=True, allow_none=True)
    disputes = fields.List(fields.Nested(Dispute), required=True)
    odometer_statement_required = fields.Boolean(required=True, allow_none=True)
    odometer_notice = fields.String(required=True)
    odometer_statement = fields.Nested(OdometerStatement, required=True, allow_none=True)
