"""What payments tells. The subject of every event is the account's id, of a day's closing the date."""

from marshmallow import EXCLUDE, fields, validate

from chassis.events import Event
from chassis.schemas import Cents, Strict
from services.payments.contract.schemas import EXTRA_MODES, METHOD_TYPES

REFUND_KINDS = ("surplus", "payment")
CHECK = "check"
PAID_BY = (*METHOD_TYPES, CHECK)
"""How money came; a mailed cheque is one too, which `method_type` calls by the bank account that it is drawn on."""


class MethodTold(Strict):
    """Of which method a later word about money is, fit for a message; null where an older version told it."""

    method_type = fields.String(load_default=None, allow_none=True)
    method_last4 = fields.String(load_default=None, allow_none=True)


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
    the payer means to meet, if any. `booked_on` is the business day among whose postings it is counted in
    `payment_day_closed`; null before accounts has opened one. `cheque_number` is that of a cheque that came by mail,
    which is drawn on a bank account; `method_last4` are then of that account or, where the bank did not read it, of the
    cheque's number. `card_fee_cents` was charged besides for paying by card: it is no money of the account's.
    `paid_by` is `check` for a mailed cheque, else as `method_type`; null where an older version told it.
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
    cheque_number = fields.String(load_default=None, allow_none=True)
    card_fee_cents = Cents(load_default=0, minimum=0)
    paid_by = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(PAID_BY))


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


class AboutAPresentment(Strict):
    """What is said of money that was posted: which payment, and which presentment of it."""

    payment_id = fields.String(required=True)
    account_id = fields.String(required=True)
    presentment_number = fields.Integer(required=True, strict=True, validate=validate.Range(min=1))
    amount_cents = Cents(required=True, minimum=1)


class PaymentSettledV1(AboutAPresentment):
    """The money is in our account. A bank may still return it, for up to sixty days where it was not authorized."""

    settled_on = fields.Date(required=True)


class PaymentReturnedV1(AboutAPresentment):
    """The bank took the money back: the presentment counts no more, as had it never been.

    `return_code` is the ACH network's (R01 to R85), or `dispute_lost` for a card. `reason` completes "your bank
    returned the payment:", `next_step` is a sentence for the customer. `settled_on` is null where the money had not
    come in before. What is presented again on `present_again_on` is told anew, as the next presentment.
    """

    effective_on = fields.Date(required=True)
    settled_on = fields.Date(required=True, allow_none=True)
    returned_on = fields.Date(required=True)
    return_code = fields.String(required=True)
    reason = fields.String(required=True)
    next_step = fields.String(required=True)
    will_be_presented_again = fields.Boolean(required=True)
    present_again_on = fields.Date(required=True, allow_none=True)
    method_type = fields.String(required=True, validate=validate.OneOf(METHOD_TYPES))
    method_last4 = fields.String(required=True)


class PaymentDisputedV1(AboutAPresentment, MethodTold):
    """A card's holder disputes the charge at the bank. Nothing changes yet; `reason_code` is the processor's word."""

    disputed_on = fields.Date(required=True)
    reason_code = fields.String(required=True)


class PaymentRefundedV1(AboutAPresentment, MethodTold):
    """The whole payment went back to where it came from: the presentment counts no more, as had it never been."""

    refund_id = fields.String(required=True)
    refunded_on = fields.Date(required=True)
    reason = fields.String(required=True)


class RefundPaidV1(MethodTold):
    """What accounts owed back (`accounts.refund_due`) is on its way to the customer."""

    refund_id = fields.String(required=True)
    account_id = fields.String(required=True)
    payment_id = fields.String(required=True)
    amount_cents = Cents(required=True, minimum=1)
    paid_on = fields.Date(required=True)


class RefundFailedV1(Strict):
    """A refund could not be paid, or came back: it is owed as before, and a person has to pay it in another way.

    `kind`: what accounts owed back (`surplus`), or a whole payment that staff sent back (`payment`).
    """

    refund_id = fields.String(required=True)
    account_id = fields.String(required=True)
    payment_id = fields.String(required=True)
    amount_cents = Cents(required=True, minimum=1)
    kind = fields.String(required=True, validate=validate.OneOf(REFUND_KINDS))
    failed_on = fields.Date(required=True)
    was_paid = fields.Boolean(required=True)
    reason_code = fields.String(required=True)


class RefundRequestedV1(Strict):
    """A refund is to be paid; told in the transaction that keeps it."""

    refund_id = fields.String(required=True)


class PaymentDayClosedV1(Strict):
    """What was handed to the ledger on a business day: so many presentments were posted with it as `booked_on`.

    The accounts named have money under way that may yet turn out to be of that day.
    """

    business_on = fields.Date(required=True)
    count = fields.Integer(required=True, strict=True, validate=validate.Range(min=0))
    cents = Cents(required=True, minimum=0)
    unconfirmed_account_ids = fields.List(fields.String(), required=True)


class AboutAMethod(Strict):
    """The subject is the payment method's id; `user_id` is whose it is."""

    payment_method_id = fields.String(required=True)
    user_id = fields.String(required=True)
    last4 = fields.String(required=True)


class PaymentMethodCorrectedV1(AboutAMethod):
    """A bank has corrected the numbers of a bank account (notification of change); later debits go by the new ones."""

    code = fields.String(required=True)
    corrected = fields.List(fields.String(), required=True)
    last4_before = fields.String(required=True)
    corrected_on = fields.Date(required=True)


class PaymentMethodDisabledV1(AboutAMethod):
    """A bank was asked about a new bank account and said no: nothing can be paid with it. `reason` is for the owner."""

    return_code = fields.String(required=True)
    reason = fields.String(required=True)


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
payment_settled = Event("payments", "payment_settled", 1, PaymentSettledV1, handled=True)
payment_returned = Event("payments", "payment_returned", 1, PaymentReturnedV1, handled=True)
payment_disputed = Event("payments", "payment_disputed", 1, PaymentDisputedV1, handled=True)
payment_refunded = Event("payments", "payment_refunded", 1, PaymentRefundedV1, handled=True)
refund_requested = Event("payments", "refund_requested", 1, RefundRequestedV1, promised=False, handled=True)
refund_paid = Event("payments", "refund_paid", 1, RefundPaidV1, handled=True)
refund_failed = Event("payments", "refund_failed", 1, RefundFailedV1, handled=True)
payment_day_closed = Event("payments", "payment_day_closed", 1, PaymentDayClosedV1, promised=False, handled=True)
"""A business day's payments are all in, told once a day; the subject is the date."""

payment_method_corrected = Event("payments", "payment_method_corrected", 1, PaymentMethodCorrectedV1, promised=False)
payment_method_disabled = Event("payments", "payment_method_disabled", 1, PaymentMethodDisabledV1, promised=False)
"""Nobody of ours listens yet; who tells customers of their bank accounts may."""
