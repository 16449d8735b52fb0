"""Moving due dates: what is asked, and what a move does, shown before it is made and after."""

from marshmallow import fields, validate

from chassis.schemas import Cents, Strict, YesOrNo
from services.accounts.contract.approvals import AwaitedChange
from services.accounts.contract.schemas import OneAccount, ScheduleRow

CHANGE_KINDS = ("due_date_change", "deferment")
DUE_DAY_MAX = 28
MONTHS_MAX = 12


class _AnybodysMove(OneAccount):
    """`all_parties_agreed` is for staff, who then have everybody's word; of customers each agrees for themselves."""

    all_parties_agreed = YesOrNo(load_default=False)


class PreviewDueDateChange(OneAccount):
    due_day = fields.Integer(required=True, strict=True, validate=validate.Range(min=1, max=DUE_DAY_MAX))


class PreviewDeferment(OneAccount):
    months = fields.Integer(required=True, strict=True, validate=validate.Range(min=1, max=MONTHS_MAX))


class ChangeDueDate(_AnybodysMove):
    """From the next instalment that may move, payments fall due on `due_day`, never earlier than before."""

    due_day = fields.Integer(required=True, strict=True, validate=validate.Range(min=1, max=DUE_DAY_MAX))


class DeferPayments(_AnybodysMove):
    """From the next instalment that may move, every due date is `months` later, and maturity with them."""

    months = fields.Integer(required=True, strict=True, validate=validate.Range(min=1, max=MONTHS_MAX))


class ExpectedDraft(Strict):
    """What a draft of the amount due takes of an instalment, where autopay is on; `due_on_before` is without the move.

    The day of a draft is the due date less the days that the enrolment names.
    """

    instalment_number = fields.Integer(required=True)
    due_on = fields.Date(required=True)
    due_on_before = fields.Date(required=True)
    amount_cents = Cents(required=True, minimum=0)


class ScheduleChange(Strict):
    """What a move of due dates does; with `is_preview` nothing has moved.

    `approval`: others have to agree first (GET /v1/me/approvals). The figures are what the move does then; it is made
    with the last agreement, and never for more interest than is shown here.

    `added_interest_cents` is what today's principal costs from the old due date of the first moved instalment to the
    new one, with the arithmetic in `explanation`; the interest to come is that of the whole schedule, each instalment
    paid on its due date. The moved instalments are not late, and are reported to credit bureaus as current, while
    they wait. A lease bears no interest for waiting.
    """

    account_id = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(CHANGE_KINDS))
    is_preview = fields.Boolean(required=True)
    from_instalment = fields.Integer(required=True)
    due_on_before = fields.Date(required=True)
    due_on = fields.Date(required=True)
    maturity_on_before = fields.Date(required=True)
    maturity_on = fields.Date(required=True)
    added_interest_cents = Cents(required=True, minimum=0)
    interest_to_come_before_cents = Cents(required=True, minimum=0)
    interest_to_come_cents = Cents(required=True, minimum=0)
    explanation = fields.Dict(required=True)
    schedule = fields.List(fields.Nested(ScheduleRow), required=True)
    next_drafts = fields.List(fields.Nested(ExpectedDraft), required=True)
    approval = fields.Nested(AwaitedChange, required=True, allow_none=True)
