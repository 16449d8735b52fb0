"""Loaded by schemathesis in its own process: signs in, signs what vendors sign, and counts every answer.

Sessions are ended by the generated requests like anything else: whoever is refused or has an old token signs in anew.
"""

import atexit
import json
import os
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests
import schemathesis
from requests import PreparedRequest
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from schemathesis import AuthContext, Case, HookContext, Response, SerializationContext
from urllib3.util import Retry

from deploy.sandbox.signatures import ProcessorSignature, SendGridSignature, TwilioSignature

URL = os.environ["CAPTIVE_FUZZ_URL"]
# By role, who signs in; for nobody, all requests are anonymous.
LOGINS: dict[str, dict[str, str]] = json.loads(os.environ["CAPTIVE_FUZZ_LOGINS"])
METRICS_TOKEN = os.environ["CAPTIVE_FUZZ_METRICS_TOKEN"]
KEYS = Path(os.environ["CAPTIVE_FUZZ_KEYS"])
TALLY = Path(os.environ["CAPTIVE_FUZZ_TALLY"])
TOKEN_SECONDS = 120
# As in schemathesis.toml.
HANG_SECONDS = 30.0
# Signing in is not what is judged here; on a busy machine a password takes its time.
PATIENTLY = Retry(total=3, backoff_factor=0.5, status_forcelist=(503,), allowed_methods=None)

_lock = threading.Lock()
_tokens: dict[str, tuple[str, float]] = {}
_answers: Counter[tuple[str, int]] = Counter()
_hangs: list[str] = []
_sign_ins = 0
_identity = requests.Session()
_identity.mount("http://", HTTPAdapter(max_retries=PATIENTLY))


def token_of(role: str) -> str:
    """A token not older than two minutes. Raises where the stack refuses the log-in, which then ends the run."""
    global _sign_ins
    with _lock:
        token, made_at = _tokens.get(role, ("", 0.0))
        if not token or time.monotonic() - made_at > TOKEN_SECONDS:
            answer = _identity.post(f"{URL}/v1/sessions", json=LOGINS[role], timeout=HANG_SECONDS)
            answer.raise_for_status()
            token = answer.json()["access_token"]
            _tokens[role] = (token, time.monotonic())
            _sign_ins += 1
        return token


@schemathesis.auth(refresh_interval=None)
class SignedIn:
    """The first role of the operation that can sign in; else any, which the operation then refuses."""

    def get(self, case: Case[Any], context: AuthContext) -> str | None:
        if context.operation.path == "/metrics":
            return METRICS_TOKEN
        roles = context.operation.definition.raw.get("x-roles", [])
        role = next((role for role in roles if role in LOGINS), next(iter(LOGINS), None))
        return token_of(role) if role else None

    def set(self, case: Case[Any], data: str | None, context: AuthContext) -> None:
        if data is not None:
            case.headers["Authorization"] = f"Bearer {data}"


class MailVendor(AuthBase):
    """Signs a body as SendGrid would have."""

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        signature = SendGridSignature(key_file=KEYS / "sendgrid-webhook.private.pem")
        request.headers.update(signature.headers(_body(request), timestamp=str(int(time.time()))))
        return request


class TextVendor(AuthBase):
    """Signs a form as Twilio would have."""

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        public = os.environ["CAPTIVE_FUZZ_PUBLIC_URL"]
        parts = urlsplit(str(request.url))
        form = dict(parse_qsl(_body(request).decode(errors="replace"), keep_blank_values=True))
        url = f"{public}{parts.path}?{parts.query}"
        request.headers.update(TwilioSignature(token_file=KEYS / "twilio-token").headers(form, url=url))
        return request


class MoneyVendor(AuthBase):
    """Signs a body as the processor would have."""

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        signature = ProcessorSignature(secret_file=KEYS / "processor-webhook-secret")
        request.headers.update(signature.headers(_body(request), timestamp=str(int(time.time()))))
        return request


@schemathesis.serializer("application/pdf", "image/jpeg", "image/png")
def as_a_file(context: SerializationContext, value: Any) -> bytes | None:
    """A file goes out as the bytes that it is."""
    return value if isinstance(value, bytes) else str(value).encode()


# By operation, the headers of a signature and who makes them.
MAIL_HEADERS = ("X-Twilio-Email-Event-Webhook-Signature", "X-Twilio-Email-Event-Webhook-Timestamp")
VENDORS: dict[str, tuple[tuple[str, ...], AuthBase]] = {
    "recordMailEvents": (MAIL_HEADERS, MailVendor()),
    "recordTextStatus": (("X-Twilio-Signature",), TextVendor()),
    "recordInboundText": (("X-Twilio-Signature",), TextVendor()),
    "recordProcessorEvents": (("Stripe-Signature",), MoneyVendor()),
}


@schemathesis.hook
def before_call(context: HookContext, case: Case[Any], kwargs: dict[str, Any]) -> None:
    """Every second signature that was made up is replaced by a true one, so that the body behind it is read."""
    names, vendor = VENDORS.get(case.operation.definition.raw.get("operationId", ""), ((), None))
    if vendor and all(name in (case.headers or {}) for name in names) and sum(case.id.encode()) % 2:
        kwargs["auth"] = vendor


@schemathesis.hook
def after_call(context: HookContext, case: Case[Any], response: Response) -> None:
    with _lock:
        _answers[(case.operation.label, response.status_code)] += 1
        if response.elapsed >= HANG_SECONDS:
            _hangs.append(case.operation.label)


@schemathesis.hook
def after_network_error(context: HookContext, case: Case[Any], request: PreparedRequest) -> None:
    with _lock:
        _hangs.append(case.operation.label)


def _body(request: PreparedRequest) -> bytes:
    body = request.body or b""
    return body.encode() if isinstance(body, str) else bytes(body)


@atexit.register
def _write() -> None:
    answers = [{"operation": label, "status": status, "count": count} for (label, status), count in _answers.items()]
    TALLY.write_text(json.dumps({"answers": answers, "hangs": _hangs, "sign_ins": _sign_ins}))
