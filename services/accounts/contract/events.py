"""The facts accounts tells, each about one account (its id is the subject), each with the standing after it."""

from marshmallow import EXCLUDE, fields, validate

from chassis.events import Event
from chassis.schemas import Cents, Strict
from services.accounts.contract.payoff import QUOTE_KINDS, WITHDRAWN_REASONS
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


class AboutAPayoffQuote(AboutAnAccount):
    """`per_diem` is in dollars with four decimals: what each day after `good_through` adds."""

    quote_id = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(QUOTE_KINDS))
    payoff_cents = Cents(required=True, minimum=1)
    per_diem = fields.String(required=True)
    good_through = fields.Date(required=True)


class PayoffQuoteIssuedV1(AboutAPayoffQuote):
    pass


class PayoffQuoteWithdrawnV1(AboutAPayoffQuote):
    """`reason` is a sentence for the customer that belongs to `reason_code`."""

    reason_code = fields.String(required=True, validate=validate.OneOf(WITHDRAWN_REASONS))
    reason = fields.String(required=True)


class RefundDueV1(AboutAnAccount):
    """The refund's id is the key under which it is paid out, so that it is paid once."""

    refund_id = fields.String(required=True)
    amount_cents = Cents(required=True, minimum=1)
    payment_id = fields.String(required=True)
    presentment_number = fields.Integer(required=True, strict=True, validate=validate.Range(min=1))


class AccountClosedV1(AboutAnAccount):
    payment_id = fields.String(required=True)
    closed_on = fields.Date(required=True)


payoff_quote_issued = Event(SOURCE, "payoff_quote_issued", 1, PayoffQuoteIssuedV1)
"""A payoff was promised: that much money, effective in time, closes the account."""

payoff_quote_withdrawn = Event(SOURCE, "payoff_quote_withdrawn", 1, PayoffQuoteWithdrawnV1)
"""A payoff that was promised can no longer be kept, and no money had come for it. Ask for a new quote."""

refund_due = Event(SOURCE, "refund_due", 1, RefundDueV1)
"""More was paid than a paid-off account could take: the difference is owed to the customer and set aside."""

account_closed = Event(SOURCE, "account_closed", 1, AccountClosedV1)
"""The money that paid an account off has settled: the account is closed for good."""
