"""What payments tells. The subject of every event is the account's id, of a day's closing the date."""

from marshmallow import fields, validate

from chassis.events import Event
from chassis.schemas import Cents, Strict
from services.payments.contract.schemas import EXTRA_MODES, METHOD_TYPES


class PaymentSubmittedV1(Strict):
    """A payment was taken in and nothing is charged yet. Told in the transaction that creates the payment."""

    payment_id = fields.String(required=True)
    account_id = fields.String(required=True)
    amount_cents = Cents(required=True, minimum=1)
    method_type = fields.String(required=True, validate=validate.OneOf(METHOD_TYPES))


class PaymentPostedV1(Strict):
    """The processor accepted the money: the ledger must apply it, whatever the account's state.

    A posting's key is (payment_id, presentment_number): the same payment presented again is other money. `extra` is
    what the payer chose for money beyond what is due, or null for the account's own rule. `quote_id` is the quote that
    the payer means to meet, if any. `booked_on` is the business day among whose postings it is counted in
    `payment_day_closed`; null before accounts has opened one.
    """

    payment_id = fields.String(required=True)
    account_id = fields.String(required=True)
    presentment_number = fields.Integer(required=True, strict=True, validate=validate.Range(min=1))
    amount_cents = Cents(required=True, minimum=1)
    effective_on = fields.Date(required=True)
    extra = fields.String(required=True, allow_none=True, validate=validate.OneOf(EXTRA_MODES))
    method_type = fields.String(required=True, validate=validate.OneOf(METHOD_TYPES))
    method_last4 = fields.String(required=True)
    quote_id = fields.String(load_default=None, allow_none=True)
    booked_on = fields.Date(load_default=None, allow_none=True)


class PaymentDeclinedV1(Strict):
    """No money moved and none will. `reason` is a sentence for the customer that belongs to `reason_code`."""

    payment_id = fields.String(required=True)
    account_id = fields.String(required=True)
    amount_cents = Cents(required=True, minimum=1)
    reason_code = fields.String(required=True)
    reason = fields.String(required=True)


class PaymentDayClosedV1(Strict):
    """What was handed to the ledger on a business day: so many presentments were posted with it as `booked_on`.

    The accounts named have money under way that may yet turn out to be of that day.
    """

    business_on = fields.Date(required=True)
    count = fields.Integer(required=True, strict=True, validate=validate.Range(min=0))
    cents = Cents(required=True, minimum=0)
    unconfirmed_account_ids = fields.List(fields.String(), required=True)


payment_submitted = Event("payments", "payment_submitted", 1, PaymentSubmittedV1, promised=False, handled=True)
payment_posted = Event("payments", "payment_posted", 1, PaymentPostedV1, handled=True)
payment_declined = Event("payments", "payment_declined", 1, PaymentDeclinedV1, handled=True)
payment_day_closed = Event("payments", "payment_day_closed", 1, PaymentDayClosedV1, promised=False, handled=True)
"""A business day's payments are all in, told once a day; the subject is the date."""
