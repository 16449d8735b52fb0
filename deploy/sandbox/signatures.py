"""Signs webhooks as the vendors do, by their published rules; the stack verifies them with the vendors' libraries."""

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path


class KeyUnusable(Exception):
    """A key that was named cannot be read, or is none; the message says which and what to do."""


class SendGridSignature:
    """ECDSA on the curve P-256 with SHA-256 over the timestamp and the body."""

    def __init__(self, *, key_file: Path) -> None:
        # A sandbox without webhooks does without this library: it would be a quarter of its memory.
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        try:
            key = load_pem_private_key(key_file.read_bytes(), password=None)
        except (OSError, ValueError) as error:
            raise KeyUnusable(
                f"{key_file} holds no private key that can be read; name another with --sendgrid-key."
            ) from error
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise KeyUnusable(f"{key_file} holds no key for ECDSA; name another with --sendgrid-key.")
        self._key = key
        self._algorithm = ec.ECDSA(hashes.SHA256())

    def headers(self, body: bytes, *, timestamp: str) -> dict[str, str]:
        """What goes with the body."""
        signature = self._key.sign(timestamp.encode() + body, self._algorithm)
        return {
            "X-Twilio-Email-Event-Webhook-Signature": b64encode(signature).decode(),
            "X-Twilio-Email-Event-Webhook-Timestamp": timestamp,
        }


class TwilioSignature:
    """HMAC-SHA1 with the account's token over the address and every field of the form, in the order of their names."""

    def __init__(self, *, token_file: Path) -> None:
        try:
            self._token = token_file.read_bytes().strip()
        except OSError as error:
            raise KeyUnusable(f"{token_file} cannot be read; name another with --twilio-token.") from error

    def headers(self, form: Mapping[str, str], *, url: str) -> dict[str, str]:
        """What goes with the form."""
        signed = url + "".join(name + form[name] for name in sorted(form))
        digest = hmac.new(self._token, signed.encode(), hashlib.sha1).digest()
        return {"X-Twilio-Signature": b64encode(digest).decode()}


class ProcessorSignature:
    """HMAC-SHA256 with the endpoint's secret over the timestamp and the body, in the form that Stripe publishes."""

    def __init__(self, *, secret_file: Path) -> None:
        try:
            self._secret = secret_file.read_bytes().strip()
        except OSError as error:
            raise KeyUnusable(f"{secret_file} cannot be read; name another with --processor-secret.") from error

    def headers(self, body: bytes, *, timestamp: str) -> dict[str, str]:
        """What goes with the body."""
        digest = hmac.new(self._secret, timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        return {"Stripe-Signature": f"t={timestamp},v1={digest}"}
