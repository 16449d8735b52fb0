"""Tells the stack what happened to its messages, in the vendors' forms and signed as theirs, until it answers 2xx.

It calls one address, the gateway of its own stack, whatever address a message names: nothing leaves the machine.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from typing import NoReturn, Protocol
from urllib.parse import urldefrag, urlencode, urlsplit

from deploy.sandbox import controls, inbound, processor, sendgrid, twilio
from deploy.sandbox.exchange import Sandbox
from deploy.sandbox.signatures import ProcessorSignature, SendGridSignature, TwilioSignature
from deploy.sandbox.store import Document
from deploy.sandbox.webhooks import OVERTAKEN, PLANNED, WAITING, WEBHOOKS, Webhooks

SENDGRID_PATH = "/v1/webhooks/sendgrid"
PROCESSOR_PATH = "/v1/webhooks/processor"
INBOUND_PATH = "/v1/webhooks/twilio/inbound"
FORM_MEDIA = "application/x-www-form-urlencoded; charset=UTF-8"
ANSWER_SECONDS_MAX = 5.0
NO_ANSWER = "no answer"


class Vendor(Protocol):
    """What a played vendor must be able to say of what happens to its messages."""

    STATUSES: Mapping[str, str]
    RANKS: Mapping[str, int]


VENDORS: Mapping[str, Vendor] = {sendgrid.MAILS: sendgrid, twilio.TEXTS: twilio}


@dataclass(frozen=True)
class Letter:
    """One request to the gateway."""

    path: str
    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Due:
    """A webhook that has happened, and the mail, text, charge or refund that it is about."""

    document: Document
    message: Document


class Caller:
    """Works off what is due: mails together in one call, as SendGrid gathers them, and each text in its own."""

    def __init__(
        self, *, sandbox: Sandbox, webhooks: Webhooks, gateway: str, public_url: str,
        sendgrid_signature: SendGridSignature,
        twilio_signature: TwilioSignature, processor_signature: ProcessorSignature,
    ) -> None:  # fmt: skip
        self._sandbox = sandbox
        self._webhooks = webhooks
        self._gateway = urlsplit(gateway)
        self._public_url = public_url.rstrip("/")
        self._sendgrid = sendgrid_signature
        self._twilio = twilio_signature
        self._processor = processor_signature

    def run(self) -> NoReturn:
        """Never ends by itself."""
        while True:
            self.work_off(self._webhooks.wait_for_due(gathers=sendgrid.MAILS))

    def work_off(self, ids: Sequence[str]) -> None:
        """Let happen what was planned, then tell it; a try that fails is written down with the rest."""
        due = list(self._due(ids))
        mails = [webhook for webhook in due if webhook.document["kind"] == sendgrid.MAILS]
        if mails:
            self._tell(mails, self._mail_letter(mails))
        for webhook in due:
            if webhook.document["kind"] == twilio.TEXTS:
                self._tell([webhook], self._text_letter(webhook))
            elif webhook.document["kind"] == inbound.INBOUND:
                self._tell([webhook], self._inbound_letter(webhook))
            elif webhook.document["kind"] in (processor.CHARGES, processor.REFUNDS):
                self._tell([webhook], self._processor_letter(webhook))

    def _due(self, ids: Sequence[str]) -> Iterator[Due]:
        for id in ids:
            document = self._happened(id)
            message = document and self._sandbox.store.get(kind=document["kind"], id=document["about"])
            if document is not None and message is not None:
                yield Due(document, message)

    def _tell(self, told: Sequence[Due], letter: Letter) -> None:
        status = self._send(letter)
        answer = NO_ANSWER if status is None else str(status)
        has_arrived = status is not None and 200 <= status < 300
        self._webhooks.record_tries(
            [webhook.document["id"] for webhook in told], answer=answer, has_arrived=has_arrived
        )

    def _happened(self, id: str) -> Document | None:
        """The webhook as something that has happened; None where it never will."""
        store = self._sandbox.store
        with store.lock:
            document = store.get(kind=WEBHOOKS, id=id)
            if document is None or document["state"] == WAITING:
                return document
            message = store.get(kind=document["kind"], id=document["about"])
            if document["state"] != PLANNED or message is None:
                return None
            vendor = VENDORS[document["kind"]]
            status = vendor.STATUSES[document["event"]]
            is_overtaken = vendor.RANKS[status] <= vendor.RANKS[message["status"]]
            seen = {
                "state": OVERTAKEN if is_overtaken else WAITING,
                "happened_at": int(self._sandbox.now().timestamp()),
            }
            # Before the message itself: killed in between, the sandbox tells it all the same.
            changed = store.change(kind=WEBHOOKS, id=id, change=lambda kept: {**kept, **seen})
            if not is_overtaken:
                controls.record_happening(
                    kind=document["kind"], id=message["id"], change=lambda kept: {**kept, "status": status},
                    sandbox=self._sandbox,
                )  # fmt: skip
        return None if is_overtaken else changed

    def _mail_letter(self, mails: Sequence[Due]) -> Letter:
        events = [event for mail in mails for event in sendgrid.events_of(mail.message, webhook=mail.document)]
        body, timestamp = json.dumps(events).encode(), str(int(self._sandbox.now().timestamp()))
        signed = self._sendgrid.headers(body, timestamp=timestamp)
        return Letter(SENDGRID_PATH, body, {"Content-Type": "application/json", **signed})

    def _text_letter(self, text: Due) -> Letter:
        form = twilio.status_of(text.message, webhook=text.document)
        url, _ = urldefrag(text.message["status_callback"])
        parts = urlsplit(url)
        path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        signed = self._twilio.headers(form, url=url)
        return Letter(path, urlencode(form).encode(), {"Content-Type": FORM_MEDIA, **signed})

    def _inbound_letter(self, text: Due) -> Letter:
        """To the address that a number has at Twilio: the public one, which is signed with it."""
        form = inbound.form_of(text.message)
        signed = self._twilio.headers(form, url=f"{self._public_url}{INBOUND_PATH}")
        return Letter(INBOUND_PATH, urlencode(form).encode(), {"Content-Type": FORM_MEDIA, **signed})

    def _processor_letter(self, money: Due) -> Letter:
        body = json.dumps(processor.event_of(money.message, webhook=money.document)).encode()
        signed = self._processor.headers(body, timestamp=str(int(self._sandbox.now().timestamp())))
        return Letter(PROCESSOR_PATH, body, {"Content-Type": "application/json", **signed})

    def _send(self, letter: Letter) -> int | None:
        """The status of the answer; None where there is none."""
        host, port = self._gateway.hostname or "127.0.0.1", self._gateway.port or 80
        connection = HTTPConnection(host, port, timeout=ANSWER_SECONDS_MAX)
        try:
            connection.request("POST", letter.path, body=letter.body, headers=dict(letter.headers))
            return connection.getresponse().status
        except (OSError, HTTPException, ValueError):
            return None
        finally:
            connection.close()
