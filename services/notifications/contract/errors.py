"""Refusals of notifications. A request of the wrong shape is the chassis' InvalidRequest."""

from chassis.errors import Kind, Refusal


class WebhookSignatureInvalid(Refusal):
    code = "webhook_signature_invalid"
    kind = Kind.FORBIDDEN
    title = "The signature does not fit"
    detail = (
        "The signature is not the vendor's over exactly this address and body, or it is more than five minutes old. "
        "Check the key or token of the webhook, and that nothing on the way changes the request."
    )


class AlertLocked(Refusal):
    code = "alert_locked"
    kind = Kind.UNPROCESSABLE
    title = "This alert cannot be changed"
    detail = "The cells under `locked` stay as they are: a law, or your safety, asks for them. Send them as they were."


class SmsConsentNotCurrent(Refusal):
    code = "sms_consent_not_current"
    kind = Kind.UNPROCESSABLE
    title = "This is not the consent that is in force"
    detail = "Show `texts.consent_offer.text` of GET /v1/me/alerts to the person, and send its version."


class TelephoneNumberMissing(Refusal):
    code = "telephone_number_missing"
    kind = Kind.CONFLICT
    title = "We have no mobile number of yours"
    detail = "Give us your number first (PATCH /v1/me) and verify it; then agree to texts."


class TextsStoppedByText(Refusal):
    code = "texts_stopped_by_text"
    kind = Kind.CONFLICT
    title = "Texts to this number were stopped by text"
    detail = "Your carrier holds texts back until you text START to us from that number. That is your consent as well."
