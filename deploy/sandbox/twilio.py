"""Plays Twilio's message sending: answers in Twilio's form, with Twilio's codes, and heeds a number that said STOP.

There are no idempotency keys here, as there are none at Twilio: what is sent twice is kept twice. What becomes of a
text is told to its status callback, also to who gave up waiting for the answer.
"""

from collections.abc import Mapping
from email.utils import format_datetime
from math import ceil

import phonenumbers

from deploy.sandbox.exchange import Reply, Request, Sandbox, json_reply
from deploy.sandbox.links import links_in
from deploy.sandbox.store import Document

TEXTS = "texts"
OPT_OUTS = "opt_outs"
BODY_CHARACTERS_MAX = 1600

# What a status callback says, which is what a text then is; nothing of a lower rank happens after a higher one.
STATUSES: Mapping[str, str] = {name: name for name in ("sent", "delivered", "undelivered", "failed")}
RANKS: Mapping[str, int] = {"queued": 0, "sent": 1, "delivered": 2, "undelivered": 2, "failed": 2}
PLANNED_EVENTS = ("sent", "delivered")
UNREACHABLE, OPTED_OUT = 30003, 21610
ERROR_CODES: Mapping[str, int] = {"undelivered": UNREACHABLE, "failed": OPTED_OUT}

_MEANINGS = {
    20003: "The account and token were not accepted. Send basic authentication with the account of this address.",
    20429: "The sandbox plays Twilio's rate limit.",
    20503: "The sandbox plays Twilio being down.",
    21211: "'To' is not a telephone number in international form, such as +12125552368.",
    21212: "'From' is not a telephone number in international form, such as +12125552368.",
    21408: "Texts to this region are not permitted for the account.",
    21602: "A 'Body' is required.",
    21603: "A 'From' number or a 'MessagingServiceSid' is required.",
    21604: "A 'To' number is required.",
    21610: "The person at this number replied STOP; nothing more may be sent to it.",
    21612: "There is no way to reach this 'To' from this 'From'.",
    21614: "'To' is not a mobile number, so it cannot receive texts.",
    21617: f"The 'Body' is longer than {BODY_CHARACTERS_MAX} characters.",
}

# The same numbers that Twilio's own test credentials give these meanings.
FIXED_NUMBERS = {
    "+15005550001": 21211,
    "+15005550002": 21612,
    "+15005550003": 21408,
    "+15005550004": 21610,
    "+15005550009": 21614,
}


def send_message(request: Request, /, *, sandbox: Sandbox, account_sid: str = "", **_: str) -> Reply:
    """POST /2010-04-01/Accounts/{sid}/Messages.json → 201, or Twilio's error with its code."""
    if not _is_signed_in(request, account_sid=account_sid):
        return _refusal(401, 20003)
    code = _problem_of(request, sandbox=sandbox)
    if code is not None:
        return _refusal(400, code)
    text = _text(request, account_sid=account_sid, sandbox=sandbox)
    with sandbox.store.lock:
        if sandbox.webhooks is not None and text["status_callback"]:
            # Before the text itself: killed in between, the sandbox has planned for a text that nobody sent.
            sandbox.webhooks.plan(kind=TEXTS, id=text["id"], events=PLANNED_EVENTS)
        sandbox.store.put(kind=TEXTS, id=text["id"], document=text, found_under=(text["to"],))
    return json_reply(_message(text, sandbox=sandbox), status=201)


def status_of(text: Document, *, webhook: Document) -> dict[str, str]:
    """The form of a status callback about this text."""
    status = webhook["event"]
    form = {
        "AccountSid": text["account_sid"],
        "ApiVersion": "2010-04-01",
        "From": text["from"] or "",
        "MessageSid": text["id"],
        "MessageStatus": status,
        "SmsSid": text["id"],
        "SmsStatus": status,
        "To": text["to"],
    }
    return {**form, "ErrorCode": str(ERROR_CODES[status])} if status in ERROR_CODES else form


def is_opted_out(number: str, *, sandbox: Sandbox) -> bool:
    """Whether the last word from this number was STOP."""
    document = sandbox.store.get(kind=OPT_OUTS, id=number)
    return document is not None and bool(document["opted_out"])


def is_telephone_number(number: str) -> bool:
    """Whether this is a possible number in international form (E.164)."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return False
    is_e164 = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164) == number
    return is_e164 and phonenumbers.is_possible_number(parsed)


def unavailable(*, headers: dict[str, str]) -> Reply:
    """503 in Twilio's form."""
    return _refusal(503, 20503, headers=headers)


def rate_limited(*, seconds: int, now_seconds: int) -> Reply:  # noqa: ARG001 - Twilio tells the wait, not the instant
    """429 in Twilio's form, with Retry-After in seconds."""
    return _refusal(429, 20429, headers={"Retry-After": str(seconds)})


def _refusal(status: int, code: int, *, headers: dict[str, str] | None = None) -> Reply:
    body = {
        "code": code,
        "message": _MEANINGS[code],
        "more_info": f"https://www.twilio.com/docs/errors/{code}",
        "status": status,
    }
    return json_reply(body, status=status, headers=headers)


def _is_signed_in(request: Request, *, account_sid: str) -> bool:
    authorization = request.authorization
    if authorization is None or authorization.type != "basic" or not authorization.password:
        return False
    # An API key (SK…) may stand in for the account; anything else must be the account in the address.
    return authorization.username == account_sid or str(authorization.username).startswith("SK")


def _problem_of(request: Request, *, sandbox: Sandbox) -> int | None:
    to, sender, body = (request.form.get(name, "") for name in ("To", "From", "Body"))
    checks = [
        (21604, not to),
        (21211, not is_telephone_number(to)),
        (21603, not sender and not request.form.get("MessagingServiceSid")),
        (21212, bool(sender) and not is_telephone_number(sender)),
        (21602, not body.strip()),
        (21617, len(body) > BODY_CHARACTERS_MAX),
        (FIXED_NUMBERS.get(to, 0), to in FIXED_NUMBERS),
        (21610, is_opted_out(to, sandbox=sandbox)),
    ]
    return next((code for code, is_wrong in checks if is_wrong), None)


def _text(request: Request, *, account_sid: str, sandbox: Sandbox) -> Document:
    body = request.form["Body"]
    return {
        "id": f"SM{sandbox.new_hex()}",
        "account_sid": account_sid,
        "to": request.form["To"],
        "from": request.form.get("From"),
        "messaging_service_sid": request.form.get("MessagingServiceSid"),
        "body": body,
        "links": links_in(text=body, html=None),
        "segments": _segments(body),
        "status_callback": request.form.get("StatusCallback"),
        "status": "queued",
        "error_code": None,
        "created_at": sandbox.timestamp(),
    }


def _segments(body: str) -> int:
    # ASCII stands in for the GSM alphabet here: 160 characters alone, 153 in a chain; 70 and 67 for all else.
    alone, chained = (160, 153) if body.isascii() else (70, 67)
    return 1 if len(body) <= alone else ceil(len(body) / chained)


def _message(text: Document, *, sandbox: Sandbox) -> Document:
    now = format_datetime(sandbox.now())
    address = f"/2010-04-01/Accounts/{text['account_sid']}/Messages/{text['id']}"
    return {
        "sid": text["id"],
        "account_sid": text["account_sid"],
        "messaging_service_sid": text["messaging_service_sid"],
        "to": text["to"],
        "from": text["from"],
        "body": text["body"],
        "status": text["status"],
        "direction": "outbound-api",
        "num_segments": str(text["segments"]),
        "num_media": "0",
        "date_created": now,
        "date_updated": now,
        "date_sent": None,
        "price": None,
        "price_unit": "USD",
        "error_code": None,
        "error_message": None,
        "api_version": "2010-04-01",
        "uri": f"{address}.json",
        "subresource_uris": {"media": f"{address}/Media.json"},
    }
