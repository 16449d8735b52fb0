"""Starts the sandbox with `python -m deploy.sandbox`; it serves until SIGTERM, Ctrl-C or the end of its parent."""

import argparse
import os
import secrets
import signal
import socket
import sys
import threading
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from werkzeug.serving import WSGIRequestHandler, make_server

from chassis.clock import ClockRefusal, MovableClock, WallClock
from deploy.sandbox.app import READ_TO_ITS_END, SandboxApp
from deploy.sandbox.caller import Caller
from deploy.sandbox.charging import settle_by_date
from deploy.sandbox.exchange import Sandbox
from deploy.sandbox.signatures import KeyUnusable, ProcessorSignature, SendGridSignature, TwilioSignature
from deploy.sandbox.store import StateFileUnusable, Store
from deploy.sandbox.webhooks import Pace, Webhooks
from deploy.stack import COMPANY_TIME_ZONE

HOST = "127.0.0.1"
BACKLOG = 128
UNREAD_BYTES_MAX = 100 * 1024 * 1024
THREAD_STACK_BYTES = 512 * 1024


class QuietHandler(WSGIRequestHandler):
    """Writes no line per request: addresses in them carry telephone numbers and e-mail addresses.

    A connection is kept for the next request, as the vendors keep theirs, once the last one was read to its end; the
    library, which cannot know that, would close every one, and look for what is left of each request for a while.
    """

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    # Nobody is waited for on a kept connection for longer.
    timeout = 10

    def run_wsgi(self) -> None:
        """One request; whatever fails in the application is an answer of 500 and a trace on standard error."""
        if self.headers.get("Expect", "").lower() == "100-continue":
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        self.environ = self.make_environ()
        said: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(status: str, headers: list[tuple[str, str]], _: Any = None) -> Callable[[bytes], object]:
            said.append((status, headers))
            return self.wfile.write

        try:
            body = b"".join(self.server.app(self.environ, start_response))
        except Exception:  # noqa: BLE001 - whatever it is, its trace is shown
            traceback.print_exc()
            said, body = [("500 Internal Server Error", [])], b""
        self._answer(*said[-1], body=body)

    def _answer(self, status: str, headers: list[tuple[str, str]], *, body: bytes) -> None:
        code, _, words = status.partition(" ")
        self.send_response(int(code), words)
        for name, value in headers:
            self.send_header(name, value)
        if "content-length" not in {name.lower() for name, _ in headers}:
            self.send_header("Content-Length", str(len(body)))
        if not self.environ.get(READ_TO_ITS_END):
            # Who is still sending would not read the answer.
            self.rfile.read(min(int(self.headers.get("Content-Length") or 0), UNREAD_BYTES_MAX))
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(b"" if self.command == "HEAD" else body)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


def main() -> None:
    """Read the options, take the port and the file, and serve; exit code 2 with one sentence when that cannot be."""
    options = _options()
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGINT, _end)
    try:
        sandbox = _sandbox(options)
        caller = _caller(options, sandbox=sandbox)
    except (StateFileUnusable, ClockRefusal, KeyUnusable) as refusal:
        _refuse(str(refusal))
    try:
        listener = socket.create_server((HOST, options.port), backlog=BACKLOG)
    except OSError as error:
        _refuse(f"Port {options.port} cannot be opened: {error.strerror}. Choose another with --port.")
    threading.stack_size(THREAD_STACK_BYTES)
    if options.parent_pipe:
        threading.Thread(target=_end_with_parent, daemon=True).start()
    if caller is not None:
        threading.Thread(target=caller.run, daemon=True).start()
    if sandbox.clock is not None:
        threading.Thread(target=settle_by_date, kwargs={"sandbox": sandbox}, daemon=True).start()
    # An event that nobody sets: waiting on it holds one answer and ends with the process.
    app = SandboxApp(sandbox=sandbox, hold=threading.Event().wait)
    port = listener.getsockname()[1]
    server = make_server(HOST, port, app, threaded=True, request_handler=QuietHandler, fd=listener.fileno())
    print(f"The sandbox is ready at http://{HOST}:{port}/_sandbox", flush=True)
    server.serve_forever()


def _sandbox(options: argparse.Namespace) -> Sandbox:
    store = Store(path=options.state)
    pace = Pace(step_seconds=options.step_seconds, retry_seconds=options.retry_seconds)
    return Sandbox(
        store=store,
        now=_now,
        new_hex=_new_hex,
        hang_seconds=options.hang_seconds,
        slow_seconds=options.slow_seconds,
        clock=_clock(options),
        webhooks=Webhooks(store=store, now=_now, new_hex=_new_hex, pace=pace) if options.gateway else None,
    )


def _caller(options: argparse.Namespace, *, sandbox: Sandbox) -> Caller | None:
    if sandbox.webhooks is None:
        return None
    if None in (options.sendgrid_key, options.twilio_token, options.processor_secret):
        needed = "--sendgrid-key, --twilio-token and --processor-secret"
        raise KeyUnusable(f"--gateway needs {needed}: nobody believes an unsigned webhook.")
    return Caller(
        sandbox=sandbox,
        webhooks=sandbox.webhooks,
        gateway=options.gateway,
        public_url=options.public_url or options.gateway,
        sendgrid_signature=SendGridSignature(key_file=options.sendgrid_key),
        twilio_signature=TwilioSignature(token_file=options.twilio_token),
        processor_signature=ProcessorSignature(secret_file=options.processor_secret),
    )


def _now() -> datetime:
    return datetime.now(UTC)


def _new_hex() -> str:
    return secrets.token_hex(16)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m deploy.sandbox", description=__doc__)
    parser.add_argument("--port", type=_port, required=True, help="port on 127.0.0.1; 0 lets the system choose")
    parser.add_argument("--state", type=Path, required=True, metavar="FILE", help="where everything is kept")
    parser.add_argument("--hang-seconds", type=_seconds, default=8.0, help="how long a timeout holds the answer back")
    parser.add_argument("--slow-seconds", type=_seconds, default=2.0, help="how long tok_slow holds the answer back")
    parser.add_argument("--clock-file", type=Path, metavar="FILE", help="the file that moves the stack's business date")
    parser.add_argument("--gateway", metavar="URL", help="the gateway of the stack, whose webhooks are called")
    parser.add_argument("--public-url", metavar="URL", help="what the stack calls itself; the gateway, unless named")
    parser.add_argument("--sendgrid-key", type=Path, metavar="FILE", help="private key that signs SendGrid's webhooks")
    parser.add_argument("--twilio-token", type=Path, metavar="FILE", help="token that signs Twilio's webhooks")
    parser.add_argument(
        "--processor-secret", type=Path, metavar="FILE", help="secret that signs the processor's webhooks"
    )
    parser.add_argument("--step-seconds", type=_seconds, default=0.5, help="how long each step of a message takes")
    parser.add_argument("--retry-seconds", type=_seconds, default=1.0, help="the first pause of a refused webhook")
    parser.add_argument("--parent-pipe", action="store_true", help="end when standard input ends")
    return parser.parse_args()


def _clock(options: argparse.Namespace) -> MovableClock | None:
    if options.clock_file is None:
        return None
    wall = WallClock(zone_name=os.environ.get("COMPANY_TIME_ZONE", COMPANY_TIME_ZONE))
    return MovableClock(wall=wall, clock_file=options.clock_file)


def _port(given: str) -> int:
    port = int(given)
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError("give a port from 0 to 65535")
    return port


def _seconds(given: str) -> float:
    seconds = float(given)
    if not 0 <= seconds <= 3600:
        raise argparse.ArgumentTypeError("give 0 to 3600 seconds")
    return seconds


def _end_with_parent() -> None:
    while os.read(sys.stdin.fileno(), 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def _end(signal_number: int, frame: FrameType | None) -> NoReturn:  # noqa: ARG001 - the form of a signal handler
    # Nothing waits to be written: every change is in the file before it is answered.
    sys.stdout.flush()
    os._exit(0)


def _refuse(sentence: str) -> NoReturn:
    print(sentence, file=sys.stderr)
    raise SystemExit(2)


if __name__ == "__main__":
    main()
