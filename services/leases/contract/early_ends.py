"""Ending a lease before its time: what it costs by Regulation M, how that is reckoned, and for servicemembers."""

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from chassis.schemas import Cents, Instant, Strict, Text
from services.leases.contract.lease_end import MILES_MAX, OptionPrice
from services.leases.contract.requests import OneLease

EARLY_END_STATUSES = ("billed", "completed")
NOTICE_STATUSES = ("noticed", "billed", "completed", "withdrawn", "lapsed", "superseded")
BASES = ("called_up", "sent_abroad", "deployed")


class GetEarlyTerminationQuote(OneLease):
    """`realized_value_cents` is what the vehicle brings, as far as somebody knows: an offer, an appraisal, a sale."""

    realized_value_cents = Cents(load_default=None, allow_none=True, minimum=0)


class EarlyTerminationQuote(Strict):
    """The charge of 12 CFR 1013.4(g) as of today, and the way to it in words.

    `owed_before_value_cents` is all of it before the vehicle's value is taken off; `charge_cents` is null while that
    value is not known, and less by `credit_cents`: your credit with us, beyond what it pays of what is past due. A
    servicemember who may end the lease owes `servicemember_cents`, were notice and vehicle here today: what is due, the
    last payment for the days before today alone, and no charge. `servicemember_refund_cents` would be sent back.
    """

    account_id = fields.String(required=True)
    on = fields.Date(required=True)
    adjusted_lease_balance_cents = Cents(required=True, minimum=0)
    past_due_cents = Cents(required=True, minimum=0)
    fees_cents = Cents(required=True, minimum=0)
    taxes_cents = Cents(required=True, minimum=0)
    owed_before_value_cents = Cents(required=True, minimum=0)
    realized_value_cents = Cents(required=True, allow_none=True, minimum=0)
    credit_cents = Cents(required=True, minimum=0)
    charge_cents = Cents(required=True, allow_none=True, minimum=0)
    servicemember_cents = Cents(required=True, minimum=0)
    servicemember_refund_cents = Cents(required=True, minimum=0)
    method = fields.List(fields.String(), required=True)
    appraisal = fields.String(required=True)
    servicemembers = fields.String(required=True)
    is_servicemember_on_record = fields.Boolean(required=True)


class ServicememberOrders(Strict):
    """The orders on which a servicemember ends a lease (50 USC 3955): for 180 days or more, or out of the country.

    `noticed_on` is when their written notice came; `evidence` says where the copy of the orders is kept.
    """

    basis = fields.String(required=True, validate=validate.OneOf(BASES))
    orders_on = fields.Date(required=True)
    noticed_on = fields.Date(required=True)
    evidence = Text(required=True, longest=200)


class GiveServicememberNotice(OneLease):
    """A lessee's written notice of ending the lease on military orders; it counts from the day on which it is given.

    `evidence` says how the copy of the orders reaches us, such as a message to the desk; the vehicle comes back on
    `return_on`, within 15 days.
    """

    basis = fields.String(required=True, validate=validate.OneOf(BASES))
    orders_on = fields.Date(required=True)
    evidence = Text(required=True, longest=200)
    return_on = fields.Date(required=True)


class ServicememberNotice(Strict):
    """A notice, and what came of it: `billed` once the vehicle is here and staff have ended the lease."""

    id = fields.String(required=True)
    account_id = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf(NOTICE_STATUSES))
    basis = fields.String(required=True, validate=validate.OneOf(BASES))
    orders_on = fields.Date(required=True)
    noticed_on = fields.Date(required=True)
    evidence = fields.String(required=True)
    return_on = fields.Date(required=True)
    return_by_on = fields.Date(required=True)
    opened_at = Instant(required=True)
    closed_at = Instant(required=True, allow_none=True)


class EndEarly(OneLease):
    """The vehicle is back before the end. Its value is what it was sold for, or an appraisal.

    A servicemember who may end the lease is not charged for that: staff confirm it with the `orders`, and the account's
    servicemember flag stands. Where the lessee gave notice, the orders name its day.
    """

    returned_on = fields.Date(required=True)
    miles = fields.Integer(required=True, strict=True, validate=validate.Range(min=0, max=MILES_MAX))
    realized_value_cents = Cents(required=True, minimum=0)
    value_source = Text(required=True, longest=200)
    is_servicemember = fields.Boolean(required=True)
    orders = fields.Nested(ServicememberOrders, load_default=None, allow_none=True)

    @validates_schema
    def check_orders(self, data: dict[str, Any], **_: Any) -> None:
        if data["is_servicemember"] != (data["orders"] is not None):
            raise ValidationError("A servicemember's end has their orders, and no other one has.", "orders")


class EarlyEnd(Strict):
    """An early end as it was billed."""

    id = fields.String(required=True)
    account_id = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf(EARLY_END_STATUSES))
    returned_on = fields.Date(required=True)
    realized_value_cents = Cents(required=True, minimum=0)
    value_source = fields.String(required=True)
    is_servicemember = fields.Boolean(required=True)
    orders = fields.Nested(ServicememberOrders, required=True, allow_none=True)
    charges = fields.Nested(OptionPrice, required=True)
    opened_at = Instant(required=True)
    closed_at = Instant(required=True, allow_none=True)
