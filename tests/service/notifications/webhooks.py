"""Webhooks as the vendors send them to the gateway, signed by their published rules; each can be spoilt on the way."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from chassis.clock import FixedClock
from deploy.keys import WebhookKey, mail_webhook_key
from deploy.sandbox.signatures import SendGridSignature, TwilioSignature
from tests.unit.gateway.builders import ISSUER, Gateway, HttpAnswer

SIGNATURE = "X-Twilio-Email-Event-Webhook-Signature"
TIMESTAMP = "X-Twilio-Email-Event-Webhook-Timestamp"
TEXT_SIGNATURE = "X-Twilio-Signature"
TWILIO_TOKEN = "0123456789abcdef0123456789abcdef"
MAIL_PATH = "/v1/webhooks/sendgrid"
TEXT_PATH = "/v1/webhooks/twilio/status"
INBOUND_PATH = "/v1/webhooks/twilio/inbound"
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Request:
    """One request to the gateway."""

    path: str
    body: bytes
    headers: Mapping[str, str]
    method: str = "POST"
    query: str = ""
    chunked: bool = field(default=False, kw_only=True)

    def having(self, *, without: str = "", **changed: Any) -> "Request":
        """The same but for headers (`headers`, `without`) and any other part."""
        headers = {**self.headers, **changed.pop("headers", {})}
        headers.pop(without, None)
        return replace(self, headers=headers, **changed)

    def sent_to(self, gateway: Gateway) -> HttpAnswer:
        path = f"{self.path}?{self.query}" if self.query else self.path
        return gateway.send(self.method, path, token=None, data=self.body, headers=self.headers)


class SendGrid:
    """Posts events, signed with its private key."""

    def __init__(self, *, folder: Path, clock: FixedClock) -> None:
        folder.mkdir(exist_ok=True)
        self.key: WebhookKey = mail_webhook_key(folder=folder)
        self.signature = SendGridSignature(key_file=self.key.private_file)
        self._clock = clock

    def posts(self, *events: Any, signed_seconds_ago: float = 0) -> Request:
        return self.posts_bytes(json.dumps(list(events)).encode(), signed_seconds_ago=signed_seconds_ago)

    def posts_bytes(self, body: bytes, *, signed_seconds_ago: float = 0) -> Request:
        timestamp = str(int(self._clock.now().timestamp() - signed_seconds_ago))
        signed = self.signature.headers(body, timestamp=timestamp)
        return Request(MAIL_PATH, body, {"Content-Type": "application/json", **signed})


class Twilio:
    """Calls back, signed with the account's token."""

    def __init__(self, *, folder: Path, token: str = TWILIO_TOKEN) -> None:
        folder.mkdir(exist_ok=True)
        token_file = folder / f"token-{token}"
        token_file.write_text(token)
        self.signature = TwilioSignature(token_file=token_file)

    def calls_back(self, message_id: str, *, url: str | None = None, **differences: str) -> Request:
        form = a_status(**differences)
        query = urlencode({"message_id": message_id})
        signed = self.signature.headers(form, url=url or f"{ISSUER}{TEXT_PATH}?{query}")
        headers = {"Content-Type": f"{FORM}; charset=UTF-8", **signed}
        return Request(TEXT_PATH, urlencode(form).encode(), headers, query=query)

    def tells(self, form: Mapping[str, str], *, url: str | None = None) -> Request:
        """A text that came in."""
        signed = self.signature.headers(form, url=url or f"{ISSUER}{INBOUND_PATH}")
        headers = {"Content-Type": f"{FORM}; charset=UTF-8", **signed}
        return Request(INBOUND_PATH, urlencode(form).encode(), headers)


def an_event(message_id: str, **differences: Any) -> dict[str, Any]:
    """One event of a mail, as SendGrid puts it."""
    return {
        "email": "ada@example.com",
        "timestamp": 1_795_446_602,
        "smtp-id": "<14c5d75ce93.dfd.64b469@ismtpd-555>",
        "event": "delivered",
        "sg_event_id": "ZGVsaXZlcmVkLTA",
        "sg_message_id": "14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.0",
        "response": "250 OK",
        "message_id": message_id,
        **differences,
    }


def a_status(**differences: str) -> dict[str, str]:
    """The form of a callback about a text, as Twilio puts it."""
    return {
        "AccountSid": "AC" + "0" * 32,
        "ApiVersion": "2010-04-01",
        "From": "+15005550006",
        "MessageSid": "SM" + "1" * 32,
        "MessageStatus": "delivered",
        "SmsSid": "SM" + "1" * 32,
        "SmsStatus": "delivered",
        "To": "+12145550142",
        **differences,
    }


def an_inbound(**differences: str) -> dict[str, str]:
    """The form of a text that came in, as Twilio puts it."""
    return {
        "AccountSid": "AC" + "0" * 32,
        "ApiVersion": "2010-04-01",
        "Body": "STOP",
        "From": "+12145550142",
        "MessageSid": "SM" + "2" * 32,
        "NumMedia": "0",
        "NumSegments": "1",
        "SmsMessageSid": "SM" + "2" * 32,
        "SmsSid": "SM" + "2" * 32,
        "SmsStatus": "received",
        "To": "+15005550006",
        **differences,
    }
