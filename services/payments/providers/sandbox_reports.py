"""The webhook of the processor that the sandbox plays: `t=<seconds>,v1=<HMAC-SHA256 over "t.body">`, then JSON."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

from chassis.errors import InvalidRequest
from services.payments.contract.errors import ProcessorSignatureInvalid
from services.payments.providers.reports import FRESH_SECONDS, Fact, Report

SIGNATURE_LENGTH_MAX = 500

_FACTS: Mapping[str, Fact] = {
    "charge.settled": Fact.SETTLED,
    "charge.returned": Fact.RETURNED,
    "charge.disputed": Fact.DISPUTED,
    "charge.dispute_won": Fact.DISPUTE_WON,
    "refund.paid": Fact.REFUND_PAID,
    "refund.failed": Fact.REFUND_FAILED,
}


class _About(Schema):
    id = fields.String(required=True, validate=validate.Length(1, 200))
    key = fields.String(required=True, validate=validate.Length(1, 255))
    amount_cents = fields.Integer(required=True, strict=True, validate=validate.Range(min=1))
    code = fields.String(load_default=None, allow_none=True, validate=validate.Regexp(r"\A[A-Za-z0-9_]{1,40}\Z"))


class SandboxReports:
    """Reads what the sandbox posts, signed with the secret that both know."""

    def __init__(self, *, secret: str) -> None:
        self._secret = secret.encode()

    def read(self, *, body: str, signature: str, now: datetime) -> list[Report]:
        if not self._is_signed(body, signature, now=now):
            raise ProcessorSignatureInvalid()
        try:
            event = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise InvalidRequest("The body is not JSON.") from error
        if not isinstance(event, dict):
            raise InvalidRequest("The body is not an event.")
        report = _report(event)
        return [] if report is None else [report]

    def _is_signed(self, body: str, signature: str, *, now: datetime) -> bool:
        parts = dict(part.partition("=")[::2] for part in signature[:SIGNATURE_LENGTH_MAX].split(","))
        timestamp = parts.get("t", "")
        if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
            return False
        expected = hmac.new(self._secret, f"{timestamp}.{body}".encode(), hashlib.sha256).hexdigest()
        is_ours = hmac.compare_digest(expected.encode(), parts.get("v1", "").encode())
        return is_ours and abs(now.timestamp() - int(timestamp)) <= FRESH_SECONDS


def _report(event: Mapping[str, Any]) -> Report | None:
    """What an event says; None where it says nothing that matters here. Raises InvalidRequest."""
    name = event.get("type")
    fact = _FACTS.get(name) if isinstance(name, str) else None
    if fact is None:
        return None
    try:
        about = _About(unknown=EXCLUDE).load(event.get("data") or {})
    except ValidationError as error:
        raise InvalidRequest("The event does not say what it is about.") from error
    return Report(
        fact=fact, key=about["key"], reference=about["id"], amount_cents=about["amount_cents"], code=about["code"]
    )
