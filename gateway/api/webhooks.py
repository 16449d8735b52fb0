"""What vendors call: a signed report of what became of a mail or a text. Nobody signs in; the signature is the proof.

There is no limit on attempts: a vendor tells everything of a busy hour from one address. What cannot be taken now is
answered 503, and the vendor comes again.
"""

from chassis.schemas import Nothing
from gateway.api import examples
from gateway.routing import HttpCall, RawBody, Reply, route
from gateway.schemas import ReportedMessage

# SendGrid waits half a minute and sends everything that happened in it at once.
MAIL_EVENTS_BYTES_MAX = 1024 * 1024
TEXT_STATUS_BYTES_MAX = 16 * 1024
PROCESSOR_EVENT_BYTES_MAX = 256 * 1024

SENDGRID_SIGNATURE = "X-Twilio-Email-Event-Webhook-Signature"
SENDGRID_TIMESTAMP = "X-Twilio-Email-Event-Webhook-Timestamp"
TWILIO_SIGNATURE = "X-Twilio-Signature"
# The form of Stripe's signature, whichever processor signs.
PROCESSOR_SIGNATURE = "Stripe-Signature"
TWILIO_PATH = "/v1/webhooks/twilio/status"
TWILIO_INBOUND_PATH = "/v1/webhooks/twilio/inbound"

_TEXT = {"type": "string"}


@route(
    "POST", "/v1/webhooks/sendgrid", operation="recordMailEvents", status=204, tags=("webhooks",), gives=Nothing,
    summary="SendGrid's event webhook", errors=("webhook_signature_invalid", "invalid_request"),
    raw=RawBody(
        media="application/json", bytes_max=MAIL_EVENTS_BYTES_MAX, signed_by=(SENDGRID_SIGNATURE, SENDGRID_TIMESTAMP),
        shape={
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "event": _TEXT, "message_id": _TEXT, "sg_event_id": _TEXT, "sg_message_id": _TEXT,
                    "timestamp": {"type": "integer"}, "type": _TEXT,
                },
            },
        },
    ),
    sends=[
        {
            "event": "delivered", "message_id": examples.MESSAGE_ID, "sg_event_id": "ZGVsaXZlcmVkLTA",
            "sg_message_id": "14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.0", "timestamp": 1795446602,
        }
    ],
)  # fmt: skip
def record_mail_events(call: HttpCall) -> Reply:
    """Verified over the timestamp and the body byte for byte; no older than five minutes.

    Events of mails that are not ours, and those that say nothing new, are taken and change nothing.
    """
    return call.relay(
        "notifications", "record_mail_events", body=call.raw, signature=call.headers[SENDGRID_SIGNATURE],
        timestamp=call.headers[SENDGRID_TIMESTAMP],
    )  # fmt: skip


@route(
    "POST", TWILIO_PATH, operation="recordTextStatus", status=204, tags=("webhooks",), gives=Nothing,
    query=ReportedMessage, summary="Twilio's status callback", errors=("webhook_signature_invalid",),
    raw=RawBody(
        media="application/x-www-form-urlencoded", bytes_max=TEXT_STATUS_BYTES_MAX, signed_by=(TWILIO_SIGNATURE,),
        shape={
            "type": "object",
            "properties": {"MessageSid": _TEXT, "MessageStatus": _TEXT, "ErrorCode": _TEXT, "To": _TEXT},
        },
    ),
    sends={"MessageSid": "SM00000000000000000000000000000001", "MessageStatus": "delivered", "To": "+12145550142"},
)  # fmt: skip
def record_text_status(call: HttpCall) -> Reply:
    """Verified over the public address with its query and the fields of the form. Told again it changes nothing."""
    address = f"{call.house.settings['PUBLIC_URL'].rstrip('/')}{TWILIO_PATH}?message_id={call.query['message_id']}"
    return call.relay(
        "notifications", "record_text_status", url=address, body=call.raw, signature=call.headers[TWILIO_SIGNATURE]
    )


@route(
    "POST", TWILIO_INBOUND_PATH, operation="recordInboundText", status=204, tags=("webhooks",), gives=Nothing,
    summary="Twilio's webhook for incoming messages", errors=("webhook_signature_invalid",),
    raw=RawBody(
        media="application/x-www-form-urlencoded", bytes_max=TEXT_STATUS_BYTES_MAX, signed_by=(TWILIO_SIGNATURE,),
        shape={
            "type": "object",
            "properties": {"MessageSid": _TEXT, "From": _TEXT, "To": _TEXT, "Body": _TEXT, "OptOutType": _TEXT},
        },
    ),
    sends={
        "MessageSid": "SM00000000000000000000000000000002", "From": "+12145550142", "To": "+15005550006",
        "Body": "STOP",
    },
)  # fmt: skip
def record_inbound_text(call: HttpCall) -> Reply:
    """Verified over the public address and the fields of the form; the same MessageSid again changes nothing.

    STOP, HELP and START, and what means them in English or Spanish, are heeded at once and answered once by a text of
    its own; all else goes to a conversation. The answer is empty, so that Twilio texts nothing by itself.
    """
    address = f"{call.house.settings['PUBLIC_URL'].rstrip('/')}{TWILIO_INBOUND_PATH}"
    return call.relay(
        "notifications", "record_inbound_text", url=address, body=call.raw, signature=call.headers[TWILIO_SIGNATURE]
    )


@route(
    "POST", "/v1/webhooks/processor", operation="recordProcessorEvents", status=204, tags=("webhooks",), gives=Nothing,
    summary="The card and bank processor's webhook", errors=("processor_signature_invalid", "invalid_request"),
    raw=RawBody(
        media="application/json", bytes_max=PROCESSOR_EVENT_BYTES_MAX, signed_by=(PROCESSOR_SIGNATURE,),
        shape={
            "type": "object",
            "properties": {"id": _TEXT, "type": _TEXT, "created": {"type": "integer"}, "data": {"type": "object"}},
        },
    ),
    sends={
        "id": "wh_00000000000000000000000000000001", "type": "charge.settled", "created": 1795446602,
        "data": {"id": "ch_1", "key": examples.PAYMENT_ID, "amount_cents": 41235},
    },
)  # fmt: skip
def record_processor_events(call: HttpCall) -> Reply:
    """Money has come in, was returned or disputed, a refund has gone out or failed.

    Verified over the timestamp and the body byte for byte; no older than five minutes. What is not about money of
    ours, and what says nothing new, is taken and changes nothing.
    """
    return call.relay("payments", "record_processor_events", body=call.raw, signature=call.headers[PROCESSOR_SIGNATURE])


ROUTES = (record_mail_events, record_text_status, record_inbound_text, record_processor_events)
