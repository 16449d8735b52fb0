"""What every route is given and gives back: the request, the sandbox's belongings, and a reply that may be held."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

from werkzeug.wrappers import Request as WerkzeugRequest
from werkzeug.wrappers import Response

from chassis.clock import MovableClock
from deploy.sandbox.store import Store
from deploy.sandbox.webhooks import Webhooks

BODY_BYTES_MAX = 10 * 1024 * 1024


class Request(WerkzeugRequest):
    """A request addressed to this machine by name; a foreign name would be a web page reaching in by DNS rebinding."""

    trusted_hosts = ["127.0.0.1", "localhost"]
    max_content_length = BODY_BYTES_MAX


@dataclass(frozen=True)
class Sandbox:
    """The belongings of a running sandbox; `new_hex` gives 32 fresh hexadecimal digits.

    `clock` is its stack's, and `webhooks` tell that stack; a sandbox of no stack has neither.
    """

    store: Store
    now: Callable[[], datetime]
    new_hex: Callable[[], str]
    hang_seconds: float
    slow_seconds: float
    clock: MovableClock | None = None
    webhooks: Webhooks | None = None

    def timestamp(self) -> str:
        """The present instant as RFC 3339 in UTC."""
        return self.now().astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(frozen=True)
class Reply:
    """An answer, and how long it is held back after the work is done."""

    response: Response
    held_seconds: float = field(default=0.0, kw_only=True)


class Route(Protocol):
    """What stands behind an address: takes the request and the parts of its path, gives a reply."""

    def __call__(self, request: Request, /, *, sandbox: Sandbox, **path_parts: str) -> Reply: ...


def json_reply(body: object, *, status: int = 200, headers: dict[str, str] | None = None, held: float = 0.0) -> Reply:
    """A JSON answer, held back for `held` seconds."""
    response = Response(json.dumps(body), status=status, headers=headers, content_type="application/json")
    return Reply(response, held_seconds=held)


def error_reply(status: int, code: str, message: str, *, headers: dict[str, str] | None = None, **extra: str) -> Reply:
    """A refusal in the sandbox's own form, also used by the processor: `{"error": {"code", "message", ...}}`."""
    return json_reply({"error": {"code": code, "message": message, **extra}}, status=status, headers=headers)


def json_object(request: Request) -> dict[str, Any] | None:
    """The JSON object in the body, or None when the body is anything else."""
    body = request.get_json(force=True, silent=True)
    return body if isinstance(body, dict) else None


def fields(request: Request) -> dict[str, Any]:
    """What a form or a JSON object says; a plain form on the page and a test may ask the same thing."""
    if request.mimetype == "application/json":
        return json_object(request) or {}
    return {name: value.strip() for name, value in request.form.items() if value.strip()}
