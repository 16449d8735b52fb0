"""A telephone that holds passkeys: it makes keys and signs as WebAuthn says, and a browser writes it down as JSON."""

import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def text(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def content(written: str) -> bytes:
    return urlsafe_b64decode(written + "=" * (-len(written) % 4))


@dataclass
class Telephone:
    """One passkey for one site. `verifies`: it asks for the owner's finger; `count` grows with every signature."""

    origin: str = "https://captive.example"
    site: str = "captive.example"
    verifies: bool = True
    count: int = 0
    credential_id: bytes = field(default_factory=lambda: os.urandom(16))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def make(self, options: dict[str, Any], *, challenge: str | None = None) -> dict[str, Any]:
        """The credential that the browser gives for creation options."""
        told = self._client_data("webauthn.create", challenge or options["challenge"])
        held = len(self.credential_id).to_bytes(2) + self.credential_id + self._public_key()
        data = self._data(ATTESTED) + bytes(16) + held
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._credential({"clientDataJSON": text(told), "attestationObject": text(attestation)})

    def sign(self, options: dict[str, Any], *, user_handle: str | None = None) -> dict[str, Any]:
        """The credential that the browser gives for request options."""
        self.count += 1
        told = self._client_data("webauthn.get", options["challenge"])
        data = self._data(0)
        signature = self.key.sign(data + sha256(told).digest(), ec.ECDSA(SHA256()))
        response = {"clientDataJSON": text(told), "authenticatorData": text(data), "signature": text(signature)}
        return self._credential({**response, "userHandle": user_handle})

    def _credential(self, response: dict[str, Any]) -> dict[str, Any]:
        identifier = text(self.credential_id)
        return {
            "id": identifier, "rawId": identifier, "type": "public-key", "clientExtensionResults": {},
            "response": response,
        }  # fmt: skip

    def _client_data(self, kind: str, challenge: str) -> bytes:
        told = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(told).encode()

    def _data(self, more: int) -> bytes:
        flags = PRESENT | more | (VERIFIED if self.verifies else 0)
        return sha256(self.site.encode()).digest() + bytes([flags]) + self.count.to_bytes(4)

    def _public_key(self) -> bytes:
        numbers = self.key.public_key().public_numbers()
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)})
