"""Requests and replies of notifications; all of them are asked by services of ours, never by the outside."""

import re
from zoneinfo import ZoneInfo

from marshmallow import ValidationError, fields, validate

from chassis.schemas import Instant, Strict, Text, YesOrNo

ACCOUNTS_MAX = 100
EMAIL_LENGTH_MAX = 254
LINK_LENGTH_MAX = 2000
ABOUT_LENGTH_MAX = 500
SECURE_TEMPLATES = (
    "verify_email", "already_registered", "reset_password", "user_id_reminder", "password_changed", "new_sign_in",
    "confirm_new_email", "approve_contact_change", "contact_changed", "second_factor_changed", "approval_asked",
    "approval_decided",
)  # fmt: skip

SECURE_TEXTS = ("security_code",)

LANGUAGES = ("en", "es")
DEFAULT_LANGUAGE = "en"
"""English, as nearly all of our customers have it who have said nothing."""

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_LAST4 = re.compile(r"[0-9A-Za-z]{1,4}")


def _is_telephone_number(value: str) -> None:
    if not _E164.fullmatch(value):
        raise ValidationError("Must be a telephone number in international form, such as +12125552368.")


def _is_account_ending(value: str) -> None:
    if not _LAST4.fullmatch(value):
        raise ValidationError("Must be the last one to four letters or digits of the account number.")


def _is_time_zone(value: str) -> None:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError) as error:
        raise ValidationError("Must be the name of a time zone, such as America/Denver.") from error


def _language() -> fields.String:
    """The language in which a person is written to."""
    return fields.String(load_default=DEFAULT_LANGUAGE, validate=validate.OneOf(LANGUAGES))


def _email() -> fields.Email:
    return fields.Email(required=True, validate=validate.Length(max=EMAIL_LENGTH_MAX))


class ContactAccount(Strict):
    """An account the person may hear about, and how it is named to them."""

    id = fields.UUID(required=True)
    last4 = fields.String(required=True, validate=_is_account_ending)


class MailingPlace(Strict):
    """What of a mailing address says by which clock a person lives."""

    state = fields.String(required=True, validate=validate.Regexp(re.compile(r"[A-Z]{2}\Z")))
    postal_code = fields.String(required=True, validate=validate.Regexp(re.compile(r"[0-9]{5}(-[0-9]{4})?\Z")))


class PutContact(Strict):
    """A person as identity knows them now: it replaces what was known here, the list of accounts included.

    `version` is the sequence of identity's event that asks for it; an older one changes nothing. `time_zone` is the
    person's own word; without it the zones that fit `mailing_place` count.
    """

    version = fields.Integer(required=True, strict=True, validate=validate.Range(min=1))
    user_id = fields.UUID(required=True)
    email = _email()
    phone = fields.String(load_default=None, allow_none=True, validate=_is_telephone_number)
    first_name = Text(required=True, longest=100)
    sms_consent = YesOrNo(required=True)
    time_zone = fields.String(load_default=None, allow_none=True, validate=_is_time_zone)
    language = _language()
    mailing_place = fields.Nested(MailingPlace, load_default=None, allow_none=True)
    accounts = fields.List(fields.Nested(ContactAccount), required=True, validate=validate.Length(max=ACCOUNTS_MAX))


class SendSecureMail(Strict):
    """A mail about somebody's access, to an address that need not belong to a contact yet.

    `about` is the one fact that the words of some templates name: a user ID, a device, what a change does. `user_id`
    says whose access it is: what holds no secret link lies in that person's inbox too.
    """

    user_id = fields.UUID(load_default=None, allow_none=True)
    template = fields.String(required=True, validate=validate.OneOf(SECURE_TEMPLATES))
    to_email = _email()
    first_name = Text(required=True, longest=100)
    link = fields.Url(
        required=True, schemes={"http", "https"}, require_tld=False, validate=validate.Length(max=LINK_LENGTH_MAX)
    )
    about = Text(load_default=None, allow_none=True, longest=ABOUT_LENGTH_MAX)
    language = _language()


class SendSecureText(Strict):
    """A text with a code that somebody waits for, to a number that need not belong to a contact yet."""

    template = fields.String(required=True, validate=validate.OneOf(SECURE_TEXTS))
    to_phone = fields.String(required=True, validate=_is_telephone_number)
    code = fields.String(required=True, validate=validate.Regexp(re.compile(r"[0-9]{6}\Z")))
    language = _language()


class RecordMailEvents(Strict):
    """SendGrid's event webhook as it came: the body byte for byte, and the two headers that sign it."""

    body = fields.String(required=True)
    signature = fields.String(required=True)
    timestamp = fields.String(required=True)


class RecordTextStatus(Strict):
    """Twilio's status callback as it came: the address it was sent to, the form byte for byte, and its signature."""

    url = fields.String(required=True)
    body = fields.String(required=True)
    signature = fields.String(required=True)


class RecordInboundText(Strict):
    """A text that somebody sent to our number, as Twilio posts it: the form byte for byte, and its signature."""

    url = fields.String(required=True)
    body = fields.String(required=True)
    signature = fields.String(required=True)


class QueuedMessage(Strict):
    """The message that will go out."""

    message_id = fields.UUID(required=True)


class ListMessages(Strict):
    """What one person was told, or why not; newest first."""

    user_id = fields.UUID(required=True)
    limit = fields.Integer(load_default=50, strict=True, validate=validate.Range(min=1, max=100))
    cursor = fields.UUID(load_default=None, allow_none=True)


class MessageDecision(Strict):
    """One time that a message was decided: the rule that decided, and the facts that it rested on."""

    decided_at = Instant(required=True)
    rule = fields.String(required=True)
    goes = fields.Boolean(required=True)
    not_before = Instant(required=True, allow_none=True)
    facts = fields.Dict(keys=fields.String(), required=True)


class Message(Strict):
    """One message without its words: `reason` says why it may go, may not, or did not."""

    id = fields.UUID(required=True)
    account_id = fields.UUID(required=True, allow_none=True)
    channel = fields.String(required=True)
    template = fields.String(required=True)
    state = fields.String(required=True)
    reason = fields.String(required=True)
    created_at = Instant(required=True)
    sent_at = Instant(required=True, allow_none=True)
    delivered_at = Instant(required=True, allow_none=True)
    decisions = fields.List(fields.Nested(MessageDecision), required=True)


class Messages(Strict):
    """A page of messages."""

    data = fields.List(fields.Nested(Message), required=True)
    next_cursor = fields.UUID(required=True, allow_none=True)
