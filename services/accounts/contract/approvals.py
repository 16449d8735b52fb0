"""Changes of an account that are made once everybody who signed for it has agreed."""

from marshmallow import fields, validate

from chassis.schemas import Instant, Strict, Text
from services.accounts.contract.schemas import OneAccount

APPROVAL_KINDS = ("due_date_change", "deferment")
# What is under way is named like an extension of a lease: it waits, is made, or is off.
WAITING, MADE, DECLINED = "offered", "accepted", "withdrawn"
LAPSED, REPLACED = "lapsed", "replaced"
OUTCOMES = (MADE, DECLINED, LAPSED, REPLACED)


class AwaitedChange(Strict):
    """One change that waits. `parties` must all agree by the end of `decide_by_on`, or nothing changes.

    Where several have one role, the second is `co_borrower_2`, and each of them is waited for. `awaits_you`: the caller
    has not agreed yet. Staff who look are not waited for.
    """

    id = fields.UUID(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(APPROVAL_KINDS))
    account_id = fields.UUID(required=True)
    summary = fields.String(required=True)
    parties = fields.List(fields.String(), required=True)
    agreed = fields.List(fields.String(), required=True)
    awaits_you = fields.Boolean(required=True)
    asked_at = Instant(required=True)
    decide_by_on = fields.Date(required=True)


class AwaitedChanges(Strict):
    data = fields.List(fields.Nested(AwaitedChange), required=True)


class DecideChange(OneAccount):
    """Agreeing to a change that waits, or declining it; `kind` is the one that it was listed with."""

    approval_id = Text(required=True, longest=64)
    kind = fields.String(required=True, validate=validate.OneOf(APPROVAL_KINDS))


class DecidedChange(Strict):
    """`status`: it still waits (`offered`), is made (`accepted`), or is off (`withdrawn`)."""

    id = fields.UUID(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(APPROVAL_KINDS))
    status = fields.String(required=True, validate=validate.OneOf((WAITING, MADE, DECLINED)))
