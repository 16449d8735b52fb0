"""The processor over HTTP, as the sandbox speaks it: one request per call, a timeout on each, no redirect followed."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import requests
from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

from chassis.errors import OutcomeUnknown, VendorDown
from services.payments.providers.connecting import (
    CONNECT_SECONDS,
    LOOK_UP_SECONDS,
    READ_SECONDS,
    never_connected,
    private_session,
)
from services.payments.providers.interface import (
    BankAccountSource,
    Card,
    Charge,
    ChargeOutcome,
    MadeCharge,
    RefundOrder,
    RefundOutcome,
    RequestMisunderstood,
    Source,
)

PAGE = 100


class _Charge(Schema):
    id = fields.String(required=True, validate=validate.Length(1, 200))
    key = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf(("approved", "declined")))
    amount_cents = fields.Integer(required=True, strict=True)
    currency = fields.String(required=True, validate=validate.Equal("usd"))
    decline_code = fields.String(load_default=None, allow_none=True)


class _Refund(Schema):
    id = fields.String(required=True, validate=validate.Length(1, 200))
    key = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf(("paid", "failed")))
    amount_cents = fields.Integer(required=True, strict=True)
    failure_code = fields.String(load_default=None, allow_none=True)


class _Card(Schema):
    brand = fields.String(required=True, validate=validate.Length(1, 40))
    last4 = fields.String(required=True, validate=validate.Regexp(r"\A[0-9]{4}\Z"))
    exp_month = fields.Integer(required=True, strict=True, validate=validate.Range(1, 12))
    exp_year = fields.Integer(required=True, strict=True, validate=validate.Range(2000, 2200))


class SandboxProcessor:
    """A Processor. It trusts no answer that it cannot read, and none about another key or amount."""

    def __init__(self, *, base_url: str, api_key: str, read_seconds: float = READ_SECONDS) -> None:
        self._charges = f"{base_url.rstrip('/')}/processor/charges"
        self._refunds = f"{base_url.rstrip('/')}/processor/refunds"
        self._tokens = f"{base_url.rstrip('/')}/processor/tokens"
        self._authorization = f"Bearer {api_key}"
        self._read_seconds = read_seconds

    def prepare(self, charge: Charge) -> str | None:  # noqa: ARG002 - it is asked by our own key
        return None

    def charge(self, charge: Charge) -> ChargeOutcome:
        body: dict[str, Any] = {
            "amount_cents": charge.amount_cents, "currency": "usd", "source": _as_sent(charge.source),
        }  # fmt: skip
        if charge.description is not None:
            body["description"] = charge.description
        answer = self._order(self._charges, key=charge.key, body=body)
        if answer.status_code == 400 and _is_about(answer, "source"):
            return ChargeOutcome(reference=None, is_approved=False, decline_code="method_refused")
        return _outcome(_made(answer), charge=charge)

    def find(self, charge: Charge) -> ChargeOutcome | None:
        found = self._found(self._charges, key=charge.key)
        return _outcome(found[0], charge=charge) if found else None

    def abandon(self, charge: Charge) -> ChargeOutcome | None:
        return self.find(charge)

    def refund(self, order: RefundOrder) -> RefundOutcome:
        body = {"charge": order.charge_reference, "amount_cents": order.amount_cents}
        answer = self._order(self._refunds, key=order.key, body=body)
        if answer.status_code == 400 and _is_about(answer, "charge"):
            return RefundOutcome(reference=None, failure_code="charge_not_refundable")
        return _refund_outcome(_made(answer), order=order)

    def find_refund(self, order: RefundOrder) -> RefundOutcome | None:
        found = self._found(self._refunds, key=order.key)
        return _refund_outcome(found[0], order=order) if found else None

    def list_charges(self, *, since: datetime | None) -> Iterator[MadeCharge]:
        asked: dict[str, Any] = {"limit": PAGE} | ({} if since is None else {"since": since.isoformat()})
        while True:
            page = _json(self._ask(self._charges, params=asked))
            for told in page.get("data", []):
                known = _read(_Charge, told)
                if known["status"] == "approved":
                    yield MadeCharge(key=known["key"], reference=known["id"], amount_cents=known["amount_cents"])
            if not page.get("has_more"):
                return
            asked["starting_after"] = page["data"][-1]["id"]

    def find_card(self, *, token: str) -> Card | None:
        answer = self._ask(f"{self._tokens}/{token}", expected=(200, 404), read_seconds=LOOK_UP_SECONDS)
        if answer.status_code == 404:
            return None
        try:
            return Card(**_Card(unknown=EXCLUDE).load(_json(answer)))
        except ValidationError as error:
            raise VendorDown("the processor's answer cannot be read") from error

    def _order(self, url: str, *, key: str, body: Mapping[str, Any]) -> requests.Response:
        """Ask for money to be moved, under our key."""
        try:
            answer = self._send("POST", url, json=body, headers={"Idempotency-Key": key})
        except requests.RequestException as error:
            if never_connected(error):
                raise VendorDown(f"the processor cannot be reached ({type(error).__name__})") from error
            raise OutcomeUnknown(f"the processor did not answer ({type(error).__name__})") from error
        if answer.status_code in (429, 503):
            raise VendorDown(f"the processor is not available ({answer.status_code})")
        return answer

    def _found(self, url: str, *, key: str) -> list[Any]:
        found = _json(self._ask(url, params={"key": key})).get("data")
        if not isinstance(found, list):
            raise VendorDown("the processor's answer cannot be read")
        return found

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
        seconds = read_seconds or self._read_seconds
        with private_session() as session:
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


def _is_about(answer: requests.Response, part: str) -> bool:
    """Whether the processor refuses that part of what it was sent."""
    try:
        return str(answer.json()["error"]["param"]).startswith(part)
    except (ValueError, KeyError, TypeError):
        return False


def _made(answer: requests.Response) -> Any:
    """What was made. Raises RequestMisunderstood, OutcomeUnknown."""
    if 400 <= answer.status_code < 500:
        raise RequestMisunderstood(f"the processor refused the request ({answer.status_code})")
    if answer.status_code != 201:
        raise OutcomeUnknown(f"the processor failed ({answer.status_code})")
    return _json(answer)


def _json(answer: requests.Response) -> dict[str, Any]:
    try:
        body = answer.json()
    except ValueError:
        body = None
    return body if isinstance(body, dict) else {}


def _outcome(told: Any, *, charge: Charge) -> ChargeOutcome:
    known = _read_about(_Charge, told, key=charge.key, amount_cents=charge.amount_cents)
    return ChargeOutcome(
        reference=known["id"], is_approved=known["status"] == "approved", decline_code=known["decline_code"]
    )


def _refund_outcome(told: Any, *, order: RefundOrder) -> RefundOutcome:
    known = _read_about(_Refund, told, key=order.key, amount_cents=order.amount_cents)
    is_failed = known["status"] == "failed"
    return RefundOutcome(
        reference=known["id"], failure_code=(known["failure_code"] or "refund_failed") if is_failed else None
    )


def _read(schema: type[Schema], told: Any) -> dict[str, Any]:
    """The answer. Raises OutcomeUnknown where it cannot be read."""
    try:
        known: dict[str, Any] = schema(unknown=EXCLUDE).load(told)
    except ValidationError as error:
        raise OutcomeUnknown("the processor's answer cannot be read") from error
    return known


def _read_about(schema: type[Schema], told: Any, *, key: str, amount_cents: int) -> dict[str, Any]:
    """The answer, where it is about what was asked for. Raises OutcomeUnknown."""
    known = _read(schema, told)
    if (known["key"], known["amount_cents"]) != (key, amount_cents):
        raise OutcomeUnknown("the processor answered about something else")
    return known
