"""SendGrid's event webhook: verified by its official library, then read for the mails that carry our id."""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sendgrid.helpers.eventwebhook import EventWebhook

from chassis.errors import InvalidRequest
from services.notifications.contract.errors import WebhookSignatureInvalid
from services.notifications.providers.channels import OWN_ID
from services.notifications.providers.reports import FRESH_SECONDS, VENDOR_ID_LENGTH_MAX, Report, own_id
from services.notifications.providers.sendgrid import VENDOR
from services.notifications.rules import addresses
from services.notifications.rules.kinds import Channel
from services.notifications.rules.states import Reason, State

# `deferred` is SendGrid's own business until one of the others follows; opens and clicks are not counted at all.
_STATES: Mapping[str, State] = {
    "processed": State.SENT,
    "delivered": State.DELIVERED,
    "bounce": State.FAILED,
    "dropped": State.FAILED,
}
_REASONS: Mapping[State, str] = {State.SENT: Reason.ACCEPTED, State.DELIVERED: Reason.DELIVERED}
_TURNED_AWAY = "blocked"


class SendGridReports:
    """Reads what SendGrid posts. It verifies with any of the given public keys, so that they can be exchanged."""

    def __init__(self, *, public_keys: Iterable[str]) -> None:
        self._verifiers = [EventWebhook(public_key=key) for key in public_keys]

    def read(self, *, body: str, signature: str, timestamp: str, now: datetime) -> list[Report]:
        if not _is_fresh(timestamp, now=now) or not self._is_signed(body, signature, timestamp):
            raise WebhookSignatureInvalid()
        try:
            told = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise InvalidRequest("The body is not JSON.") from error
        if not isinstance(told, list):
            raise InvalidRequest("The body is not a list of events.")
        return [report for event in told if (report := _report(event)) is not None]

    def _is_signed(self, body: str, signature: str, timestamp: str) -> bool:
        try:
            # The library passes over whatever is no base64: one signature could be written in many ways.
            is_written_right = b64encode(b64decode(signature, validate=True)).decode() == signature
            return is_written_right and any(
                verifier.verify_signature(body, signature, timestamp) for verifier in self._verifiers
            )
        except ValueError:
            return False


def _is_fresh(timestamp: str, *, now: datetime) -> bool:
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return False
    return abs(now.timestamp() - int(timestamp)) <= FRESH_SECONDS


def _is_dead(event: Mapping[str, Any]) -> bool:
    return addresses.is_dead_mailbox(
        event=_text(event, "event"), kind=_text(event, "type"), status=_text(event, "status"),
        reason=_text(event, "reason"),
    )  # fmt: skip


def _text(event: Mapping[str, Any], name: str) -> str:
    given = event.get(name)
    return given if isinstance(given, str) else ""


def _report(event: Any) -> Report | None:
    """What an event says of a mail of ours; None where it is of another, or says nothing that matters."""
    if not isinstance(event, Mapping):
        return None
    message_id, name = own_id(event.get(OWN_ID)), event.get("event")
    state = _STATES.get(name) if isinstance(name, str) else None
    if message_id is None or state is None:
        return None
    failure = _TURNED_AWAY if event.get("type") == _TURNED_AWAY else name
    vendor_id = event.get("sg_message_id")
    return Report(
        message_id=message_id,
        channel=Channel.EMAIL,
        state=state,
        reason=_REASONS.get(state, f"{VENDOR}_{failure}"),
        vendor_id=vendor_id[:VENDOR_ID_LENGTH_MAX] if isinstance(vendor_id, str) else None,
        dead_address=_text(event, "email") or None if _is_dead(event) else None,
    )
