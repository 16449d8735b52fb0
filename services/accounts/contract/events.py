"""The facts accounts tells, each about one account (its id is the subject), each with the standing after it."""

from marshmallow import EXCLUDE, fields, validate

from chassis.events import Event
from chassis.schemas import Cents, Strict
from services.accounts.contract.schemas import PRODUCTS, Standing

SOURCE = "accounts"


class AboutAnAccount(Strict):
    account_id = fields.String(required=True)
    # A listener passes over what later versions add, here as at the top.
    standing = fields.Nested(Standing, required=True, unknown=EXCLUDE)


class AccountOpenedV1(AboutAnAccount):
    product = fields.String(required=True, validate=validate.OneOf(PRODUCTS))
    account_last4 = fields.String(required=True)


class PaymentAppliedV1(AboutAnAccount):
    payment_id = fields.String(required=True)
    presentment_number = fields.Integer(required=True)
    amount_cents = Cents(required=True, minimum=1)
    effective_on = fields.Date(required=True)
    interest_cents = Cents(required=True, minimum=0)
    principal_cents = Cents(required=True, minimum=0)
    tax_cents = Cents(required=True, minimum=0)
    fees_cents = Cents(required=True, minimum=0)
    unapplied_cents = Cents(required=True, minimum=0)


class AccountPaidOffV1(AboutAnAccount):
    payment_id = fields.String(required=True)


account_opened = Event(SOURCE, "account_opened", 1, AccountOpenedV1, handled=True)
"""An account was taken over, and its holders may now act on it."""

payment_applied = Event(SOURCE, "payment_applied", 1, PaymentAppliedV1, handled=True)
"""Money is in the ledger: the five parts add up to the amount. All of it unapplied: a person decides what it is for."""

account_paid_off = Event(SOURCE, "account_paid_off", 1, AccountPaidOffV1, handled=True)
"""A payment has brought a loan to zero. Provisional until that payment is settled."""
