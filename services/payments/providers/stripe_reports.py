"""Stripe's webhook: verified by its official library, then read for the money that carries our key.

The codes of the ACH network are in Stripe's words where it has them (`network_decline_code`), else in the nearest one.
"""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import stripe

from chassis.errors import InvalidRequest
from services.payments.contract.errors import ProcessorSignatureInvalid
from services.payments.providers.reports import FRESH_SECONDS, Fact, Report
from services.payments.providers.stripe_processor import OWN_KEY
from services.payments.rules.returns import CONSEQUENCES, DISPUTE_LOST

BANK = "us_bank_account"

RETURN_CODES: Mapping[str, str] = {
    "insufficient_funds": "R01",
    "account_closed": "R02",
    "bank_account_closed": "R02",
    "no_account": "R03",
    "incorrect_account_details": "R03",
    "bank_account_invalid_details": "R03",
    "debit_not_authorized": "R10",
    "customer_initiated": "R10",
    "account_frozen": "R16",
    "bank_account_restricted": "R16",
    "could_not_process": "R17",
    "bank_cannot_process": "R17",
}
"""What Stripe says of a debit that a bank sent back, and the code of the network that means the same."""

_DISPUTES_CLOSED: Mapping[str, Fact] = {
    "won": Fact.DISPUTE_WON,
    "warning_closed": Fact.DISPUTE_WON,
    "prevented": Fact.DISPUTE_WON,
    "lost": Fact.RETURNED,
}

FindKey = Callable[[str], str | None]


class StripeReports:
    """Reads what Stripe posts. `find_key` asks Stripe for our key of an intent that an event only names."""

    def __init__(self, *, secret: str, find_key: FindKey) -> None:
        self._secret = secret
        self._find_key = find_key

    def read(self, *, body: str, signature: str, now: datetime) -> list[Report]:
        try:
            stripe.WebhookSignature.verify_header(body, signature, self._secret)
        except (stripe.SignatureVerificationError, ValueError) as error:
            raise ProcessorSignatureInvalid() from error
        if not _is_fresh(signature, now=now):
            raise ProcessorSignatureInvalid()
        try:
            event = json.loads(body)
            name, about = event["type"], event["data"]["object"]
        except (ValueError, RecursionError, TypeError, KeyError) as error:
            raise InvalidRequest("The body is not an event.") from error
        if not isinstance(name, str) or not isinstance(about, dict):
            raise InvalidRequest("The body is not an event.")
        report = self._report(name, about)
        return [] if report is None else [report]

    def _report(self, name: str, about: Mapping[str, Any]) -> Report | None:
        if name in ("payment_intent.succeeded", "payment_intent.payment_failed"):
            return _of_intent(name, about)
        if name in ("charge.dispute.created", "charge.dispute.closed"):
            return self._of_dispute(name, about)
        if name in ("refund.updated", "refund.failed"):
            return _of_refund(about)
        return None

    def _of_dispute(self, name: str, about: Mapping[str, Any]) -> Report | None:
        """A bank that disputes a debit has taken it back for good; a card's holder only begins to."""
        is_debit = _type_of(about) == BANK
        if name == "charge.dispute.created":
            fact = Fact.RETURNED if is_debit else Fact.DISPUTED
        else:
            fact = _DISPUTES_CLOSED.get(str(about.get("status")), Fact.DISPUTED)
        reference = about.get("payment_intent")
        if (is_debit and name == "charge.dispute.closed") or not isinstance(reference, str):
            return None
        key = self._find_key(reference)
        if key is None:
            return None
        reason = str(about.get("reason") or "general")
        code = _network_code(about, reason) if is_debit else reason
        return Report(
            fact=fact, key=key, reference=reference, amount_cents=_amount(about),
            code=DISPUTE_LOST if fact is Fact.RETURNED and not is_debit else code,
        )  # fmt: skip


def _of_intent(name: str, about: Mapping[str, Any]) -> Report | None:
    """An intent came through; or a debit that was under way came back. A card that is declined was never charged."""
    key = _key(about)
    if key is None:
        return None
    if name == "payment_intent.succeeded":
        return Report(fact=Fact.SETTLED, key=key, reference=_id(about), amount_cents=_amount(about))
    error = about.get("last_payment_error")
    if BANK not in (about.get("payment_method_types") or ()) or not isinstance(error, Mapping):
        return None
    code = _network_code(error, str(error.get("decline_code") or error.get("code") or ""))
    return Report(fact=Fact.RETURNED, key=key, reference=_id(about), amount_cents=_amount(about), code=code)


def _of_refund(about: Mapping[str, Any]) -> Report | None:
    key, status = _key(about), about.get("status")
    if key is None or status not in ("succeeded", "failed", "canceled"):
        return None
    has_failed = status != "succeeded"
    return Report(
        fact=Fact.REFUND_FAILED if has_failed else Fact.REFUND_PAID, key=key, reference=_id(about),
        amount_cents=_amount(about), code=str(about.get("failure_reason") or status) if has_failed else None,
    )  # fmt: skip


def _network_code(told: Mapping[str, Any], reason: str) -> str:
    """The network's own code where Stripe passes it on, else the one that its reason stands for."""
    network = told.get("network_decline_code")
    if isinstance(network, str) and network in CONSEQUENCES:
        return network
    return RETURN_CODES.get(reason, reason or "unnamed")


def _type_of(dispute: Mapping[str, Any]) -> str | None:
    details = dispute.get("payment_method_details")
    return str(details.get("type")) if isinstance(details, Mapping) else None


def _key(about: Mapping[str, Any]) -> str | None:
    metadata = about.get("metadata")
    key = metadata.get(OWN_KEY) if isinstance(metadata, Mapping) else None
    return key if isinstance(key, str) else None


def _id(about: Mapping[str, Any]) -> str:
    found = about.get("id")
    if not isinstance(found, str):
        raise InvalidRequest("The event does not say what it is about.")
    return found


def _amount(about: Mapping[str, Any]) -> int:
    amount = about.get("amount")
    if isinstance(amount, bool) or not isinstance(amount, int):
        raise InvalidRequest("The event does not say how much it is about.")
    return amount


def _is_fresh(signature: str, *, now: datetime) -> bool:
    """Neither old nor of a time to come; the library has read the same timestamp and found it a number."""
    timestamp = next(part[2:] for part in signature.split(",") if part.startswith("t="))
    return abs(now.timestamp() - int(timestamp)) <= FRESH_SECONDS
