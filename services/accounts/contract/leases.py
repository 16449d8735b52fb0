"""What accounts tells leases about the money of a lease, so that both name the same cents."""

from marshmallow import fields, validate

from chassis.schemas import Cents, Strict, Text
from services.accounts.contract.parties import PARTY
from services.accounts.contract.schemas import STATUSES, OneAccount, Standing


class GetLeaseFigures(OneAccount):
    """The lease as it stands if nothing more is paid until `on`."""

    on = fields.Date(required=True)


class LeaseFigures(Strict):
    """What a lease is worth and owes on a date.

    `lease_balance_cents` is the adjusted lease balance once the instalments due by the date are paid: the residual from
    the last one on. `instalments_due_cents` are those, as far as unpaid; `instalments_to_come_cents` all after them.
    `credit_cents` is the customer's. `state` is the one whose law the contract follows; `lessee_roles` who signed it,
    each by a name of its own (`contract.parties`).
    `unused_cents`: what of the instalments due by the date, and of those paid ahead, is for the days from the date on;
    accounts of the release before does not say it.
    `quote_until_on`: the last day that a price can be promised for; accounts of the release before does not say it.
    `servicemember_from_on` is the call-up of the servicemember's flag that stands on the account, null for none.
    """

    account_id = fields.String(required=True)
    on = fields.Date(required=True)
    status = fields.String(required=True, validate=validate.OneOf(STATUSES))
    state = fields.String(required=True, allow_none=True)
    lease_balance_cents = Cents(required=True, minimum=0)
    instalments_due_cents = Cents(required=True, minimum=0)
    instalments_to_come_cents = Cents(required=True, minimum=0)
    instalments_to_come = fields.Integer(required=True)
    instalment_cents = Cents(required=True, minimum=0)
    fees_due_cents = Cents(required=True, minimum=0)
    credit_cents = Cents(required=True, minimum=0)
    next_due_on = fields.Date(required=True, allow_none=True)
    maturity_on = fields.Date(required=True)
    unused_cents = Cents(load_default=0, minimum=0)
    quote_until_on = fields.Date(load_default=None, allow_none=True)
    lessee_roles = fields.List(fields.String(validate=validate.Regexp(PARTY)), required=True)
    servicemember_from_on = fields.Date(required=True, allow_none=True)


class EndCharge(Strict):
    """A part of an end bill, by what it is for; a code that begins with `tax` or is `sales_tax` is tax."""

    code = fields.String(required=True, validate=validate.Regexp(r"^[a-z][a-z_]{0,39}\Z"))
    description = Text(required=True, longest=200)
    amount_cents = Cents(required=True, minimum=1)


class AssessCharges(OneAccount):
    """The last bill of a lease that ends without a purchase; `option_id` is bill and end, each once.

    `due_through_on`: instalments due by then are owed. `vehicle_cents` is what the vehicle counts for; null for all
    of the lease balance that is left. `prorated_on`: instalments are owed for the days before it alone; null for whole.
    """

    option_id = Text(required=True, longest=64)
    way = fields.String(required=True, validate=validate.OneOf(("return", "early_termination")))
    ended_on = fields.Date(required=True)
    due_through_on = fields.Date(required=True)
    vehicle_cents = Cents(required=True, allow_none=True, minimum=0)
    prorated_on = fields.Date(load_default=None, allow_none=True)
    charges = fields.List(fields.Nested(EndCharge), required=True, validate=validate.Length(max=20))


class AssessedCharges(Strict):
    """`billed_cents` is all that the end costs, `owed_cents` what is left of it after the customer's credit."""

    account_id = fields.String(required=True)
    billed_cents = Cents(required=True, minimum=0)
    owed_cents = Cents(required=True, minimum=0)
    standing = fields.Nested(Standing, required=True)


class CreditEndBill(OneAccount):
    """So much less is owed of a lease's end bill, once per `credit_ref`: an objection to it was upheld."""

    option_id = Text(required=True, longest=64)
    credit_ref = Text(required=True, longest=80)
    amount_cents = Cents(required=True, minimum=1)
    reason = Text(required=True, longest=500)


class CreditedEndBill(Strict):
    """`credited_cents` is what was still unpaid of the bill, up to the amount; what was paid, a person refunds."""

    account_id = fields.String(required=True)
    credited_cents = Cents(required=True, minimum=0)
    standing = fields.Nested(Standing, required=True)


class ExtendLease(OneAccount):
    """So many instalments more after the last one, once per `option_id`."""

    option_id = Text(required=True, longest=64)
    months = fields.Integer(required=True, strict=True, validate=validate.Range(min=1, max=12))


class ExtendedLease(Strict):
    account_id = fields.String(required=True)
    months = fields.Integer(required=True)
    from_instalment = fields.Integer(required=True)
    maturity_on = fields.Date(required=True)
    standing = fields.Nested(Standing, required=True)
