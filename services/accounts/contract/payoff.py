"""Payoff quotes: what is asked, what is promised, and where the money may be mailed."""

from marshmallow import fields, validate

from chassis.schemas import Cents, Instant, Strict, Text
from services.accounts.contract.schemas import PRODUCTS, OneAccount

QUOTE_KINDS = ("payoff", "lease_purchase", "early_termination")
QUOTE_STATUSES = ("live", "met", "withdrawn", "expired")
WITHDRAWN_REASONS = ("drift_beyond_limit", "counted_payment_returned")
PURPOSES = ("payment", "payoff", "lease_purchase")
SPEEDS = ("regular", "overnight")
LINES_MAX = 20


class GetPayoffPreview(OneAccount):
    """What would close the account; today where no date is given. Nothing is promised."""

    good_through = fields.Date(load_default=None, allow_none=True)


class PayoffLine(Strict):
    """A charge that the asking service adds: a residual, a purchase fee, a tax."""

    code = fields.String(required=True, validate=validate.Regexp(r"^[a-z][a-z_]{0,39}\Z"))
    description = Text(required=True, longest=200)
    amount_cents = Cents(required=True, minimum=0)


class IssuePayoffQuote(OneAccount):
    """Promise a payoff. Kinds other than `payoff`, lines and `source_ref` are for services that price a lease's end."""

    good_through = fields.Date(required=True)
    kind = fields.String(load_default="payoff", validate=validate.OneOf(QUOTE_KINDS))
    lines = fields.List(fields.Nested(PayoffLine), load_default=list, validate=validate.Length(max=LINES_MAX))
    source_ref = Text(load_default=None, allow_none=True, longest=100)


class GetPayoffQuote(OneAccount):
    quote_id = Text(required=True, longest=64)


class PayoffBreakdown(Strict):
    """The payoff is the sum of the first four, less the credit."""

    principal_cents = Cents(required=True, minimum=0)
    interest_cents = Cents(required=True, minimum=0)
    fees_cents = Cents(required=True, minimum=0)
    other_cents = Cents(required=True, minimum=0)
    credit_cents = Cents(required=True, minimum=0)


class MailTo(Strict):
    """Postal addresses line by line, by speed; null where none is published: ask us before mailing money."""

    regular = fields.List(fields.String(), required=True, allow_none=True)
    overnight = fields.List(fields.String(), required=True, allow_none=True)


class PayoffPreview(Strict):
    """What closes the account when the money is effective by `good_through`, as things stand.

    `per_diem` is in dollars with four decimals: what each day after `good_through` adds. `explanation` holds every part
    with its amount and a sentence.
    """

    account_id = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(QUOTE_KINDS))
    payoff_cents = Cents(required=True, minimum=0)
    per_diem = fields.String(required=True)
    as_of_on = fields.Date(required=True)
    good_through = fields.Date(required=True)
    breakdown = fields.Nested(PayoffBreakdown, required=True)
    explanation = fields.Dict(required=True)
    includes_pending_payments = fields.Boolean(required=True)
    mail_to = fields.Nested(MailTo, required=True)


class PayoffQuote(PayoffPreview):
    """A promise: `payoff_cents` effective by `good_through` closes the account, unless it is withdrawn before.

    `received_cents` of it has been paid since it was given.
    """

    id = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf(QUOTE_STATUSES))
    withdrawn_reason = fields.String(required=True, allow_none=True, validate=validate.OneOf(WITHDRAWN_REASONS))
    received_cents = Cents(required=True, minimum=0)
    issued_at = Instant(required=True)


class ListPaymentAddresses(OneAccount):
    pass


class PostalAddress(Strict):
    """Where money that comes by mail goes, by product, purpose and speed."""

    product = fields.String(required=True, validate=validate.OneOf(PRODUCTS))
    purpose = fields.String(required=True, validate=validate.OneOf(PURPOSES))
    speed = fields.String(required=True, validate=validate.OneOf(SPEEDS))
    lines = fields.List(fields.String(), required=True)


class PostalAddresses(Strict):
    """The account's addresses; one that is not listed is not published: ask us before mailing money."""

    data = fields.List(fields.Nested(PostalAddress), required=True)
    note = fields.String(required=True)


class CloseAccount(OneAccount):
    """The money that paid the account off has settled."""

    payment_id = Text(required=True, longest=64)
    presentment_number = fields.Integer(required=True, strict=True, validate=validate.Range(min=1))


class ClosedAccount(Strict):
    account_id = fields.String(required=True)
    status = fields.String(required=True)
    closed_on = fields.Date(required=True)
