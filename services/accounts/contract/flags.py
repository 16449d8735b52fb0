"""Flags that staff set on an account: what each one stops is decided where fees and messages are."""

from marshmallow import fields, validate

from chassis.schemas import Instant, Strict, Text
from services.accounts.contract.schemas import REASON_LENGTH_MAX, OneAccount, Standing

FLAG_KINDS = ("servicemember", "bankruptcy", "deceased", "dispute", "cease_contact")


class SetAccountFlag(OneAccount):
    """`from_on` may lie back; `through_on` is the last day, where one is known. One of a kind stands at a time.

    A servicemember's is set from the day of the call-up: a loan that was made before bears at most 6 % from then on.
    """

    kind = fields.String(required=True, validate=validate.OneOf(FLAG_KINDS))
    from_on = fields.Date(required=True)
    through_on = fields.Date(load_default=None, allow_none=True)
    note = Text(required=True, longest=REASON_LENGTH_MAX)


class ClearAccountFlag(OneAccount):
    """`cleared_on` is the first day on which it does not count any more; today where it is left out."""

    kind = fields.String(required=True, validate=validate.OneOf(FLAG_KINDS))
    cleared_on = fields.Date(load_default=None, allow_none=True)
    note = Text(required=True, longest=REASON_LENGTH_MAX)


class ListAccountFlags(OneAccount):
    pass


class AccountFlag(Strict):
    """A flag as it was set; the last four are null while it stands. `stops_fees` names the fees that it stops."""

    id = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(FLAG_KINDS))
    from_on = fields.Date(required=True)
    through_on = fields.Date(required=True, allow_none=True)
    note = fields.String(required=True)
    stops_fees = fields.List(fields.String(), required=True)
    set_by = fields.String(required=True)
    set_at = Instant(required=True)
    cleared_on = fields.Date(required=True, allow_none=True)
    cleared_by = fields.String(required=True, allow_none=True)
    clearing_note = fields.String(required=True, allow_none=True)
    cleared_at = Instant(required=True, allow_none=True)


class AccountFlags(Strict):
    """Newest first, those that were cleared too."""

    data = fields.List(fields.Nested(AccountFlag), required=True)


class FlaggedAccount(Strict):
    """The flag, and the account after it."""

    account_id = fields.String(required=True)
    flag = fields.Nested(AccountFlag, required=True)
    standing = fields.Nested(Standing, required=True)
