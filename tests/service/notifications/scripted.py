"""A vendor that does with the next call what it is told, and takes all others: both vendors' forms."""

import json
import threading
from collections import Counter
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


class Script(StrEnum):
    """What becomes of a call: whether the message is sent, and what is answered."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    LIMITED = "limited"
    UNAVAILABLE = "unavailable"
    FAILED_SENT = "failed, sent"
    FAILED_UNSENT = "failed, not sent"
    SILENT_SENT = "silent, sent"
    SILENT_UNSENT = "silent, not sent"
    LOST_SENT = "connection lost, sent"
    LOST_UNSENT = "connection lost, not sent"


SENT_BY_THEM = frozenset({Script.ACCEPTED, Script.FAILED_SENT, Script.SILENT_SENT, Script.LOST_SENT})
_STATUSES = {
    Script.REFUSED: 400, Script.LIMITED: 429, Script.UNAVAILABLE: 503, Script.FAILED_SENT: 500,
    Script.FAILED_UNSENT: 500,
}  # fmt: skip


class ScriptedVendor:
    """Listens on this machine; `sent` counts by our id how often each message went out."""

    def __init__(self) -> None:
        self.sent: Counter[str] = Counter()
        self._next = Script.ACCEPTED
        self._is_over = threading.Event()
        vendor = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                vendor._answer(self)

            def log_message(self, format: str, *_: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def next_call(self, script: Script) -> None:
        self._next = script

    def close(self) -> None:
        self._is_over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers["Content-Length"]))
        script, self._next = self._next, Script.ACCEPTED
        is_mail = handler.path.startswith("/v3/")
        if script in SENT_BY_THEM:
            self.sent[_id_of_mail(body) if is_mail else _id_of_text(body)] += 1
        if script in (Script.SILENT_SENT, Script.SILENT_UNSENT):
            self._is_over.wait(1.0)
            handler.close_connection = True
        elif script in (Script.LOST_SENT, Script.LOST_UNSENT):
            handler.close_connection = True
        else:
            _say(handler, status=_STATUSES.get(script, 202 if is_mail else 201))


def _say(handler: BaseHTTPRequestHandler, *, status: int) -> None:
    answer = json.dumps({"sid": "SM1", "status": "queued"} if status < 300 else {"code": 21408}).encode()
    handler.send_response(status)
    # The limit is over at once: what a matrix asks is not how long.
    for name, value in (("Content-Length", str(len(answer))), ("X-Message-Id", "m1"), ("Retry-After", "0")):
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(answer)


def _id_of_mail(body: bytes) -> str:
    return str(json.loads(body)["custom_args"]["message_id"])


def _id_of_text(body: bytes) -> str:
    callback = parse_qs(body.decode())["StatusCallback"][0]
    return parse_qs(urlsplit(callback).query)["message_id"][0]
