"""What accounts tells leases about the money of a lease, so that both name the same cents."""

from marshmallow import fields, validate

from chassis.schemas import Cents, Strict
from services.accounts.contract.schemas import STATUSES, OneAccount

LESSEE_ROLES = ("borrower", "co_borrower")


class GetLeaseFigures(OneAccount):
    """The lease as it stands if nothing more is paid until `on`."""

    on = fields.Date(required=True)


class LeaseFigures(Strict):
    """What a lease is worth and owes on a date.

    `lease_balance_cents` is the adjusted lease balance once the instalments due by the date are paid: the residual from
    the last one on. `instalments_due_cents` are those, as far as unpaid; `instalments_to_come_cents` all after them.
    `credit_cents` is the customer's. `state` is the one whose law the contract follows; `lessee_roles` who signed it.
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
    lessee_roles = fields.List(fields.String(validate=validate.OneOf(LESSEE_ROLES)), required=True)
