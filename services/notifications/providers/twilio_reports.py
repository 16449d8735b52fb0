"""Twilio's status callback: verified by its official library, then read for the text whose id is in the address."""

import re
from collections.abc import Mapping
from urllib.parse import parse_qs, parse_qsl, urlsplit

from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict

from services.notifications.contract.errors import WebhookSignatureInvalid
from services.notifications.providers.channels import OWN_ID
from services.notifications.providers.reports import VENDOR_ID_LENGTH_MAX, Report, own_id
from services.notifications.providers.twilio import OPTED_OUT, VENDOR
from services.notifications.rules import addresses
from services.notifications.rules.kinds import Channel
from services.notifications.rules.states import Reason, State

FIELDS_MAX = 100

_STATES: Mapping[str, State] = {
    "accepted": State.SENT,
    "scheduled": State.SENT,
    "queued": State.SENT,
    "sending": State.SENT,
    "sent": State.SENT,
    "delivered": State.DELIVERED,
    "read": State.DELIVERED,
    "undelivered": State.FAILED,
    "failed": State.FAILED,
    "canceled": State.FAILED,
}
_CODE = re.compile("[0-9]{3,6}")
_REASONS: Mapping[State, str] = {State.SENT: Reason.ACCEPTED, State.DELIVERED: Reason.DELIVERED}


class TwilioReports:
    """Reads what Twilio posts. Its signature has no time: a replay is old news, and that is all it is."""

    def __init__(self, *, auth_token: str) -> None:
        self._validator = RequestValidator(auth_token)

    def read(self, *, url: str, body: str, signature: str) -> list[Report]:
        form = read_form(body)
        if form is None or not self._validator.validate(url, form, signature):
            raise WebhookSignatureInvalid()
        report = _report(form, query=parse_qs(urlsplit(url).query))
        return [report] if report is not None else []


def _is_dead(code: str) -> bool:
    return _CODE.fullmatch(code) is not None and addresses.is_dead_number(code=int(code))


def read_form(body: str) -> MultiDict[str, str] | None:
    """The fields, those that are given twice too: all of them are signed."""
    try:
        return MultiDict(parse_qsl(body, keep_blank_values=True, max_num_fields=FIELDS_MAX))
    except ValueError:
        return None


def _report(form: MultiDict[str, str], *, query: Mapping[str, list[str]]) -> Report | None:
    """What the callback says of a text of ours; None where it is of another, or says nothing that matters."""
    message_id = own_id("".join(query.get(OWN_ID, [])))
    status, code = form.get("MessageStatus", ""), form.get("ErrorCode", "")
    state = _STATES.get(status)
    if message_id is None or state is None:
        return None
    has_stopped = state is State.FAILED and code == str(OPTED_OUT)
    return Report(
        message_id=message_id,
        channel=Channel.SMS,
        state=State.SUPPRESSED if has_stopped else state,
        reason=_REASONS.get(state, f"{VENDOR}_{code if _CODE.fullmatch(code) else status}"),
        vendor_id=form.get("MessageSid", "")[:VENDOR_ID_LENGTH_MAX] or None,
        stopped_number=form.get("To") if has_stopped else None,
        dead_address=form.get("To") if state is State.FAILED and _is_dead(code) else None,
    )
