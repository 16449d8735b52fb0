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
