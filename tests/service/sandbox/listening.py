"""A stack that does nothing but listen to webhooks, believes only what is signed, and answers as a test says."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from sendgrid.helpers.eventwebhook import EventWebhook
from twilio.request_validator import RequestValidator

from deploy.keys import mail_webhook_key
from tests.fixtures.ports import free_port
from tests.fixtures.processes import eventually

TOKEN = "0123456789abcdef0123456789abcdef"
PROCESSOR_SECRET = "whsec_89abcdef89abcdef89abcdef89abcdef"
PUBLIC = "https://stack.example"
CALLBACK = f"{PUBLIC}/v1/webhooks/twilio/status?message_id=m-1"


@dataclass(frozen=True)
class Heard:
    """One request that came."""

    path: str
    body: str
    headers: dict[str, str]
    at: float = field(default_factory=time.monotonic)

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body, keep_blank_values=True))


class ListeningStack:
    """Keys as a stack makes them, and a server that can be away. `answers` are used up; then it is 204."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.key = mail_webhook_key(folder=folder)
        token_file = folder / "twilio-token"
        token_file.write_text(TOKEN)
        secret_file = folder / "processor-webhook-secret"
        secret_file.write_text(PROCESSOR_SECRET)
        self.heard: list[Heard] = []
        self.answers: list[int] = []
        self.otherwise = 204
        self._server: ThreadingHTTPServer | None = None
        self.port = free_port()
        self.options = (
            "--gateway", f"http://127.0.0.1:{self.port}", "--sendgrid-key", str(self.key.private_file),
            "--twilio-token", str(token_file), "--processor-secret", str(secret_file),
        )  # fmt: skip

    def listen(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), _handler(self._answer))
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def leave(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def hears(self, count: int) -> list[Heard]:
        """What has come, once there is so much of it."""
        eventually(lambda: len(self.heard) >= count, describe=lambda: str(self.heard))
        return self.heard[:count]

    def believes_mail(self, heard: Heard) -> bool:
        """What SendGrid's own library says of it."""
        headers = heard.headers
        signature = headers["X-Twilio-Email-Event-Webhook-Signature"]
        timestamp = headers["X-Twilio-Email-Event-Webhook-Timestamp"]
        is_now = abs(int(timestamp) - time.time()) < 10
        return is_now and bool(EventWebhook(self.key.public).verify_signature(heard.body, signature, timestamp))

    def believes_text(self, heard: Heard) -> bool:
        """What Twilio's own library says of it."""
        signature = heard.headers["X-Twilio-Signature"]
        return bool(RequestValidator(TOKEN).validate(f"{PUBLIC}{heard.path}", heard.form, signature))

    def _answer(self, heard: Heard) -> int:
        self.heard.append(heard)
        return self.answers.pop(0) if self.answers else self.otherwise


def _handler(answer: Callable[[Heard], int]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            assert urlsplit(self.path).path.startswith("/")
            self.send_response(answer(Heard(self.path, body, dict(self.headers.items()))))
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    return Handler
