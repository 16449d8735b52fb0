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


class ConversationClosed(Refusal):
    code = "conversation_closed"
    kind = Kind.CONFLICT
    title = "This conversation is closed"
    detail = "Nothing is written into a closed conversation. Reopen it, or open a new one."


class ConversationFull(Refusal):
    code = "conversation_full"
    kind = Kind.CONFLICT
    title = "This conversation is full"
    detail = "A conversation holds at most 1000 messages. Open a new one and name this one in it."


class TooManyConversations(Refusal):
    code = "too_many_conversations"
    kind = Kind.CONFLICT
    title = "Too many conversations are open"
    detail = "At most 20 conversations of a person are open at a time. Write in one of them, or close one first."


class ConversationWithoutReader(Refusal):
    code = "conversation_without_reader"
    kind = Kind.CONFLICT
    title = "Nobody would read this"
    detail = "The text came from a number that no customer has. Call the number, then close the conversation."


class AttachmentTypeRefused(Refusal):
    code = "attachment_type_refused"
    kind = Kind.UNPROCESSABLE
    title = "Files of this type are not taken"
    detail = "Send a PDF, a JPEG, a PNG or plain text in UTF-8, whole and under its own Content-Type."


class AttachmentTooLarge(Refusal):
    code = "attachment_too_large"
    kind = Kind.UNPROCESSABLE
    title = "The file is too large"
    detail = "A file may have at most 5 MiB, plain text 32 KiB, and must not be empty. Send it smaller, or in parts."


class TooManyAttachments(Refusal):
    code = "too_many_attachments"
    kind = Kind.CONFLICT
    title = "The conversation holds too many files"
    detail = "A conversation holds at most 40 files of 40 MiB together. Open a new one for more."


class AttachmentNotUsable(Refusal):
    code = "attachment_not_usable"
    kind = Kind.UNPROCESSABLE
    title = "This file cannot be sent with the message"
    detail = "Name files that you uploaded to this conversation and that no message has yet, each once."


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
