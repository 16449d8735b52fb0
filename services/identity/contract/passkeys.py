"""Passkeys: what browsers are asked for and give back, as WebAuthn (level 3) writes it in JSON."""

from typing import Any

from marshmallow import EXCLUDE, fields, validate

from chassis.schemas import Instant, Strict, Text

CREDENTIAL_LENGTH_MAX = 20_000


def _base64url(*, required: bool = True) -> fields.String:
    return fields.String(
        required=required, allow_none=not required, validate=validate.Length(max=CREDENTIAL_LENGTH_MAX)
    )


class FromBrowser(Strict):
    """What a browser makes of a key: WebAuthn adds members as it grows, and those we do not know are passed over."""

    class Meta:
        unknown = EXCLUDE


_ABOUT: dict[str, fields.Field[Any]] = {
    "id": _base64url(),
    "rawId": _base64url(),
    "type": fields.String(required=True, validate=validate.Equal("public-key")),
    "authenticatorAttachment": fields.String(allow_none=True, validate=validate.Length(max=40)),
    "clientExtensionResults": fields.Dict(keys=fields.String()),
}
Attestation = FromBrowser.from_dict(
    {
        "clientDataJSON": _base64url(),
        "attestationObject": _base64url(),
        "authenticatorData": _base64url(required=False),
        "publicKey": _base64url(required=False),
        "publicKeyAlgorithm": fields.Integer(strict=True),
        "transports": fields.List(fields.String(validate=validate.Length(max=40)), validate=validate.Length(max=20)),
    },
    name="Attestation",
)
Assertion = FromBrowser.from_dict(
    {
        "clientDataJSON": _base64url(),
        "authenticatorData": _base64url(),
        "signature": _base64url(),
        "userHandle": _base64url(required=False),
    },
    name="Assertion",
)
NewCredential = FromBrowser.from_dict(
    {**_ABOUT, "response": fields.Nested(Attestation, required=True)}, name="NewCredential"
)
UsedCredential = FromBrowser.from_dict(
    {**_ABOUT, "response": fields.Nested(Assertion, required=True)}, name="UsedCredential"
)


class Ceremony(Strict):
    """What the browser is to be asked; the challenge in it is good for five minutes and once."""

    options = fields.Dict(required=True)


class AddPasskey(Strict):
    """`credential` is the browser's `PublicKeyCredential.toJSON()`."""

    label = Text(required=True, longest=100)
    credential = fields.Nested(NewCredential, required=True)


class Passkey(Strict):
    id = fields.UUID(required=True)
    label = fields.String(required=True)
    added_at = Instant(required=True)
    last_used_at = Instant(required=True, allow_none=True)


class Passkeys(Strict):
    data = fields.List(fields.Nested(Passkey), required=True)


class RemovePasskey(Strict):
    passkey_id = fields.UUID(required=True)


class UsePasskey(Strict):
    """`credential` is the browser's `PublicKeyCredential.toJSON()`."""

    credential = fields.Nested(UsedCredential, required=True)
    device = Text(load_default=None, allow_none=True, longest=200)
