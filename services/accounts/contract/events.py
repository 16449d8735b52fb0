"""The facts accounts tells, each about one account (its id is the subject), each with the standing after it.

What is about a business day has the date for its subject.
"""

from marshmallow import EXCLUDE, fields, validate

from chassis.events import Event
from chassis.schemas import Cents, Strict
from services.accounts.contract.approvals import APPROVAL_KINDS, OUTCOMES
from services.accounts.contract.flags import FLAG_KINDS
from services.accounts.contract.paperless import MAIL_BOUNCED
from services.accounts.contract.payoff import QUOTE_KINDS, WITHDRAWN_REASONS
from services.accounts.contract.schemas import (
    BUCKET_DAYS,
    FEE_KINDS,
    PRODUCTS,
    REMINDER_DAYS,
    SCHEDULE_REASONS,
    Standing,
)
from services.accounts.contract.statements import DELIVERIES, STATEMENT_KINDS

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


class PaymentReversedV1(AboutAnAccount):
    """`effective_on` is the payment's own date, from which it is as had it never been; `reversed_on` is when."""

    payment_id = fields.String(required=True)
    presentment_number = fields.Integer(required=True)
    amount_cents = Cents(required=True, minimum=1)
    effective_on = fields.Date(required=True)
    reversed_on = fields.Date(required=True)
    reason = fields.String(required=True)
    return_code = fields.String(required=True, allow_none=True)


class LateFeeV1(AboutAnAccount):
    """A fee for one instalment; `assessed_on` is the day of the decision."""

    fee_id = fields.String(required=True)
    instalment_number = fields.Integer(required=True)
    due_on = fields.Date(required=True)
    assessed_on = fields.Date(required=True)
    amount_cents = Cents(required=True, minimum=1)


class FeeWaivedV1(AboutAnAccount):
    """`amount_cents` had not been given up before. So much of it as `was_paid_cents` had been paid, and now counts
    toward what is owed besides; an earlier release's event does not say it.
    """

    fee_id = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(FEE_KINDS))
    amount_cents = Cents(required=True, minimum=1)
    was_paid_cents = Cents(load_default=0, minimum=0)


class ScheduleChangedV1(AboutAnAccount):
    """From `from_instalment` on, due dates or instalments are others; null where only the rate is."""

    reason = fields.String(required=True, validate=validate.OneOf(SCHEDULE_REASONS))
    effective_on = fields.Date(required=True)
    from_instalment = fields.Integer(required=True, allow_none=True)
    maturity_on = fields.Date(required=True)


class ChangeAwaitedV1(AboutAnAccount):
    """`summary` is one sentence with what the change does; `agreed` are the parties that need not be asked.

    `agreed_by` are the users who have spoken for them; an earlier release's event does not say who.
    """

    approval_id = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(APPROVAL_KINDS))
    summary = fields.String(required=True)
    agreed = fields.List(fields.String(), required=True)
    agreed_by = fields.List(fields.String(), load_default=None, allow_none=True)
    decide_by_on = fields.Date(required=True)


class ChangeDecidedV1(AboutAnAccount):
    approval_id = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(APPROVAL_KINDS))
    summary = fields.String(required=True)
    outcome = fields.String(required=True, validate=validate.OneOf(OUTCOMES))


class AccountReopenedV1(AboutAnAccount):
    payment_id = fields.String(required=True)


class StatementIssuedV1(AboutAnAccount):
    """`delivery` is how this statement goes out; `amount_due_cents` and `due_on` are null where nothing is due."""

    statement_id = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(STATEMENT_KINDS))
    statement_on = fields.Date(required=True)
    period_from_on = fields.Date(required=True)
    period_to_on = fields.Date(required=True)
    delivery = fields.String(required=True, validate=validate.OneOf(DELIVERIES))
    amount_due_cents = Cents(required=True, allow_none=True)
    due_on = fields.Date(required=True, allow_none=True)


class PaperlessChangedV1(AboutAnAccount):
    """`reason` is set where we went back to paper ourselves, because a mail did not arrive."""

    enabled = fields.Boolean(required=True)
    reason = fields.String(required=True, allow_none=True, validate=validate.OneOf((MAIL_BOUNCED,)))


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


class BillIssuedV1(AboutAnAccount):
    """A bill as it was sent on `billed_on`. `amount_due_cents` is what is due through `due_on` less credit, no fees."""

    bill_id = fields.String(required=True)
    billed_on = fields.Date(required=True)
    instalment_number = fields.Integer(required=True)
    due_on = fields.Date(required=True)
    instalment_cents = Cents(required=True, minimum=0)
    past_due_cents = Cents(required=True, minimum=0)
    fees_due_cents = Cents(required=True, minimum=0)
    credit_cents = Cents(required=True, minimum=0)
    amount_due_cents = Cents(required=True, minimum=0)


class PaymentDueSoonV1(AboutAnAccount):
    """So many days before `due_on`, what has to be paid by then.

    A reminder whose day was missed is told late: `days_before` names it still, `days_left` are the days that are left.
    `stands_for` names earlier ones of the same instalment that were missed too: this one is told in their place.
    """

    instalment_number = fields.Integer(required=True)
    due_on = fields.Date(required=True)
    days_before = fields.Integer(required=True, validate=validate.OneOf(REMINDER_DAYS))
    days_left = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(min=1))
    stands_for = fields.List(fields.Integer(validate=validate.OneOf(REMINDER_DAYS)), load_default=list)
    amount_due_cents = Cents(required=True, minimum=1)


class PaymentPastDueV1(AboutAnAccount):
    """At the end of `business_on`; `bucket_days` is the step that was reached.

    `delinquent_since_on` is the due date of the first instalment of the unbroken run that is still going on.
    """

    business_on = fields.Date(required=True)
    instalment_number = fields.Integer(required=True)
    due_on = fields.Date(required=True)
    days_past_due = fields.Integer(required=True, validate=validate.Range(min=1))
    bucket_days = fields.Integer(required=True, validate=validate.OneOf(BUCKET_DAYS))
    past_due_cents = Cents(required=True, minimum=0)
    delinquent_since_on = fields.Date(required=True)


class BusinessDayOpenedV1(Strict):
    business_on = fields.Date(required=True)


class BusinessDayClosedV1(Strict):
    """`payments_confirmed` says that what payments handed over that day was all in; else no late fee was assessed."""

    business_on = fields.Date(required=True)
    payments_confirmed = fields.Boolean(required=True)


payoff_quote_issued = Event(SOURCE, "payoff_quote_issued", 1, PayoffQuoteIssuedV1, handled=True)
"""A payoff was promised: that much money, effective in time, closes the account."""

payoff_quote_withdrawn = Event(SOURCE, "payoff_quote_withdrawn", 1, PayoffQuoteWithdrawnV1, handled=True)
"""A payoff that was promised can no longer be kept, and no money had come for it. Ask for a new quote."""

refund_due = Event(SOURCE, "refund_due", 1, RefundDueV1, handled=True)
"""More was paid than a paid-off account could take: the difference is owed to the customer and set aside."""

account_closed = Event(SOURCE, "account_closed", 1, AccountClosedV1, handled=True)
"""The money that paid an account off has settled: the account is closed for good."""


payment_reversed = Event(SOURCE, "payment_reversed", 1, PaymentReversedV1, handled=True)
"""A payment no longer counts: it was returned, or staff undid it. The standing is as had it never been."""

late_fee_assessed = Event(SOURCE, "late_fee_assessed", 1, LateFeeV1, handled=True)
"""An instalment was not paid within its grace. Told again when another amount stands, or the fee stands anew."""

late_fee_reversed = Event(SOURCE, "late_fee_reversed", 1, LateFeeV1, handled=True)
"""A late fee stands no more: money that came to light later was in time. The amount is what stood until now."""

fee_waived = Event(SOURCE, "fee_waived", 1, FeeWaivedV1, handled=True)
"""Staff gave up what was unpaid of a fee; or a servicemember is forgiven it, also what of it had been paid."""

schedule_changed = Event(SOURCE, "schedule_changed", 1, ScheduleChangedV1, handled=True)
"""The rate, the instalments or the due dates to come are not what they were."""


class LeaseExtendedV1(AboutAnAccount):
    """From `from_instalment` on there are `months` instalments more, each like the ones before."""

    months = fields.Integer(required=True)
    from_instalment = fields.Integer(required=True)
    maturity_on = fields.Date(required=True)


change_awaited = Event(SOURCE, "change_awaited", 1, ChangeAwaitedV1, promised=False, handled=True)
"""One of several parties, or staff, asked for a change that the others have to agree to."""

change_decided = Event(SOURCE, "change_decided", 1, ChangeDecidedV1, promised=False, handled=True)
"""A change that waited was made, declined or replaced, or its time is over."""

lease_extended = Event(SOURCE, "lease_extended", 1, LeaseExtendedV1, handled=True)
"""A lease goes on after its last instalment: bills and drafts follow the new ones."""

account_reopened = Event(SOURCE, "account_reopened", 1, AccountReopenedV1, handled=True)
"""A loan that was paid off, or closed, owes again, because the payment named was undone."""

statement_issued = Event(SOURCE, "statement_issued", 1, StatementIssuedV1, handled=True)
"""A statement is there to be read. It never changes; what is learnt later is shown on the next one."""

paperless_changed = Event(SOURCE, "paperless_changed", 1, PaperlessChangedV1, handled=True)
"""Statements come without paper from now on, or on paper again."""


class AccountFlaggedV1(AboutAnAccount):
    """`through_on` is the last day for which the flag counts, null where none is known."""

    kind = fields.String(required=True, validate=validate.OneOf(FLAG_KINDS))
    from_on = fields.Date(required=True)
    through_on = fields.Date(required=True, allow_none=True)


class AccountUnflaggedV1(AboutAnAccount):
    kind = fields.String(required=True, validate=validate.OneOf(FLAG_KINDS))
    cleared_on = fields.Date(required=True)


account_flagged = Event(SOURCE, "account_flagged", 1, AccountFlaggedV1, promised=False, handled=True)
"""Staff set a flag: some fees and messages stop. Nobody's business but ours."""

account_unflagged = Event(SOURCE, "account_unflagged", 1, AccountUnflaggedV1, promised=False, handled=True)
"""A flag was cleared, or has come to its end."""


class AccountAcceleratedV1(AboutAnAccount):
    accelerated_on = fields.Date(required=True)


class AccountChargedOffV1(AboutAnAccount):
    """The three parts, given up in the books and still owed by the customer, add up to the amount."""

    charged_off_on = fields.Date(required=True)
    amount_cents = Cents(required=True, minimum=0)
    interest_cents = Cents(required=True, minimum=0)
    principal_cents = Cents(required=True, minimum=0)
    fees_cents = Cents(required=True, minimum=0)


account_accelerated = Event(SOURCE, "account_accelerated", 1, AccountAcceleratedV1, promised=False, handled=True)
"""The whole balance of a loan was called due; no late fee is charged from then on."""

account_charged_off = Event(SOURCE, "account_charged_off", 1, AccountChargedOffV1, promised=False, handled=True)
"""What an account owes is no longer counted on: it takes no payments online, and what still comes is recovery."""


class TitleReleasedV1(AboutAnAccount):
    released_on = fields.Date(required=True)


title_released = Event(SOURCE, "title_released", 1, TitleReleasedV1, promised=False, handled=True)
"""The title of a loan's vehicle went out to its owner."""


class FurnishingCorrectedV1(AboutAnAccount):
    """`version` of that month's facts counts from now on."""

    month_end_on = fields.Date(required=True)
    version = fields.Integer(required=True)


furnishing_corrected = Event(SOURCE, "furnishing_corrected", 1, FurnishingCorrectedV1, promised=False)
"""Staff corrected what was furnished of an account for a month; no later run undoes that."""

bill_issued = Event(SOURCE, "bill_issued", 1, BillIssuedV1, handled=True)
"""The bill of an instalment: what is to be paid by its due date. Of an instalment paid already it asks for nothing."""

payment_due_soon = Event(SOURCE, "payment_due_soon", 1, PaymentDueSoonV1, handled=True)
"""An instalment falls due in 10, 7, 5, 3 or 1 days, and something of it is unpaid."""

payment_past_due = Event(SOURCE, "payment_past_due", 1, PaymentPastDueV1, handled=True)
"""The oldest unpaid instalment is 1, 30, 60, 90 or 120 days late; told once for each step of an unbroken run."""

business_day_opened = Event(SOURCE, "business_day_opened", 1, BusinessDayOpenedV1, promised=False, handled=True)
"""A business day begins: bills go out, and payments draws what is due. Days open one by one, weekends too."""

business_day_closed = Event(SOURCE, "business_day_closed", 1, BusinessDayClosedV1, handled=True)
"""Nothing more happens on that business day: its fees are assessed and what is late is marked."""
