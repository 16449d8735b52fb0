"""Mail through SendGrid's official client, on connections that know how far they came when they fail."""

import json
from typing import Any
from uuid import UUID

from python_http_client.client import Client
from sendgrid import SendGridAPIClient
from sendgrid.helpers.mail import (
    ClickTracking,
    CustomArg,
    From,
    HtmlContent,
    OpenTracking,
    PlainTextContent,
    Subject,
    To,
    TrackingSettings,
)
from sendgrid.helpers.mail import Mail as Composed

from services.notifications.providers.channels import (
    CONNECT_SECONDS,
    OWN_ID,
    READ_SECONDS,
    MailContent,
    raise_for_status,
)
from services.notifications.providers.connections import Answer, Connections

VENDOR = "sendgrid"


class SendGridMail:
    """Sends mails through SendGrid, or whatever answers like it at `base_url`."""

    def __init__(
        self, *, api_key: str, base_url: str, from_email: str, from_name: str,
        connect_seconds: float = CONNECT_SECONDS, read_seconds: float = READ_SECONDS,
    ) -> None:  # fmt: skip
        self._from_email = from_email
        self._from_name = from_name
        self._api = SendGridAPIClient(api_key=api_key, host=base_url.rstrip("/"))
        connections = Connections(
            vendor=VENDOR, base_url=base_url, connect_seconds=connect_seconds, read_seconds=read_seconds
        )
        self._api.client = _Kept(
            connections=connections, host="", request_headers=self._api.client.request_headers, version=3
        )  # fmt: skip

    def send(self, *, message_id: UUID, to: str, content: MailContent) -> str:
        answer = self._api.send(self._compose(message_id=message_id, to=to, content=content))
        if answer.status >= 300:
            raise_for_status(vendor=VENDOR, status=answer.status)
        return str(answer.headers.get("x-message-id", ""))

    def _compose(self, *, message_id: UUID, to: str, content: MailContent) -> Composed:
        composed = Composed(from_email=From(self._from_email, self._from_name), to_emails=To(to))
        composed.subject = Subject(content.subject)
        composed.content = [PlainTextContent(content.text), HtmlContent(content.html)]
        composed.custom_arg = CustomArg(OWN_ID, str(message_id))
        # Links stay as we wrote them: a secret link must not pass through a counting redirect.
        composed.tracking_settings = TrackingSettings(
            click_tracking=ClickTracking(enable=False, enable_text=False), open_tracking=OpenTracking(enable=False)
        )
        return composed


class _Kept(Client):
    """SendGrid's client on connections of ours: it composes and signs the request, they carry it."""

    def __init__(self, *, connections: Connections, **options: Any) -> None:
        super().__init__(**options)
        self._connections = connections

    def post(self, request_body: Any = None, **_: Any) -> Answer:
        """The answer, whatever its status."""
        return self._connections.exchange(
            "POST", self._build_url(None), headers={**self.request_headers, "Content-Type": "application/json"},
            body=json.dumps(request_body).encode(),
        )  # fmt: skip

    def _build_client(self, name: str | None = None) -> "_Kept":
        path = [*self._url_path, name] if name else self._url_path
        return _Kept(
            connections=self._connections, host="", request_headers=self.request_headers, version=self._version,
            url_path=path,
        )  # fmt: skip
