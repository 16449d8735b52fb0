"""Secrets of endpoints and what is signed with them: Standard Webhooks, HMAC-SHA256 over id, time and body."""

import secrets
from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from standardwebhooks import Webhook

from chassis.events import CONTENT_TYPE
from chassis.keys import FieldCipher
from gateway.webhooks.rules import both_secrets_sign

PURPOSE = "fields-gateway"
PREFIX = "whsec_"
SECRET_BYTES = 32
AGENT_NAME = "Captive-Webhooks/1"


class Secrets:
    """Makes secrets, and opens those that are stored: to sign, and to repeat an answer that was lost."""

    def __init__(self, *, folder: Path) -> None:
        self._cipher = FieldCipher(folder=folder, purpose=PURPOSE)

    def new(self) -> str:
        return PREFIX + b64encode(secrets.token_bytes(SECRET_BYTES)).decode()

    def seal(self, secret: str, *, endpoint_id: UUID) -> str:
        """Ciphertext that opens only as the secret of this endpoint."""
        return self._cipher.encrypt(secret, bound_to=f"webhook_endpoints.secret:{endpoint_id}")

    def headers(self, *, endpoint: Mapping[str, Any], event_id: UUID, body: str, now: datetime) -> dict[str, str]:
        """What a call carries. While one secret replaces another, both sign, and either one verifies."""
        sealed = [endpoint["secret_sealed"]]
        if both_secrets_sign(until=endpoint["previous_secret_until"], now=now):
            sealed.append(endpoint["previous_secret_sealed"])
        opened = [Webhook(self.unseal(text, endpoint_id=endpoint["endpoint_id"])) for text in sealed]
        return {
            "Content-Type": CONTENT_TYPE,
            "User-Agent": AGENT_NAME,
            "webhook-id": str(event_id),
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": " ".join(key.sign(str(event_id), now, body) for key in opened),
        }

    def unseal(self, sealed: str, *, endpoint_id: UUID) -> str:
        """The secret of this endpoint in clear."""
        return self._cipher.decrypt(sealed, bound_to=f"webhook_endpoints.secret:{endpoint_id}")
