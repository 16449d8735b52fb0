"""Statements without paper: the disclosure, the consent to it, its proof, and how it is taken back (15 USC 7001(c))."""

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from chassis.schemas import Instant, Strict, Text, YesOrNo
from services.accounts.contract.schemas import OneAccount

GIVEN, WITHDRAWN, SUSPENDED = "given", "withdrawn", "suspended"
MAIL_BOUNCED = "mail_bounced"
VERSIONS_MAX = 20


class GetPaperless(OneAccount):
    pass


class PutPaperless(OneAccount):
    """`consent_version` and `proof` are asked for a consent; for a withdrawal neither.

    `if_versions`: the change is made only to one of these versions of the preference.
    """

    enabled = YesOrNo(required=True)
    consent_version = Text(load_default=None, allow_none=True, longest=40)
    proof = Text(load_default=None, allow_none=True, longest=40)
    if_versions = fields.List(fields.Integer(strict=True), required=True, validate=validate.Length(max=VERSIONS_MAX))

    @validates_schema
    def proven(self, data: dict[str, Any], **_: Any) -> None:
        for name in ("consent_version", "proof"):
            if data.get("enabled") and data.get(name) is None:
                raise ValidationError("Missing data for required field.", name)


class Disclosure(Strict):
    """What has to be known before consenting; the version is what a consent names."""

    version = fields.String(required=True)
    text = fields.String(required=True)


class PaperlessAct(Strict):
    """The last thing that happened to the preference. `reason` says why we suspended it ourselves."""

    act = fields.String(required=True, validate=validate.OneOf((GIVEN, WITHDRAWN, SUSPENDED)))
    consent_version = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True, validate=validate.OneOf((MAIL_BOUNCED,)))
    recorded_at = Instant(required=True)


class Paperless(Strict):
    """Whether statements come without paper. `needs_consent` says that a newer disclosure has not been agreed to yet.

    `disclosure` is the one in force. Its PDF shows the code that a consent gives as `proof`: whoever can read the code
    can read our statements.
    """

    account_id = fields.String(required=True)
    enabled = fields.Boolean(required=True)
    needs_consent = fields.Boolean(required=True)
    last_act = fields.Nested(PaperlessAct, required=True, allow_none=True)
    disclosure = fields.Nested(Disclosure, required=True)
    version = fields.Integer(required=True)
