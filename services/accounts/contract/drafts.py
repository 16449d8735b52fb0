"""What payments asks before it drafts: what an account will owe on a date, its own money on the way counted in."""

from typing import Any

from marshmallow import EXCLUDE, ValidationError, fields, validate, validates_schema

from chassis.schemas import Cents, Strict, Text
from services.accounts.contract.schemas import PRODUCTS, OneAccount, Standing

COUNTING_MAX = 100


class CountedPayment(Strict):
    """A payment that was taken and may not be in the balance yet; one that is there is counted once."""

    payment_id = Text(required=True, longest=64)
    presentment_number = fields.Integer(required=True, strict=True, validate=validate.Range(min=1))
    amount_cents = Cents(required=True, minimum=1)
    effective_on = fields.Date(required=True)
    extra = fields.String(required=True, allow_none=True, validate=validate.OneOf(("principal", "paid_ahead")))


class GetAmountDue(OneAccount):
    on = fields.Date(required=True)
    counting = fields.List(fields.Nested(CountedPayment), required=True, validate=validate.Length(max=COUNTING_MAX))

    @validates_schema
    def one_each(self, data: dict[str, Any], **_: Any) -> None:
        named = [(payment["payment_id"], payment["presentment_number"]) for payment in data["counting"]]
        if len(set(named)) != len(named):
            raise ValidationError("A presentment is named twice.", "counting")


class InstalmentToCome(Strict):
    """What an instalment still asks for, should the ones before it be paid on their due dates."""

    number = fields.Integer(required=True)
    due_on = fields.Date(required=True)
    amount_cents = Cents(required=True, minimum=0)


class AmountDue(Strict):
    """The account on `on`, as if every counted payment were in its balance. `sequence` is its last told event."""

    account_id = fields.String(required=True)
    product = fields.String(required=True, validate=validate.OneOf(PRODUCTS))
    on = fields.Date(required=True)
    sequence = fields.Integer(required=True)
    standing = fields.Nested(Standing, required=True, unknown=EXCLUDE)
    instalments = fields.List(fields.Nested(InstalmentToCome), required=True)
