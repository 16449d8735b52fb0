"""Second factors: adding one, answering for one, and doing without one that is lost."""

from marshmallow import fields, validate

from chassis.schemas import Instant, Strict, Text
from services.identity.contract.schemas import Secret

KINDS = ("totp", "text")


class Code(Text):
    """What a person types: six digits of an app or a text, or a recovery code, with or without its hyphens."""

    def __init__(self) -> None:
        super().__init__(required=True, shortest=6, longest=40)


class SecondFactorAsked(Strict):
    """The password was right; `challenge_id` and a code open the session. `methods` says which codes are taken."""

    mfa_required = fields.Boolean(required=True)
    challenge_id = fields.String(required=True)
    methods = fields.List(fields.String(), required=True)


class SignIn(Strict):
    """Either the tokens of a session, or the challenge to be passed first."""

    access_token = fields.String()
    token_type = fields.String()
    expires_in = fields.Integer()
    refresh_token = fields.String()
    mfa_required = fields.Boolean()
    challenge_id = fields.String()
    methods = fields.List(fields.String())


class PassChallenge(Strict):
    challenge_id = Text(required=True, longest=200)
    code = Code()


class TextChallenge(Strict):
    """Have a code texted for this challenge."""

    challenge_id = Text(required=True, longest=200)


class Texted(Strict):
    """To which number, as far as it is shown."""

    phone_masked = fields.String(required=True)


class StepUp(Strict):
    """`code` for who has a second factor, else `password`."""

    password = Secret(load_default=None, allow_none=True)
    code = Text(load_default=None, allow_none=True, shortest=6, longest=40)


class SteppedUp(Strict):
    """The session's new access token. The refresh token stays as it is."""

    access_token = fields.String(required=True)
    token_type = fields.String(required=True)
    expires_in = fields.Integer(required=True)


class AddFactor(Strict):
    """`totp`: codes of an app. `text`: codes to the telephone number on file."""

    kind = fields.String(required=True, validate=validate.OneOf(KINDS))


class FactorAdded(Strict):
    """It counts once a code of it was confirmed. An app learns `secret` from `qr_svg`, or from `uri`, or by hand."""

    id = fields.UUID(required=True)
    kind = fields.String(required=True)
    secret = fields.String(required=True, allow_none=True)
    uri = fields.String(required=True, allow_none=True)
    qr_svg = fields.String(required=True, allow_none=True)
    phone_masked = fields.String(required=True, allow_none=True)


class ConfirmFactor(Strict):
    factor_id = fields.UUID(required=True)
    code = Code()


class RecoveryCodes(Strict):
    """Each works once in place of the second factor. They are shown now and never again; empty where there are some."""

    recovery_codes = fields.List(fields.String(), required=True)


class RemoveFactor(Strict):
    factor_id = fields.UUID(required=True)


class Factor(Strict):
    id = fields.UUID(required=True)
    kind = fields.String(required=True)
    phone_masked = fields.String(required=True, allow_none=True)
    confirmed_at = Instant(required=True)


class SecondFactors(Strict):
    """`mfa_enabled`: signing in with the password asks for one of them."""

    mfa_enabled = fields.Boolean(required=True)
    factors = fields.List(fields.Nested(Factor), required=True)
    recovery_codes_left = fields.Integer(required=True)
