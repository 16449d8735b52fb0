"""Forgotten passwords and user IDs, and changing a password."""

from marshmallow import fields

from chassis.schemas import Strict, Text
from services.identity.contract.schemas import Email, Secret


class RequestPasswordReset(Strict):
    """Ask for a link to a new password, mailed to the address on file."""

    email = Email(required=True)


class RequestUserIdReminder(Strict):
    """Ask for the user ID, mailed to the address on file."""

    email = Email(required=True)


class Recovery(Strict):
    """The same for everybody: whether the address is known shows only in the mailbox."""

    status = fields.String(required=True)


class JudgePassword(Strict):
    """A password that somebody thinks of taking, with what it must not hold."""

    password = Secret(required=True)
    email = Email(load_default=None, allow_none=True)
    user_id = Text(load_default=None, allow_none=True, longest=254)


class JudgedPassword(Strict):
    """`strength` is weak, fair or strong. Where it is not acceptable, `code` and `detail` say why."""

    is_acceptable = fields.Boolean(required=True)
    strength = fields.String(required=True)
    code = fields.String(required=True, allow_none=True)
    detail = fields.String(required=True, allow_none=True)


class ResetPassword(Strict):
    """`token` is the one in the mailed link."""

    token = Text(required=True, longest=200)
    password = Secret(required=True)


class ChangePassword(Strict):
    """`password` is the one that is used now."""

    password = Secret(required=True)
    new_password = Secret(required=True)
