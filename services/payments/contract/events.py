"""What payments tells. The subject of every event is the account's id."""

from marshmallow import EXCLUDE, fields, validate

from chassis.events import Event
from chassis.schemas import Cents, Strict
from services.payments.contract.schemas import EXTRA_MODES, METHOD_TYPES


class PaymentSubmittedV1(Strict):
    """A payment was taken in and nothing is charged yet. Told in the transaction that creates the payment."""

    payment_id = fields.String(required=True)
    account_id = fields.String(required=True)
    amount_cents = Cents(required=True, minimum=1)
    method_type = fields.String(required=True, validate=validate.OneOf(METHOD_TYPES))


class PaymentScheduledV1(Strict):
    """A payment is to be made when the business day `effective_on` opens. Until its cut-off it can be cancelled."""

    payment_id = fields.String(required=True)
    account_id = fields.String(required=True)
    amount_cents = Cents(required=True, minimum=1)
    effective_on = fields.Date(required=True)
    method_type = fields.String(required=True, validate=validate.OneOf(METHOD_TYPES))
    method_last4 = fields.String(required=True)


class PaymentCancelledV1(Strict):
    """A scheduled payment will not be made. `reason` is a sentence for the customer that belongs to `reason_code`."""

    payment_id = fields.String(required=True)
    account_id = fields.String(required=True)
    amount_cents = Cents(required=True, minimum=1)
    effective_on = fields.Date(required=True)
    reason_code = fields.String(required=True)
    reason = fields.String(required=True)


class PaymentPostedV1(Strict):
    """The processor accepted the money: the ledger must apply it, whatever the account's state.

    A posting's key is (payment_id, presentment_number): the same payment presented again is other money. `extra` is
    what the payer chose for money beyond what is due, or null for the account's own rule. `quote_id` is the quote that
    the payer means to meet, if any.
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


class PaymentDeclinedV1(Strict):
    """No money moved and none will. `reason` is a sentence for the customer that belongs to `reason_code`."""

    payment_id = fields.String(required=True)
    account_id = fields.String(required=True)
    amount_cents = Cents(required=True, minimum=1)
    reason_code = fields.String(required=True)
    reason = fields.String(required=True)


class DraftToCome(Strict):
    instalment_number = fields.Integer(required=True)
    due_on = fields.Date(required=True)
    draft_on = fields.Date(required=True)
    amount_cents = Cents(required=True, minimum=1)


class AboutAutopay(Strict):
    account_id = fields.String(required=True)


class AutopayEnrolledV1(AboutAutopay):
    """A customer agreed to drafts, or to other ones than before. `consent_text` is the copy that is due to them."""

    consent_id = fields.String(required=True)
    consent_version = fields.String(required=True)
    consent_text = fields.String(required=True)
    method_type = fields.String(required=True, validate=validate.OneOf(METHOD_TYPES))
    method_last4 = fields.String(required=True)
    drafts = fields.List(fields.Nested(DraftToCome, unknown=EXCLUDE), required=True)


class AutopayStandsStillV1(AboutAutopay):
    """`reason` is a sentence for the customer that belongs to `reason_code`."""

    reason_code = fields.String(required=True)
    reason = fields.String(required=True)


class AutopayCancelledV1(AutopayStandsStillV1):
    """Autopay is off. A draft that was too near to be stopped is still drawn; `reason` says why it ended."""


class AutopayPausedV1(AutopayStandsStillV1):
    """Nothing is drawn. `resumes_on` is when it goes on by itself, null where only the customer resumes it."""

    resumes_on = fields.Date(required=True, allow_none=True)


class AutopayResumedV1(AboutAutopay):
    """What was paused is drawn again: the customer agreed anew, or the pause of a deferment is over."""

    method_type = fields.String(required=True, validate=validate.OneOf(METHOD_TYPES))
    method_last4 = fields.String(required=True)


class AutopayDraftUpcomingV1(AboutAutopay):
    """Notice of a draft: `amount_cents` is the most that is drawn, `stop_through_on` the last day to stop it."""

    instalment_number = fields.Integer(required=True)
    due_on = fields.Date(required=True)
    draft_on = fields.Date(required=True)
    amount_cents = Cents(required=True, minimum=1)
    stop_through_on = fields.Date(required=True)
    method_type = fields.String(required=True, validate=validate.OneOf(METHOD_TYPES))
    method_last4 = fields.String(required=True)


payment_submitted = Event("payments", "payment_submitted", 1, PaymentSubmittedV1, promised=False, handled=True)
payment_posted = Event("payments", "payment_posted", 1, PaymentPostedV1, handled=True)
payment_declined = Event("payments", "payment_declined", 1, PaymentDeclinedV1, handled=True)
payment_scheduled = Event("payments", "payment_scheduled", 1, PaymentScheduledV1, handled=True)
payment_cancelled = Event("payments", "payment_cancelled", 1, PaymentCancelledV1, handled=True)
autopay_enrolled = Event("payments", "autopay_enrolled", 1, AutopayEnrolledV1, handled=True)
autopay_cancelled = Event("payments", "autopay_cancelled", 1, AutopayCancelledV1, handled=True)
autopay_paused = Event("payments", "autopay_paused", 1, AutopayPausedV1, handled=True)
autopay_resumed = Event("payments", "autopay_resumed", 1, AutopayResumedV1, handled=True)
autopay_draft_upcoming = Event("payments", "autopay_draft_upcoming", 1, AutopayDraftUpcomingV1, handled=True)
