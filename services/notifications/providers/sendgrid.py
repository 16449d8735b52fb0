"""Mail through SendGrid's official client, on a connection that knows how far it came when it failed."""

from functools import partial
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.request import HTTPHandler, HTTPSHandler, Request, build_opener
from uuid import UUID

from python_http_client.client import Client
from python_http_client.exceptions import HTTPError
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

from chassis.errors import OutcomeUnknown, VendorDown
from services.notifications.providers.channels import (
    CONNECT_SECONDS,
    OWN_ID,
    READ_SECONDS,
    MailContent,
    raise_for_status,
)

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
        self._api.client = _PhasedClient(
            host=self._api.client.host, request_headers=self._api.client.request_headers, version=3,
            connect_seconds=connect_seconds, read_seconds=read_seconds,
        )  # fmt: skip

    def send(self, *, message_id: UUID, to: str, content: MailContent) -> str:
        composed = self._compose(message_id=message_id, to=to, content=content)
        try:
            answer = self._api.send(composed)
        except HTTPError as error:
            raise_for_status(vendor=VENDOR, status=error.status_code)
        except (OSError, HTTPException) as error:
            raise OutcomeUnknown(f"{VENDOR}: {type(error).__name__} after the connection was open") from error
        return str(answer.headers.get("X-Message-Id") or "")

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


class _PhasedClient(Client):
    """SendGrid's client with two timeouts in place of one, and a connection of its own for each mail."""

    def __init__(self, *, connect_seconds: float, read_seconds: float, **options: Any) -> None:
        super().__init__(**options)
        self._phases = {"connect_seconds": connect_seconds, "read_seconds": read_seconds}

    def _build_client(self, name: str | None = None) -> "_PhasedClient":
        path = [*self._url_path, name] if name else self._url_path
        return _PhasedClient(
            host=self.host, request_headers=self.request_headers, version=self._version, url_path=path, **self._phases
        )

    def _make_request(self, _: Any, request: Request, timeout: float | None = None) -> Any:
        read_seconds = self._phases["read_seconds"]
        opener = build_opener(_PlainHandler(read_seconds), _SecureHandler(read_seconds))
        return super()._make_request(opener, request, timeout=timeout or self._phases["connect_seconds"])


class _Phased:
    """Until the connection is open nothing can have been sent; from then on nobody knows."""

    sock: Any

    def __init__(self, *arguments: Any, read_seconds: float, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._read_seconds = read_seconds

    def connect(self) -> None:
        try:
            super().connect()  # type: ignore[misc]
        except OSError as error:
            raise VendorDown(f"{VENDOR}: no connection ({type(error).__name__})") from error
        self.sock.settimeout(self._read_seconds)


class _PlainConnection(_Phased, HTTPConnection):
    pass


class _SecureConnection(_Phased, HTTPSConnection):
    pass


class _PlainHandler(HTTPHandler):
    def __init__(self, read_seconds: float) -> None:
        super().__init__()
        self._connection: Any = partial(_PlainConnection, read_seconds=read_seconds)

    def http_open(self, request: Request) -> Any:
        return self.do_open(self._connection, request)


class _SecureHandler(HTTPSHandler):
    def __init__(self, read_seconds: float) -> None:
        super().__init__()
        self._connection: Any = partial(_SecureConnection, read_seconds=read_seconds)

    def https_open(self, request: Request) -> Any:
        return self.do_open(self._connection, request)
