"""The processor over HTTP, as the sandbox speaks it: one request per call, a timeout on each, no redirect followed."""

from collections.abc import Mapping
from typing import Any

import requests
from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate
from requests.exceptions import ConnectionError as NotConnected
from requests.exceptions import ConnectTimeout, SSLError
from urllib3.exceptions import MaxRetryError, NewConnectionError

from chassis.errors import OutcomeUnknown, VendorDown
from services.payments.providers.interface import BankAccountSource, Card, ChargeOutcome, Source

CONNECT_SECONDS, READ_SECONDS = 3.0, 4.0
# A token is looked up while its owner waits for the answer to a command.
LOOK_UP_SECONDS = 2.0


class RequestMisunderstood(Exception):
    """The processor refused a request that we built: a defect of ours. Nothing was charged."""


class _Charge(Schema):
    id = fields.String(required=True, validate=validate.Length(1, 200))
    key = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf(("approved", "declined")))
    amount_cents = fields.Integer(required=True, strict=True)
    currency = fields.String(required=True, validate=validate.Equal("usd"))
    decline_code = fields.String(load_default=None, allow_none=True)


class _Card(Schema):
    brand = fields.String(required=True, validate=validate.Length(1, 40))
    last4 = fields.String(required=True, validate=validate.Regexp(r"\A[0-9]{4}\Z"))
    exp_month = fields.Integer(required=True, strict=True, validate=validate.Range(1, 12))
    exp_year = fields.Integer(required=True, strict=True, validate=validate.Range(2000, 2200))


class SandboxProcessor:
    """A Processor. It trusts no answer that it cannot read, and none about another key or amount."""

    def __init__(self, *, base_url: str, api_key: str, read_seconds: float = READ_SECONDS) -> None:
        self._charges = f"{base_url.rstrip('/')}/processor/charges"
        self._tokens = f"{base_url.rstrip('/')}/processor/tokens"
        self._authorization = f"Bearer {api_key}"
        self._read_seconds = read_seconds

    def charge(self, *, key: str, amount_cents: int, source: Source) -> ChargeOutcome:
        body = {"amount_cents": amount_cents, "currency": "usd", "source": _as_sent(source)}
        try:
            answer = self._send("POST", self._charges, json=body, headers={"Idempotency-Key": key})
        except requests.RequestException as error:
            if _never_connected(error):
                raise VendorDown(f"the processor cannot be reached ({type(error).__name__})") from error
            raise OutcomeUnknown(f"the processor did not answer ({type(error).__name__})") from error
        if answer.status_code in (429, 503):
            raise VendorDown(f"the processor is not available ({answer.status_code})")
        if answer.status_code == 400 and _is_about_source(answer):
            return ChargeOutcome(reference=None, is_approved=False, decline_code="method_refused")
        if 400 <= answer.status_code < 500:
            raise RequestMisunderstood(f"the processor refused the request ({answer.status_code})")
        if answer.status_code != 201:
            raise OutcomeUnknown(f"the processor failed ({answer.status_code})")
        return _outcome(_json(answer), key=key, amount_cents=amount_cents)

    def find(self, *, key: str, amount_cents: int) -> ChargeOutcome | None:
        found = _json(self._ask(self._charges, params={"key": key})).get("data")
        if not isinstance(found, list):
            raise VendorDown("the processor's answer cannot be read")
        return _outcome(found[0], key=key, amount_cents=amount_cents) if found else None

    def find_card(self, *, token: str) -> Card | None:
        answer = self._ask(f"{self._tokens}/{token}", expected=(200, 404), read_seconds=LOOK_UP_SECONDS)
        if answer.status_code == 404:
            return None
        try:
            return Card(**_Card(unknown=EXCLUDE).load(_json(answer)))
        except ValidationError as error:
            raise VendorDown("the processor's answer cannot be read") from error

    def _ask(self, url: str, *, expected: tuple[int, ...] = (200,), **options: Any) -> requests.Response:
        """A question moves no money: whatever goes wrong, it can be asked again."""
        try:
            answer = self._send("GET", url, **options)
        except requests.RequestException as error:
            raise VendorDown(f"the processor did not answer ({type(error).__name__})") from error
        if answer.status_code not in expected:
            raise VendorDown(f"the processor could not say ({answer.status_code})")
        return answer

    def _send(
        self, method: str, url: str, *, read_seconds: float | None = None, headers: Mapping[str, str] | None = None,
        **options: Any,
    ) -> requests.Response:  # fmt: skip
        """A connection of its own: a kept one that the other side has closed would look like a lost charge."""
        seconds = read_seconds or self._read_seconds
        with requests.Session() as session:
            # Neither proxies nor passwords of the machine's user belong to this conversation.
            session.trust_env = False
            return session.request(
                method, url, timeout=(min(CONNECT_SECONDS, seconds), seconds), allow_redirects=False,
                headers={"Authorization": self._authorization, **(headers or {})}, **options,
            )  # fmt: skip


def _as_sent(source: Source) -> dict[str, str]:
    if isinstance(source, BankAccountSource):
        return {
            "routing_number": source.routing_number,
            "account_number": source.account_number,
            "account_type": source.account_type,
        }
    return {"token": source.token}


def _never_connected(error: requests.RequestException) -> bool:
    """Whether not one byte of the request was sent. Being wrong is harmless: the key is charged at most once."""
    if isinstance(error, ConnectTimeout | SSLError):
        return True
    cause = error.args[0] if isinstance(error, NotConnected) and error.args else None
    return isinstance(cause, MaxRetryError) and isinstance(cause.reason, NewConnectionError)


def _is_about_source(answer: requests.Response) -> bool:
    try:
        return str(answer.json()["error"]["param"]).startswith("source")
    except (ValueError, KeyError, TypeError):
        return False


def _json(answer: requests.Response) -> dict[str, Any]:
    try:
        body = answer.json()
    except ValueError:
        body = None
    return body if isinstance(body, dict) else {}


def _outcome(charge: Any, *, key: str, amount_cents: int) -> ChargeOutcome:
    try:
        known = _Charge(unknown=EXCLUDE).load(charge)
    except ValidationError as error:
        raise OutcomeUnknown("the processor's answer cannot be read") from error
    if (known["key"], known["amount_cents"]) != (key, amount_cents):
        raise OutcomeUnknown("the processor answered about another charge")
    return ChargeOutcome(
        reference=known["id"], is_approved=known["status"] == "approved", decline_code=known["decline_code"]
    )
