"""Statements: what is asked and what is shown. An issued one never changes; a later one shows what was corrected."""

from typing import Any

from marshmallow import fields, validate

from chassis.schemas import Cents, Instant, Strict, Text
from services.accounts.contract.payoff import MailTo
from services.accounts.contract.schemas import PRODUCTS, Allocation, OneAccount

MONTHLY, YEAR_END_INTEREST = "monthly", "year_end_interest"
STATEMENT_KINDS = (MONTHLY, YEAR_END_INTEREST)
ELECTRONIC, PAPER = "electronic", "paper"
DELIVERIES = (ELECTRONIC, PAPER)
LISTED_MAX = 100
PDF_MEDIA = "application/pdf"


class IssueStatement(OneAccount):
    """The account's statement of today; the one there is where today's was issued before."""


class IssueInterestSummary(OneAccount):
    """The interest paid in a calendar year that has ended."""

    year = fields.Integer(required=True, strict=True, validate=validate.Range(min=2000, max=2999))


class ListStatements(OneAccount):
    limit = fields.Integer(load_default=25, strict=True, validate=validate.Range(min=1, max=LISTED_MAX))
    cursor = Text(load_default=None, allow_none=True, longest=64)


class GetStatement(OneAccount):
    statement_id = Text(required=True, longest=64)


class IssuedStatement(Strict):
    """A statement without its contents.

    `revision` above 1 is a year-end summary that was issued anew, because a payment of that year was corrected later.
    """

    id = fields.String(required=True)
    account_id = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(STATEMENT_KINDS))
    revision = fields.Integer(required=True)
    statement_on = fields.Date(required=True)
    period_from_on = fields.Date(required=True)
    period_to_on = fields.Date(required=True)
    delivery = fields.String(required=True, validate=validate.OneOf(DELIVERIES))
    amount_due_cents = Cents(required=True, allow_none=True)
    due_on = fields.Date(required=True, allow_none=True)
    issued_at = Instant(required=True)


class IssuedStatements(Strict):
    data = fields.List(fields.Nested(IssuedStatement), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class StoredDate(fields.Date):
    """A date inside a stored document, where it is text already."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **options: Any) -> Any:
        return value if isinstance(value, str) else super()._serialize(value, attr, obj, **options)


class Lender(Strict):
    name = fields.String(required=True)
    phone = fields.String(required=True)


class Balances(Strict):
    """What was posted: `total_cents` is principal, interest and fees less the customer's credit.

    Of a lease, principal is the lease balance and interest the rent charge and tax that have come due.
    """

    principal_cents = Cents(required=True)
    interest_cents = Cents(required=True)
    fees_cents = Cents(required=True)
    credit_cents = Cents(required=True)
    total_cents = Cents(required=True)


class StatementLine(Strict):
    """One event of the account with its arithmetic, and what it has moved since the statement before.

    `corrects` says that an earlier statement had shown it otherwise; `moved` is then the difference. `explanation`
    holds days, per diem, rate and the steps of the waterfall as data, and as `sentence` in words.
    """

    transaction_id = fields.String(required=True, allow_none=True)
    kind = fields.String(required=True)
    effective_on = StoredDate(required=True)
    payment_id = fields.String(required=True, allow_none=True)
    method_type = fields.String(required=True, allow_none=True)
    method_last4 = fields.String(required=True, allow_none=True)
    amount_cents = Cents(required=True)
    allocation = fields.Nested(Allocation, required=True)
    instalments = fields.List(fields.Integer(), required=True)
    moved = fields.Nested(Balances, required=True)
    corrects = fields.Boolean(required=True)
    explanation = fields.Dict(required=True)


class Billed(Strict):
    """What the bill asked for. Fees are asked for beside the amount due, the credit is taken off it already."""

    instalment_number = fields.Integer(required=True)
    due_on = StoredDate(required=True)
    instalment_cents = Cents(required=True)
    past_due_cents = Cents(required=True)
    fees_due_cents = Cents(required=True)
    credit_cents = Cents(required=True)
    amount_due_cents = Cents(required=True)


class PaidInYear(Strict):
    """What payments effective in a calendar year have paid, from `since_on`: what came before is not known to us."""

    year = fields.Integer(required=True)
    since_on = StoredDate(required=True)
    interest_cents = Cents(required=True)
    principal_cents = Cents(required=True)
    fees_cents = Cents(required=True)


class PayoffHint(Strict):
    """What would have closed the loan on the day of the statement. No promise: ask for a quote."""

    payoff_cents = Cents(required=True)
    per_diem = fields.String(required=True)
    as_of_on = StoredDate(required=True)


class StatementVehicle(Strict):
    """The vehicle by what names it."""

    vin = fields.String(required=True, allow_none=True)
    year = fields.Integer(required=True, allow_none=True)
    make = fields.String(required=True, allow_none=True)
    model = fields.String(required=True, allow_none=True)


class Contract(Strict):
    """Of which account: the rate and the day count of a loan, None of a lease."""

    account_last4 = fields.String(required=True)
    product = fields.String(required=True, validate=validate.OneOf(PRODUCTS))
    vehicle = fields.Nested(StatementVehicle, required=True)
    annual_rate_percent = fields.String(required=True, allow_none=True)
    day_count = fields.String(required=True, allow_none=True)
    maturity_on = StoredDate(required=True)


class MonthlyStatement(Strict):
    """Opening balance, and every line's `moved`, of transactions and of adjustments, give the closing balance.

    `adjustments` are lines effective before this period. `bill` is None where no bill belongs to it, and
    `paid_ahead_instalments` counts instalments that are paid before their due date.
    """

    lender = fields.Nested(Lender, required=True)
    contract = fields.Nested(Contract, required=True)
    opening = fields.Nested(Balances, required=True)
    transactions = fields.List(fields.Nested(StatementLine), required=True)
    adjustments = fields.List(fields.Nested(StatementLine), required=True)
    closing = fields.Nested(Balances, required=True)
    bill = fields.Nested(Billed, required=True, allow_none=True)
    paid_ahead_instalments = fields.Integer(required=True)
    paid_in_years = fields.List(fields.Nested(PaidInYear), required=True)
    payoff = fields.Nested(PayoffHint, required=True, allow_none=True)
    mail_to = fields.Nested(MailTo, required=True)


class YearEndInterest(Strict):
    """Interest that payments effective in the calendar year have paid, whenever they were posted."""

    lender = fields.Nested(Lender, required=True)
    contract = fields.Nested(Contract, required=True)
    paid = fields.Nested(PaidInYear, required=True)
    payments = fields.Integer(required=True)
    rule = fields.String(required=True)


class Statement(IssuedStatement):
    """A statement as it was issued: its contents are in the field of its kind, the other one is null."""

    monthly = fields.Nested(MonthlyStatement, required=True, allow_none=True)
    year_end_interest = fields.Nested(YearEndInterest, required=True, allow_none=True)


class PrintedDocument(Strict):
    """A document as bytes, in base64: the bus carries text."""

    file_name = fields.String(required=True)
    media = fields.String(required=True)
    content_base64 = fields.String(required=True)
