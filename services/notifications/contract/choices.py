"""What a person chooses, agrees to and reads: alerts by channel, consents, the inbox."""

from marshmallow import ValidationError, fields, validate, validates

from chassis.schemas import Instant, Strict, YesOrNo

CHANNELS = ("email", "sms", "inbox")
CONSENT_CHANNELS = ("sms",)
DUE_SOON_DAYS = (10, 7, 5, 3, 1)
ALERTS = (
    "payment_due_soon", "payment_confirmation", "payment_problem", "past_due", "late_fee", "statement_ready", "autopay",
    "autopay_draft", "payoff", "account_changes", "lease_end", "lease_disclosures", "conversation", "security",
)  # fmt: skip


class AlertCells(Strict):
    """The channels of one alert."""

    email = YesOrNo(required=True)
    sms = YesOrNo(required=True)
    inbox = YesOrNo(required=True)


class LockedCells(Strict):
    """The channels of one alert that nobody can change."""

    alert = fields.String(required=True, validate=validate.OneOf(ALERTS))
    channels = fields.List(fields.String(validate=validate.OneOf(CHANNELS)), required=True)


WantedMatrix = Strict.from_dict({alert: fields.Nested(AlertCells) for alert in ALERTS}, name="WantedMatrix")
AlertMatrix = Strict.from_dict(
    {alert: fields.Nested(AlertCells, required=True) for alert in ALERTS}, name="AlertMatrix"
)  # fmt: skip


class SmsConsentOffer(Strict):
    """The words to agree to before texts are sent."""

    version = fields.String(required=True)
    text = fields.String(required=True)


class TextsStanding(Strict):
    """Whether texts can go: `state` is `agreed`, `not_agreed`, `stopped` (by STOP), `number_fails` or `no_number`."""

    state = fields.String(required=True)
    number_masked = fields.String(required=True, allow_none=True)
    changed_at = Instant(required=True, allow_none=True)
    consent_offer = fields.Nested(SmsConsentOffer, required=True)


class MailStanding(Strict):
    """Whether mails arrive: `state` is `works`, `fails` (they come back) or `no_address`."""

    state = fields.String(required=True)


class Alerts(Strict):
    """What a person is told and how. A cell counts only as far as `texts` and `mails` allow."""

    version = fields.Integer(required=True)
    matrix = fields.Nested(AlertMatrix, required=True)
    locked = fields.List(fields.Nested(LockedCells), required=True)
    due_soon_days = fields.List(fields.Integer(), required=True)
    texts = fields.Nested(TextsStanding, required=True)
    mails = fields.Nested(MailStanding, required=True)


class PutAlerts(Strict):
    """What a person wants from now on. What is left out has its default."""

    matrix = fields.Nested(WantedMatrix, required=True)
    due_soon_days = fields.List(
        fields.Integer(strict=True, validate=validate.OneOf(DUE_SOON_DAYS)), validate=validate.Length(max=5)
    )

    @validates("due_soon_days")
    def _each_once(self, days: list[int], **_: object) -> None:
        if len(set(days)) < len(days):
            raise ValidationError("Name each number of days once.")


class PutAlertsOfVersion(PutAlerts):
    """The same, with the versions of If-Match."""

    if_versions = fields.List(fields.Integer(strict=True), required=True)


class TestAlerts(Strict):
    """Which way to try."""

    channel = fields.String(required=True, validate=validate.OneOf(CHANNELS))


class TestedAlerts(Strict):
    """The message that was written, and whether it goes: `reason` is the rule that decided."""

    message_id = fields.UUID(required=True)
    channel = fields.String(required=True)
    is_sent = fields.Boolean(required=True)
    reason = fields.String(required=True)
    explanation = fields.String(required=True)


class GiveConsent(Strict):
    """A word about texts: agreed to in the words of `version`, or taken back (which needs no version)."""

    channel = fields.String(required=True, validate=validate.OneOf(CONSENT_CHANNELS))
    is_given = YesOrNo(required=True)
    version = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=40))


class ConsentProof(Strict):
    """By what it can be shown that it was said."""

    session_id = fields.String(required=True, allow_none=True)
    request_id = fields.String(required=True, allow_none=True)
    text_id = fields.String(required=True, allow_none=True)


class Consent(Strict):
    """One word about a consent.

    `source` is `servicing` (it came with the account), `portal`, `text`, `carrier` or `staff`.
    """

    id = fields.UUID(required=True)
    channel = fields.String(required=True)
    is_given = fields.Boolean(required=True)
    source = fields.String(required=True)
    version = fields.String(required=True, allow_none=True)
    wording = fields.String(required=True, allow_none=True)
    proof = fields.Nested(ConsentProof, required=True)
    address_last4 = fields.String(required=True, allow_none=True)
    said_at = Instant(required=True)


class ListMine(Strict):
    """A page of what is the caller's own."""

    limit = fields.Integer(load_default=50, strict=True, validate=validate.Range(min=1, max=100))
    cursor = fields.UUID(load_default=None, allow_none=True)


class Consents(Strict):
    """What was agreed to and taken back, newest first; nothing is ever removed."""

    data = fields.List(fields.Nested(Consent), required=True)
    next_cursor = fields.UUID(required=True, allow_none=True)


class ReadInboxItem(Strict):
    """One message of the caller's inbox."""

    message_id = fields.UUID(required=True)


class InboxItem(Strict):
    """A message in the inbox, with its words as plain text."""

    id = fields.UUID(required=True)
    account_id = fields.UUID(required=True, allow_none=True)
    alert = fields.String(required=True, allow_none=True)
    template = fields.String(required=True)
    title = fields.String(required=True)
    text = fields.String(required=True)
    created_at = Instant(required=True)
    read_at = Instant(required=True, allow_none=True)


class Inbox(Strict):
    """A page of the inbox, newest first; `unread` counts all of it."""

    data = fields.List(fields.Nested(InboxItem), required=True)
    next_cursor = fields.UUID(required=True, allow_none=True)
    unread = fields.Integer(required=True)
