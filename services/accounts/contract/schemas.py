"""The shapes of what accounts answers: requests are verb phrases, replies are nouns."""

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from chassis.schemas import Cents, Instant, Rate, Strict, Text

ACCOUNT_IDS_MAX = 100
PAGE_MAX = 100
REASON_LENGTH_MAX = 500

STATUSES = ("open", "paid_off", "closed", "charged_off")
PRODUCTS = ("loan", "lease")
FEE_KINDS = ("late_fee", "returned_payment_fee", "other_fee")
SCHEDULE_REASONS = ("rate_change", "due_date_change", "deferment")
REMINDER_DAYS = (10, 7, 5, 3, 1)
"""How many days before a due date a customer is reminded of it."""
BUCKET_DAYS = (1, 30, 60, 90, 120)
"""The first day past due of each bucket."""
TRANSACTION_KINDS = (
    "payment",
    "payment_held",
    "payment_reversed",
    "credit_used",
    *FEE_KINDS,
    "late_fee_reversed",
    "fee_waived",
    "rate_changed",
    "due_date_changed",
    "instalments_deferred",
    "accelerated",
    "bill",
    "payoff_drift",
    "charged_off",
    "recovery",
    "refund_due",
    "lease_ended",
    "lease_end_billed",
    "lease_extended",
)


class Standing(Strict):
    """What an account owes on the day it was asked, or told; the same in every event and in `get_standing`."""

    status = fields.String(required=True, validate=validate.OneOf(STATUSES))
    amount_due_cents = Cents(required=True, minimum=0)
    past_due_cents = Cents(required=True, minimum=0)
    next_due_on = fields.Date(required=True, allow_none=True)
    next_instalment_number = fields.Integer(required=True, allow_none=True)
    days_past_due = fields.Integer(required=True)
    payoff_ceiling_cents = Cents(required=True, minimum=0)
    payments_made = fields.Integer(required=True)


class OneAccount(Strict):
    account_id = Text(required=True, longest=64)


class GetAccount(OneAccount):
    pass


class GetSchedule(OneAccount):
    pass


class GetStanding(OneAccount):
    pass


class ReversePayment(OneAccount):
    payment_id = Text(required=True, longest=64)
    presentment_number = fields.Integer(load_default=1, strict=True, validate=validate.Range(min=1))
    reason = Text(required=True, longest=REASON_LENGTH_MAX)


class AssessLateFee(OneAccount):
    instalment_number = fields.Integer(required=True, strict=True, validate=validate.Range(min=1))


class AssessFee(OneAccount):
    """`fee_reference` is the caller's own name of what is charged for: one is charged once."""

    kind = fields.String(required=True, validate=validate.OneOf(("returned_payment_fee", "other_fee")))
    amount_cents = Cents(required=True, minimum=1)
    reason = Text(required=True, longest=REASON_LENGTH_MAX)
    fee_reference = Text(required=True, longest=64)


class WaiveFee(OneAccount):
    fee_id = Text(required=True, longest=64)
    reason = Text(required=True, longest=REASON_LENGTH_MAX)


class ChangeRate(OneAccount):
    """`payment_cents` from `from_instalment` on, where the instalments change too; both or none."""

    annual_rate_percent = Rate(required=True)
    effective_on = fields.Date(required=True)
    reason = fields.String(required=True, validate=validate.OneOf(("servicemember", "modification")))
    from_instalment = fields.Integer(load_default=None, allow_none=True, strict=True, validate=validate.Range(min=1))
    payment_cents = Cents(load_default=None, allow_none=True, minimum=1)


class ChargeOffAccount(OneAccount):
    """`balance_cents` confirms what the account owes today: who decides has seen it, on this account."""

    balance_cents = Cents(required=True, minimum=0)
    reason = Text(required=True, longest=REASON_LENGTH_MAX)


class AccelerateBalance(OneAccount):
    """`balance_cents` as for a charge-off."""

    balance_cents = Cents(required=True, minimum=0)
    reason = Text(required=True, longest=REASON_LENGTH_MAX)


class ChangedAccount(Strict):
    """The account after a command."""

    account_id = fields.String(required=True)
    standing = fields.Nested(Standing, required=True)


class ListAccounts(Strict):
    account_ids = fields.List(Text(longest=64), required=True, validate=validate.Length(max=ACCOUNT_IDS_MAX))


class ListTransactions(OneAccount):
    limit = fields.Integer(load_default=25, strict=True, validate=validate.Range(min=1, max=PAGE_MAX))
    cursor = Text(load_default=None, allow_none=True)


class GetBalancesAt(OneAccount):
    """Exactly one of the dates: what the books said at the end of a day, or what is known now of a day."""

    posted_on = fields.Date(load_default=None, allow_none=True)
    effective_on = fields.Date(load_default=None, allow_none=True)

    @validates_schema
    def one_date(self, data: dict[str, Any], **_: Any) -> None:
        if (data.get("posted_on") is None) == (data.get("effective_on") is None):
            raise ValidationError("Give posted_on or effective_on, and not both.", "posted_on")


class BalancesAt(Strict):
    """Receivables and the customer's credit on a day; `ledger` holds debits less credits of everything posted."""

    account_id = fields.String(required=True)
    posted_on = fields.Date(required=True, allow_none=True)
    effective_on = fields.Date(required=True, allow_none=True)
    principal_balance_cents = Cents(required=True)
    interest_receivable_cents = Cents(required=True)
    fees_due_cents = Cents(required=True)
    unapplied_cents = Cents(required=True)
    ledger = fields.Dict(keys=fields.String(), values=Cents(), required=True)


class MatchAccount(Strict):
    account_number = Text(required=True, longest=64)
    last_name = Text(required=True, longest=100)
    ssn_last4 = fields.String(required=True, validate=validate.Regexp(r"^[0-9]{4}\Z"))


class MatchedAccount(Strict):
    """Who the caller is to the account; every field but `matched` is None unless all three facts agree."""

    matched = fields.Boolean(required=True)
    account_id = fields.String(required=True, allow_none=True)
    account_last4 = fields.String(required=True, allow_none=True)
    party_id = fields.String(required=True, allow_none=True)
    role = fields.String(required=True, allow_none=True)
    first_name = fields.String(required=True, allow_none=True)
    last_name = fields.String(required=True, allow_none=True)
    phone = fields.String(required=True, allow_none=True)
    sms_consent = fields.Boolean(required=True)
    state = fields.String(required=True, allow_none=True)


class AccountStanding(Standing):
    """The standing, with what a projection of the account needs besides; `state` is the one whose law holds."""

    account_id = fields.String(required=True)
    product = fields.String(required=True, validate=validate.OneOf(PRODUCTS))
    account_last4 = fields.String(required=True)
    state = fields.String(load_default=None, allow_none=True)


class AsOf(Strict):
    """Up to which event of accounts about this account, and on which business date, a view is right."""

    sequence = fields.Integer(required=True)
    business_on = fields.Date(required=True)


class Vehicle(Strict):
    """The vehicle as reported; the weight is the manufacturer's gross vehicle weight rating."""

    vin = fields.String(required=True, allow_none=True)
    year = fields.Integer(required=True, allow_none=True)
    make = fields.String(required=True, allow_none=True)
    model = fields.String(required=True, allow_none=True)
    gross_weight_rating_pounds = fields.Integer(required=True, allow_none=True, dump_default=None)


class LastPayment(Strict):
    amount_cents = Cents(required=True)
    effective_on = fields.Date(required=True)


class Account(Strict):
    """The customer's view, as far as accounts knows it: payments adds what is pending and autopay."""

    id = fields.String(required=True)
    account_number = fields.String(required=True)
    product = fields.String(required=True, validate=validate.OneOf(PRODUCTS))
    status = fields.String(required=True, validate=validate.OneOf(STATUSES))
    vehicle = fields.Nested(Vehicle, required=True)
    principal_balance_cents = Cents(required=True)
    accrued_interest_cents = Cents(required=True)
    fees_due_cents = Cents(required=True)
    past_due_cents = Cents(required=True)
    amount_due_cents = Cents(required=True)
    payoff_ceiling_cents = Cents(required=True)
    unapplied_cents = Cents(required=True)
    next_due_on = fields.Date(required=True, allow_none=True)
    days_past_due = fields.Integer(required=True)
    grace_days = fields.Integer(required=True)
    last_day_without_late_fee_on = fields.Date(required=True, allow_none=True)
    last_payment = fields.Nested(LastPayment, required=True, allow_none=True)
    paperless = fields.Boolean(required=True)
    maturity_on = fields.Date(required=True)
    as_of = fields.Nested(AsOf, required=True)


class Accounts(Strict):
    data = fields.List(fields.Nested(Account), required=True)


class Allocation(Strict):
    """Where the money went; the five parts add up to the transaction's amount and what was written off."""

    interest_cents = Cents(required=True)
    principal_cents = Cents(required=True)
    tax_cents = Cents(required=True)
    fees_cents = Cents(required=True)
    unapplied_cents = Cents(required=True)


class Transaction(Strict):
    """One event of the account; `revision` above 1 says that an earlier event, found later, changed its split.

    `explanation` holds the arithmetic as data, and as `sentence` in words. `fee_id` is what a waiver names.
    """

    id = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(TRANSACTION_KINDS))
    payment_id = fields.String(required=True, allow_none=True)
    method_type = fields.String(required=True, allow_none=True)
    method_last4 = fields.String(required=True, allow_none=True)
    fee_id = fields.String(required=True, allow_none=True)
    effective_on = fields.Date(required=True)
    recorded_at = Instant(required=True)
    amount_cents = Cents(required=True)
    allocation = fields.Nested(Allocation, required=True)
    instalments = fields.List(fields.Integer(), required=True)
    revision = fields.Integer(required=True)
    explanation = fields.Dict(required=True)


class Transactions(Strict):
    data = fields.List(fields.Nested(Transaction), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class ScheduleRow(Strict):
    """One instalment to come; `paid_cents` is what it has received already. Advisory: the split follows real dates."""

    number = fields.Integer(required=True)
    due_on = fields.Date(required=True)
    payment_cents = Cents(required=True)
    paid_cents = Cents(required=True)
    interest_cents = Cents(required=True)
    principal_cents = Cents(required=True)
    tax_cents = Cents(required=True)
    balance_cents = Cents(required=True)
    is_past_due = fields.Boolean(required=True)


class Schedule(Strict):
    account_id = fields.String(required=True)
    product = fields.String(required=True)
    maturity_on = fields.Date(required=True)
    data = fields.List(fields.Nested(ScheduleRow), required=True)
    as_of = fields.Nested(AsOf, required=True)
