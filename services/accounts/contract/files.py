"""What staff see of an account: found by what a caller on the telephone can say, and whole."""

from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from chassis.schemas import Cents, Strict, Text
from services.accounts.contract.flags import AccountFlag
from services.accounts.contract.schemas import Account, OneAccount, Vehicle
from services.accounts.contract.titles import TitleRelease

FOUND_MAX = 25
SOUGHT_BY = ("account_number", "vin", "source_ref", "last_name")


class SearchAccounts(Strict):
    """Exactly one of account_number, vin, source_ref and last_name, in full.

    A name is found however it is written: case, accents, spaces and signs do not count. Beside a last name,
    `first_name` may give the beginning of the first one.
    """

    account_number = Text(load_default=None, allow_none=True, longest=64)
    vin = Text(load_default=None, allow_none=True, longest=17)
    source_ref = Text(load_default=None, allow_none=True, longest=200)
    last_name = Text(load_default=None, allow_none=True, longest=80)
    first_name = Text(load_default=None, allow_none=True, longest=80)

    @validates_schema
    def one_of_them(self, data: dict[str, Any], **_: Any) -> None:
        if sum(data.get(name) is not None for name in SOUGHT_BY) != 1:
            raise ValidationError(f"Give exactly one of {', '.join(SOUGHT_BY)}.", SOUGHT_BY[0])
        if data.get("first_name") is not None and data.get("last_name") is None:
            raise ValidationError("A first name is only looked for beside a last name.", "first_name")


class Party(Strict):
    """Who owes, to be asked on the telephone who they are; the last four digits are never shown."""

    role = fields.String(required=True)
    first_name = fields.String(required=True)
    last_name = fields.String(required=True)


class FoundAccount(Strict):
    id = fields.String(required=True)
    account_number = fields.String(required=True)
    product = fields.String(required=True)
    status = fields.String(required=True)
    state = fields.String(required=True, allow_none=True)
    vehicle = fields.Nested(Vehicle, required=True)
    parties = fields.List(fields.Nested(Party), required=True)


class FoundAccounts(Strict):
    """At most 25, newest first: a vehicle may have been financed more than once, and a name borne by many."""

    data = fields.List(fields.Nested(FoundAccount), required=True)


class GetAccountFile(OneAccount):
    pass


class AccountFile(Strict):
    """The customer's view, and beside it what only staff see.

    `flags` are those that stand. `charged_off_cents` is what was given up in the books, `recovered_cents` what has come
    back of it. `title` is null unless the account is closed on good funds.
    """

    account = fields.Nested(Account, required=True)
    source_ref = fields.String(required=True)
    issuer = fields.String(required=True)
    state = fields.String(required=True, allow_none=True)
    opened_on = fields.Date(required=True, allow_none=True)
    closed_on = fields.Date(required=True, allow_none=True)
    is_accelerated = fields.Boolean(required=True)
    charged_off_cents = Cents(required=True, minimum=0)
    recovered_cents = Cents(required=True, minimum=0)
    annual_rate_percent = fields.String(required=True, allow_none=True)
    parties = fields.List(fields.Nested(Party), required=True)
    flags = fields.List(fields.Nested(AccountFlag), required=True)
    title = fields.Nested(TitleRelease, required=True, allow_none=True)
