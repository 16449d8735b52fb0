"""Texts that a customer sends to the stack's number: kept, and told to it as Twilio tells them.

The account that is played answers no words by itself, so that a typed STOP, HELP or START is the stack's to heed. The
buttons STOP and START stand for Twilio's own opt-out management: Twilio blocks or frees the number, has answered, and
tells the stack which word it understood.
"""

from deploy.sandbox.exchange import Reply, Request, Sandbox, json_reply
from deploy.sandbox.store import Document
from deploy.sandbox.twilio import TEXTS

INBOUND = "inbound_texts"
RECEIVED = "received"
LISTED_MAX = 100
OUR_NUMBER = "+15005550006"
ACCOUNT_SID = "AC" + "0" * 32


def list_inbound(request: Request, /, *, sandbox: Sandbox, **_: str) -> Reply:  # noqa: ARG001 - the same for everybody
    """GET /_sandbox/inbound → {"data": […]}, newest first."""
    return json_reply({"data": sandbox.store.latest(kind=INBOUND, limit=LISTED_MAX)})


def receive(*, number: str, body: str, sandbox: Sandbox, understood: str | None = None) -> Document:
    """Keep a text from this number and have the stack told; `understood` is the word that Twilio heeded itself."""
    written = next(iter(sandbox.store.latest(kind=TEXTS, limit=1, found_under=number)), None)
    text: Document = {
        "id": f"SM{sandbox.new_hex()}",
        "account_sid": written["account_sid"] if written else ACCOUNT_SID,
        "from": number,
        "to": (written and written["from"]) or OUR_NUMBER,
        "body": body,
        "understood": understood,
        "created_at": sandbox.timestamp(),
    }
    with sandbox.store.lock:
        if sandbox.webhooks is not None:
            sandbox.webhooks.tell(kind=INBOUND, id=text["id"], event=RECEIVED)
        sandbox.store.put(kind=INBOUND, id=text["id"], document=text, found_under=(number,))
    return text


def form_of(text: Document) -> dict[str, str]:
    """What Twilio posts of it."""
    form = {
        "AccountSid": text["account_sid"],
        "ApiVersion": "2010-04-01",
        "Body": text["body"],
        "From": text["from"],
        "MessageSid": text["id"],
        "NumMedia": "0",
        "NumSegments": "1",
        "SmsMessageSid": text["id"],
        "SmsSid": text["id"],
        "SmsStatus": RECEIVED,
        "To": text["to"],
    }
    return {**form, "OptOutType": text["understood"]} if text["understood"] else form
