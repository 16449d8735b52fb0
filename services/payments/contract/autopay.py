"""Requests and replies of autopay: drafts by consent, each told before it is drawn."""

from marshmallow import fields, validate

from chassis.schemas import Cents, Instant, Strict, Text, YesOrNo
from services.accounts.contract.business_days import DRAFT_DAYS_BEFORE_DUE_MAX
from services.payments.contract.schemas import ConsentOffer, GivenConsent, Identifier, Request

ENROLMENT_STATUSES = ("not_enrolled", "active", "paused", "cancelled")
DRAFT_STATUSES = ("planned", "skipped", "drafted", "covered", "declined", "cancelled")


class AboutAutopay(Request):
    account_id = Identifier(required=True)


class GetAutopay(AboutAutopay):
    pass


class PutAutopay(AboutAutopay):
    """Enrol, change or resume. `if_versions`: only where autopay is at one of these versions, 0 before the first.

    `day_offset` is days before the due date, 0 to -10; the draft is on the business day on or before that. What is due
    is drawn, or `fixed_amount_cents` in its place; `extra_principal_cents` comes on top; never above `maximum_cents`.
    """

    if_versions = fields.List(fields.Integer(strict=True), required=True, validate=validate.Length(max=20))
    payment_method_id = Identifier(required=True)
    day_offset = fields.Integer(strict=True, load_default=0, validate=validate.Range(-DRAFT_DAYS_BEFORE_DUE_MAX, 0))
    fixed_amount_cents = Cents(load_default=None, allow_none=True, minimum=100)
    extra_principal_cents = Cents(load_default=0, minimum=0)
    maximum_cents = Cents(load_default=None, allow_none=True, minimum=100)
    consent = fields.Nested(GivenConsent, required=True)


class RemoveAutopay(AboutAutopay):
    pass


class SkipDraft(AboutAutopay):
    """The next draft that can still be stopped, or that of one instalment."""

    instalment_number = fields.Integer(load_default=None, allow_none=True, strict=True, validate=validate.Range(min=1))


class StopDraft(AboutAutopay):
    """A customer's word to staff: the next draft is not drawn, or that of one instalment, as long as it was not yet.

    `ends_autopay`: nor any after it. `note` is what was said, and stays on record with who took it down.
    """

    instalment_number = fields.Integer(load_default=None, allow_none=True, strict=True, validate=validate.Range(min=1))
    ends_autopay = YesOrNo(load_default=False)
    note = Text(required=True, longest=500)


class Draft(Strict):
    """What will be drawn for an instalment, and until when that can be stopped."""

    instalment_number = fields.Integer(required=True)
    due_on = fields.Date(required=True)
    draft_on = fields.Date(required=True)
    amount_cents = Cents(required=True)
    status = fields.String(required=True, validate=validate.OneOf(DRAFT_STATUSES))
    stop_through_on = fields.Date(required=True)


class Pause(Strict):
    """Why nothing is drawn, in words for the customer; `resumes_on` is null where only the customer resumes it."""

    code = fields.String(required=True)
    reason = fields.String(required=True)
    resumes_on = fields.Date(required=True, allow_none=True)


class ConsentOnRecord(Strict):
    version = fields.String(required=True)
    given_at = Instant(required=True)


class MethodOfAutopay(Strict):
    id = fields.UUID(required=True)
    type = fields.String(required=True)
    last4 = fields.String(required=True)


class Autopay(Strict):
    """Autopay of an account, with the next drafts. It is never required, and not being enrolled costs nothing."""

    account_id = fields.UUID(required=True)
    version = fields.Integer(required=True)
    status = fields.String(required=True, validate=validate.OneOf(ENROLMENT_STATUSES))
    message = fields.String(required=True)
    payment_method = fields.Nested(MethodOfAutopay, required=True, allow_none=True)
    day_offset = fields.Integer(required=True)
    fixed_amount_cents = Cents(required=True, allow_none=True)
    extra_principal_cents = Cents(required=True)
    maximum_cents = Cents(required=True, allow_none=True)
    paused = fields.Nested(Pause, required=True, allow_none=True)
    drafts = fields.List(fields.Nested(Draft), required=True)
    consent = fields.Nested(ConsentOnRecord, required=True, allow_none=True)
    consent_offer = fields.Nested(ConsentOffer, required=True)
