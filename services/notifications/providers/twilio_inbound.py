"""Texts that people send to our number, as Twilio posts them: verified by its official library, then read."""

from collections.abc import Mapping

from twilio.request_validator import RequestValidator

from services.notifications.contract.errors import WebhookSignatureInvalid
from services.notifications.providers.reports import VENDOR_ID_LENGTH_MAX, InboundText
from services.notifications.providers.twilio_reports import read_form
from services.notifications.rules.replies import Word

NUMBER_LENGTH_MAX = 20
BODY_LENGTH_MAX = 1600

# Twilio's own opt-out management, where it is switched on, says what it understood; it has answered then.
_UNDERSTOOD: Mapping[str, Word] = {"STOP": Word.STOP, "HELP": Word.HELP, "START": Word.START}


class TwilioInbound:
    """Reads Twilio's incoming-message webhook. Its signature has no time: the id of a text makes a replay old news."""

    def __init__(self, *, auth_token: str) -> None:
        self._validator = RequestValidator(auth_token)

    def read(self, *, url: str, body: str, signature: str) -> InboundText | None:
        form = read_form(body)
        if form is None or not self._validator.validate(url, form, signature):
            raise WebhookSignatureInvalid()
        vendor_id, number = form.get("MessageSid", ""), form.get("From", "")
        if not vendor_id or not number:
            return None
        return InboundText(
            vendor_id=vendor_id[:VENDOR_ID_LENGTH_MAX],
            number=number[:NUMBER_LENGTH_MAX],
            body=form.get("Body", "")[:BODY_LENGTH_MAX],
            understood=_UNDERSTOOD.get(form.get("OptOutType", "")),
        )
