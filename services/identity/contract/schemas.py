"""The requests identity takes and the replies it gives."""

import re
from typing import Any

from email_validator import EmailNotValidError, validate_email
from marshmallow import ValidationError, fields, validate

from chassis.schemas import Instant, Strict, Text
from services.notifications.contract.schemas import LANGUAGES

PASSWORD_INPUT_LENGTH_MAX = 1024
SESSIONS_LISTED_MAX = 100
ACCOUNTS_ASKED_MAX = 50


class Email(fields.String):
    """An e-mail address in its plain form: ASCII, lower case. Whether it exists is shown by the mail we send."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:
        text = super()._deserialize(value, attr, data, **options)
        try:
            found = validate_email(text or "", check_deliverability=False, allow_smtputf8=False)
        except EmailNotValidError as error:
            raise ValidationError("Must be an e-mail address, such as jane@example.com.") from error
        return (found.ascii_email or found.normalized).lower()


class Secret(fields.String):
    """Text that is only hashed; the limit is against floods, the rules for new passwords are narrower."""

    def __init__(self, **options: Any) -> None:
        super().__init__(validate=validate.Length(min=1, max=PASSWORD_INPUT_LENGTH_MAX), **options)


def _pattern(expression: str, sentence: str) -> validate.Regexp:
    return validate.Regexp(re.compile(rf"(?:{expression})\Z"), error=sentence)


def _account_number() -> fields.String:
    """As wide as accounts' own numbers, which come from many lenders."""
    shape = _pattern(r" *[A-Za-z0-9][A-Za-z0-9+/=_.-]{2,59} *", "Must be an account number as our letters show it.")
    return fields.String(required=True, validate=shape)


class Register(Strict):
    """`language` is that of our messages; without it the browser's counts (Accept-Language), else English."""

    account_number = _account_number()
    first_name = Text(required=True, longest=100)
    last_name = Text(required=True, longest=100)
    email = Email(required=True)
    ssn_last4 = fields.String(required=True, validate=_pattern("[0-9]{4}", "Must be the last four digits."))
    password = Secret(required=True)
    user_id = Text(load_default=None, allow_none=True, longest=254)
    accepted_terms = Text(required=True, longest=40)
    language = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(LANGUAGES))


class CreateAgent(Strict):
    """A new member of staff, who signs in with `user_id`, or else with the e-mail address."""

    email = Email(required=True)
    first_name = Text(required=True, longest=100)
    last_name = Text(required=True, longest=100)
    password = Secret(required=True)
    user_id = Text(load_default=None, allow_none=True, longest=254)


class Registration(Strict):
    """The same for everybody: whether anything matched shows only in the mailbox."""

    status = fields.String(required=True)


class LinkAccount(Strict):
    """Claim another account, as the person who has signed in."""

    account_number = _account_number()
    ssn_last4 = fields.String(required=True, validate=_pattern("[0-9]{4}", "Must be the last four digits."))


class VerifyEmail(Strict):
    token = Text(required=True, longest=200)


class OpenSession(Strict):
    user_id = Text(required=True, longest=254)
    password = Secret(required=True)
    device = Text(load_default=None, allow_none=True, longest=200)


class OpenedSession(Strict):
    """`expires_in` is the life of the access token in seconds."""

    access_token = fields.String(required=True)
    token_type = fields.String(required=True)
    expires_in = fields.Integer(required=True)
    refresh_token = fields.String(required=True)


class RefreshSession(Strict):
    refresh_token = Text(required=True, longest=200)


class CloseSession(Strict):
    """A session id, or `current` for the one the request came with."""

    session_id = Text(required=True, longest=40)


class ListSessions(Strict):
    limit = fields.Integer(load_default=20, strict=True, validate=validate.Range(min=1, max=SESSIONS_LISTED_MAX))
    cursor = fields.UUID(load_default=None, allow_none=True)


class Session(Strict):
    id = fields.UUID(required=True)
    device = fields.String(required=True, allow_none=True)
    opened_at = Instant(required=True)
    last_used_at = Instant(required=True)
    expires_at = Instant(required=True)
    is_current = fields.Boolean(required=True)


class Sessions(Strict):
    data = fields.List(fields.Nested(Session), required=True)
    next_cursor = fields.UUID(required=True, allow_none=True)


class LinkedAccount(Strict):
    id = fields.UUID(required=True)
    role = fields.String(required=True)
    account_last4 = fields.String(required=True)


class MailingAddress(Strict):
    """Where letters go, in the United States. `postal_code` is five digits, or five and four."""

    line_1 = Text(required=True, longest=100)
    line_2 = Text(load_default=None, allow_none=True, longest=100)
    city = Text(required=True, longest=60)
    state = fields.String(required=True, validate=_pattern("[A-Z]{2}", "Must be two capital letters, such as TX."))
    postal_code = fields.String(
        required=True, validate=_pattern("[0-9]{5}(?:-[0-9]{4})?", "Must be a ZIP code, such as 75265 or 75265-0805.")
    )


class ChangedProfile(Strict):
    """What changes. `mailing_address` is replaced whole, or removed by null; `language` is that of our messages.

    `email` and `phone` (international form; null removes it) change once both their ends have agreed: the new one and
    the one before it are written to, by a link in a mail or a code in a text.
    """

    first_name = Text(longest=100)
    last_name = Text(longest=100)
    mailing_address = fields.Nested(MailingAddress, allow_none=True)
    language = fields.String(validate=validate.OneOf(LANGUAGES))
    email = Email(allow_none=True)
    phone = fields.String(allow_none=True)


class ProveCode(Strict):
    """The six digits of a text."""

    code = fields.String(required=True, validate=_pattern("[0-9]{6}", "Must be the six digits of the text."))


class UpdateMe(ChangedProfile):
    """`if_versions`: the change is made only to one of these versions of the profile."""

    if_versions = fields.List(fields.Integer(strict=True), required=True, validate=validate.Length(max=20))


class Me(Strict):
    """The person who asks. `user_id` is what they sign in with, `phone_masked` shows the last four digits.

    `pending_email` and `pending_phone_masked` are what they will be once both ends have agreed. `version` is another
    one after every change that the person made.
    """

    id = fields.UUID(required=True)
    user_id = fields.String(required=True)
    email = fields.String(required=True)
    email_verified = fields.Boolean(required=True)
    first_name = fields.String(required=True)
    last_name = fields.String(required=True)
    phone_masked = fields.String(required=True, allow_none=True)
    pending_email = fields.String(required=True, allow_none=True)
    pending_phone_masked = fields.String(required=True, allow_none=True)
    mailing_address = fields.Nested(MailingAddress, required=True, allow_none=True)
    language = fields.String(required=True)
    version = fields.Integer(required=True)
    accounts = fields.List(fields.Nested(LinkedAccount), required=True)


class SigningKeys(Strict):
    """A JWK set (RFC 7517), public parts only."""

    keys = fields.List(fields.Dict(), required=True)


class ListAccountHolders(Strict):
    """Staff ask who may act on an account online."""

    account_id = fields.UUID(required=True)


class AccountHolder(Strict):
    user_id = fields.UUID(required=True)
    first_name = fields.String(required=True)
    last_name = fields.String(required=True)
    role = fields.String(required=True)


class AccountHolders(Strict):
    data = fields.List(fields.Nested(AccountHolder), required=True)


class ListMailingAddresses(Strict):
    """Staff ask where letters about accounts go, by what their holders told us online."""

    account_ids = fields.List(fields.UUID(), required=True, validate=validate.Length(max=ACCOUNTS_ASKED_MAX))


class HoldersAddress(Strict):
    account_id = fields.UUID(required=True)
    role = fields.String(required=True)
    mailing_address = fields.Nested(MailingAddress, required=True)


class HoldersAddresses(Strict):
    """Of holders who gave one; an account may be missing, and may be there twice."""

    data = fields.List(fields.Nested(HoldersAddress), required=True)
