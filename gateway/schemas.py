"""Shapes that only HTTP has: requests without the ids of the path, and views composed of several services."""

from marshmallow import fields, validate

from chassis.schemas import Cents, Strict, Text, YesOrNo
from services.accounts.contract import changes, paperless, payoff
from services.accounts.contract import schemas as accounts
from services.accounts.contract.approvals import APPROVAL_KINDS
from services.identity.contract import schemas as identity
from services.identity.contract import second_factors
from services.leases.contract import early_ends, extensions, lease_end, options, turn_ins
from services.notifications.contract import choices
from services.notifications.contract.conversations import Desk
from services.notifications.contract.hours import WEEKDAYS
from services.payments.contract import autopay, receipts
from services.payments.contract import schemas as payments

PAGE_DEFAULT, PAGE_MAX = 25, 100
PAYMENT_CENTS_MIN = 100


class Page(Strict):
    """Which part of a list: newest first, `cursor` is the `next_cursor` of the page before."""

    limit = fields.Integer(load_default=PAGE_DEFAULT, validate=validate.Range(min=1, max=PAGE_MAX))
    cursor = Text(longest=200)


class ReportedMessage(Strict):
    """Our id of the message that a vendor reports about, as it stood in the address we gave."""

    message_id = fields.UUID(required=True)


class SubmitPayment(payments.SubmitPayment):
    """Pay now, or `on` a business day to come. `extra` says what becomes of money beyond what is due.

    The account's own rule where `extra` is left out. A payment of what is paid already is refused as
    `instalment_already_covered`, unless it has `extra`, `quote_id` or `pay_anyway`.
    """

    class Meta:
        exclude = ("account_id",)

    # Payments refuses less, with a code of its own; clients should know before they ask.
    amount_cents = Cents(required=True, metadata={"minimum": PAYMENT_CENTS_MIN})


class RefundPayment(payments.RefundPayment):
    """Why the payment goes back, for the record."""

    class Meta:
        exclude = ("payment_id",)


class ClosePaymentWorkItem(payments.ClosePaymentWorkItem):
    """What came of it, for the record."""

    class Meta:
        exclude = ("work_item_id",)


class PayoffDate(payoff.GetPayoffPreview):
    """The date by which the money would be there; today where it is left out."""

    class Meta:
        exclude = ("account_id",)


class IssuePayoffQuote(payoff.IssuePayoffQuote):
    """The last day on which the promised sum closes the account."""

    class Meta:
        exclude = ("account_id", "kind", "lines", "source_ref")


class PutPaperless(paperless.PutPaperless):
    """To agree: the version of the disclosure, and the code that its PDF shows. To take it back: neither."""

    class Meta:
        exclude = ("account_id", "if_versions")


class PutAutopay(autopay.PutAutopay):
    """What is drawn, from where and when; every choice that is left out has its default.

    `day_offset` is days before the due date, 0 to -10; the draft is on the business day on or before that.
    """

    class Meta:
        exclude = ("account_id", "if_versions")


class Paperless(paperless.Paperless):
    """Whether statements come without paper. `needs_consent`: a newer disclosure is in force and wants an answer.

    `disclosure` is the one in force; its PDF shows the code that a consent gives as `proof`.
    """

    class Meta:
        # It is in the ETag.
        exclude = ("version",)


class Alerts(choices.Alerts):
    """What you are told and how. A cell counts only as far as `texts` and `mails` allow."""

    class Meta:
        # It is in the ETag.
        exclude = ("version",)


class SkipDraft(autopay.SkipDraft):
    """Which draft: the next one that can still be stopped, or that of one instalment."""

    class Meta:
        exclude = ("account_id",)


class Autopay(autopay.Autopay):
    """Autopay of an account. It is never required; `message` says in one sentence how it stands."""

    class Meta:
        # It is in the ETag.
        exclude = ("version",)


class RecordOdometerReading(lease_end.RecordOdometerReading):
    """Whole miles as the odometer shows them, without tenths; today where no date is given."""

    class Meta:
        exclude = ("account_id",)


class PurchaseTerms(options.PurchaseTerms):
    """Who buys, and the last day on which the money may come; a few days from now where none is given."""

    class Meta:
        exclude = ("account_id",)


class StartBuyout(options.StartBuyout):
    """Who buys, and the last day on which the money may come; a few days from now where none is given."""

    class Meta:
        exclude = ("account_id",)


class SignOdometerStatement(options.SignOdometerStatement):
    """Whole miles without tenths; `printed_name` is the signature, `certification` says what the miles are worth."""

    class Meta:
        exclude = ("account_id",)


class ScheduleTurnIn(turn_ins.ScheduleTurnIn):
    """An appointment at a dealer, no later than the last day of the lease. `wear` is the self-check."""

    class Meta:
        exclude = ("account_id",)


class ReceiveVehicle(turn_ins.ReceiveVehicle):
    """When the vehicle came back, and the miles that the odometer shows."""

    class Meta:
        exclude = ("account_id", "option_id")


class InspectVehicle(turn_ins.InspectVehicle):
    """The inspection report. `has_next_vehicle`: the lessee has another one of ours in time."""

    class Meta:
        exclude = ("account_id", "option_id")


class DisputeEndBill(turn_ins.DisputeEndBill):
    """What is wrong with the bill, in your words."""

    class Meta:
        exclude = ("account_id", "option_id")


class DecideDispute(turn_ins.DecideDispute):
    """Which objection, whether it is upheld, what is then taken off, and why: the lessee sees the reason."""

    class Meta:
        exclude = ("account_id", "option_id")


class RequestExtension(extensions.RequestExtension):
    """One to six months. `renews`: month to month, one month at a time until a lessee gives notice."""

    class Meta:
        exclude = ("account_id",)


class DecideExtension(extensions.DecideExtension):
    """Offer or decline, and why."""

    class Meta:
        exclude = ("account_id", "option_id")


class OptionStep(Strict):
    """Yes to the terms that were offered; nothing else can be said here."""

    accepted = fields.Boolean(load_default=True, validate=validate.Equal(True))


class EndEarly(early_ends.EndEarly):
    """The return, the vehicle's value and where that comes from; whether a servicemember ends the lease."""

    class Meta:
        exclude = ("account_id",)


class VehicleValue(early_ends.GetEarlyTerminationQuote):
    """What the vehicle brings, as far as somebody knows."""

    class Meta:
        exclude = ("account_id",)


class ResolveReceipt(receipts.ResolveReceipt):
    """On which account a waiting cheque is booked; the note stays with the cheque."""

    class Meta:
        exclude = ("receipt_id",)


class SendReceiptBack(receipts.SendReceiptBack):
    """Why a cheque goes back to who sent it."""

    class Meta:
        exclude = ("receipt_id",)


class DecideApproval(Strict):
    """A change as GET /v1/me/approvals lists it (`kind`, `account_id`, and its `id`), and what you say to it."""

    kind = fields.String(required=True, validate=validate.OneOf(["extension", *APPROVAL_KINDS]))
    account_id = fields.UUID(required=True)
    approval_id = fields.UUID(required=True)
    decision = fields.String(required=True, validate=validate.OneOf(["accept", "decline"]))


class DecidedApproval(Strict):
    """`status` is what has become of the change: it still waits (`offered`), is `accepted`, or `withdrawn`."""

    id = fields.String(required=True)
    kind = fields.String(required=True)
    decision = fields.String(required=True)
    status = fields.String(required=True)


class ConfirmFactor(second_factors.ConfirmFactor):
    """The first code of a factor."""

    class Meta:
        exclude = ("factor_id",)


class _Previewed(Strict):
    preview = YesOrNo(required=True)


class ChangeDueDate(_Previewed, changes.PreviewDueDateChange):
    """The day of the month to pay on. With `preview` true nothing is stored; with false send an Idempotency-Key."""

    class Meta:
        exclude = ("account_id",)


class DeferPayments(_Previewed, changes.PreviewDeferment):
    """How many months to wait. With `preview` true nothing is stored; with false send an Idempotency-Key."""

    class Meta:
        exclude = ("account_id",)


class Me(identity.Me):
    """The person who asks. `user_id` is what they sign in with, `phone_masked` shows the last four digits."""

    class Meta:
        # It is in the ETag.
        exclude = ("version",)


class PendingPayment(payments.PendingPayment):
    """A payment that was accepted, is on its way or scheduled, and is not in the balance yet."""

    class Meta:
        exclude = ("account_id",)


class Account(accounts.Account):
    """An account as its holder sees it.

    `pending_payments` and `amount_due_after_pending_cents` are null while payments cannot be asked: unknown, not none.
    `autopay_enabled` is false then too; where they are null it says nothing.
    """

    autopay_enabled = fields.Boolean(required=True)
    pending_payments = fields.List(fields.Nested(PendingPayment), required=True, allow_none=True)
    amount_due_after_pending_cents = Cents(required=True, allow_none=True, minimum=0)


class Accounts(Strict):
    data = fields.List(fields.Nested(Account), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class PaymentAddresses(Strict):
    """Where a payment by mail goes, line by line."""

    regular = fields.List(fields.String(), required=True)
    overnight = fields.List(fields.String(), required=True)


class SupportAddresses(PaymentAddresses):
    """Where mail goes, line by line: payments, payoffs, proofs of insurance, titles; null where none is published."""

    payoff = fields.List(fields.String(), required=True)
    insurance = fields.List(fields.String(), required=True, allow_none=True)
    title = fields.List(fields.String(), required=True, allow_none=True)


class OpenDay(Strict):
    """A weekday on which the desk is open, with local times such as 08:00."""

    day = fields.String(required=True, validate=validate.OneOf(WEEKDAYS))
    opens = fields.String(required=True)
    closes = fields.String(required=True)


class SupportHours(Desk):
    """When somebody is there: now, next, and by weekday in the company's zone; `closed_on` are holidays to come."""

    time_zone = fields.String(required=True)
    days = fields.List(fields.Nested(OpenDay), required=True)
    closed_on = fields.List(fields.Date(), required=True)


class SupportContact(Strict):
    """How to reach a person. `email` is null where the company has published none; `live_chat` is the path of it."""

    company = fields.String(required=True)
    phone = fields.String(required=True)
    email = fields.String(required=True, allow_none=True)
    live_chat = fields.String(required=True)
    hours = fields.Nested(SupportHours, required=True)
    mail_to = fields.Nested(SupportAddresses, required=True)
    note = fields.String(required=True)


class Health(Strict):
    status = fields.String(required=True)


class Document(Strict):
    """A JSON document with a standard of its own; it is given as it is."""


class FieldProblem(Strict):
    """One wrong field: a JSON pointer into the body, or into `/query` and `/headers`."""

    pointer = fields.String(required=True)
    code = fields.String(required=True)
    detail = fields.String(required=True)


class Problem(Strict):
    """RFC 9457. `code` is stable; `detail` says what to do next; `money_moved` is there on routes that move money."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    code = fields.String(required=True)
    request_id = fields.String(required=True)
    money_moved = fields.String(validate=validate.OneOf(["no", "yes", "unknown"]))
    errors = fields.List(fields.Nested(FieldProblem))
