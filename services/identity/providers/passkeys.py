"""WebAuthn: what a browser is asked for, and whether what it gives back holds."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import webauthn
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)


class PasskeyRefused(Exception):
    """What the browser gave back does not hold; the message is for our logs."""


@dataclass(frozen=True)
class NewPasskey:
    """A credential as it is stored, both parts in base64url."""

    credential_id: str
    public_key: str
    sign_count: int


class Passkeys:
    """Speaks for one site: the host of the public address. The device must verify its owner, by finger, face or PIN."""

    def __init__(self, *, public_url: str, name: str) -> None:
        parts = urlsplit(public_url)
        self._host, self._name = parts.hostname or "", name
        self._origin = f"{parts.scheme}://{parts.netloc}"

    def creation_options(
        self, *, challenge: bytes, user_id: UUID, user_name: str, display_name: str, known: Sequence[str]
    ) -> dict[str, Any]:
        """For `PublicKeyCredential.parseCreationOptionsFromJSON`; `known` are credentials the person has already."""
        options = webauthn.generate_registration_options(
            rp_id=self._host, rp_name=self._name, user_id=user_id.bytes, user_name=user_name,
            user_display_name=display_name, challenge=challenge,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
            ),
            exclude_credentials=[PublicKeyCredentialDescriptor(id=_bytes(known_id)) for known_id in known],
        )  # fmt: skip
        found: dict[str, Any] = json.loads(webauthn.options_to_json(options))
        return found

    def request_options(self, *, challenge: bytes) -> dict[str, Any]:
        """For `PublicKeyCredential.parseRequestOptionsFromJSON`: any passkey of this site."""
        options = webauthn.generate_authentication_options(
            rp_id=self._host, challenge=challenge, user_verification=UserVerificationRequirement.REQUIRED
        )
        found: dict[str, Any] = json.loads(webauthn.options_to_json(options))
        return found

    def challenge_of(self, credential: Mapping[str, Any]) -> bytes:
        """The challenge that was signed, by which the ceremony is found. Raises PasskeyRefused."""
        try:
            told = json.loads(_bytes(credential["response"]["clientDataJSON"]))
            return _bytes(told["challenge"])
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise PasskeyRefused("unreadable client data") from error

    def added(self, credential: Mapping[str, Any], *, challenge: bytes) -> NewPasskey:
        """Raises PasskeyRefused unless it was made for this site, this challenge, and by its verified owner."""
        try:
            held = webauthn.verify_registration_response(
                credential=dict(credential), expected_challenge=challenge, expected_rp_id=self._host,
                expected_origin=self._origin, require_user_verification=True,
            )  # fmt: skip
        except (WebAuthnException, ValueError, KeyError, TypeError) as error:
            raise PasskeyRefused(type(error).__name__) from error
        return NewPasskey(_text(held.credential_id), _text(held.credential_public_key), held.sign_count)

    def used(self, credential: Mapping[str, Any], *, challenge: bytes, public_key: str, sign_count: int) -> int:
        """The new count of signatures. Raises PasskeyRefused; a count that does not grow is a copied key's."""
        try:
            held = webauthn.verify_authentication_response(
                credential=dict(credential), expected_challenge=challenge, expected_rp_id=self._host,
                expected_origin=self._origin, credential_public_key=_bytes(public_key),
                credential_current_sign_count=sign_count, require_user_verification=True,
            )  # fmt: skip
        except (WebAuthnException, ValueError, KeyError, TypeError) as error:
            raise PasskeyRefused(type(error).__name__) from error
        return held.new_sign_count


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _text(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()
