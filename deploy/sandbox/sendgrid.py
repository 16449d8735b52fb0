"""Plays SendGrid's mail sending: checks the shape as SendGrid does and keeps one mail for each personalization.

There are no idempotency keys here, as there are none at SendGrid: what is sent twice is kept twice. What becomes of a
mail is told by the event webhook, also to who gave up waiting for the answer.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from werkzeug.wrappers import Response

from deploy.sandbox.exchange import Reply, Request, Sandbox, json_object, json_reply
from deploy.sandbox.links import links_in
from deploy.sandbox.store import Document

MAILS = "mails"
PERSONALIZATIONS_MAX = 1000

# What SendGrid's event webhook says, and what a mail then is; nothing of a lower rank happens after a higher one.
STATUSES: Mapping[str, str] = {
    "processed": "processed",
    "delivered": "delivered",
    "bounce": "bounced",
    "dropped": "dropped",
}
RANKS: Mapping[str, int] = {"accepted": 0, "processed": 1, "delivered": 2, "bounced": 2, "dropped": 2}
PLANNED_EVENTS = ("processed", "delivered")
_FACTS: Mapping[str, Mapping[str, str]] = {
    "delivered": {"response": "250 OK"},
    "bounce": {"reason": "550 5.1.1 The mailbox does not exist.", "status": "5.1.1", "type": "bounce"},
    "dropped": {"reason": "Bounced Address", "status": "5.0.0"},
}

_EMAIL = re.compile(r"[^@\s<>\"]+@[^@\s<>\"]+\.[^@\s<>\".]+")

Problem = tuple[str, str]


def send_mail(request: Request, /, *, sandbox: Sandbox, **_: str) -> Reply:
    """POST /v3/mail/send → 202 with X-Message-Id; 401 without a key, 400 with every problem of the shape."""
    authorization = request.authorization
    if authorization is None or authorization.type != "bearer" or not authorization.token:
        return _refusal(401, [("", "Send an API key: Authorization: Bearer <key>.")])
    message = json_object(request)
    if message is None:
        return _refusal(400, [("", "The body must be a JSON object.")])
    problems = list(_problems_of(message))
    if problems:
        return _refusal(400, problems)
    message_id = sandbox.new_hex()
    for personalization in message["personalizations"]:
        mail = _mail(message, personalization, message_id=message_id, sandbox=sandbox)
        with sandbox.store.lock:
            if sandbox.webhooks is not None:
                # Before the mail itself: killed in between, the sandbox has planned for a mail that nobody sent.
                sandbox.webhooks.plan(kind=MAILS, id=mail["id"], events=PLANNED_EVENTS)
            sandbox.store.put(kind=MAILS, id=mail["id"], document=mail, found_under=_recipients(mail))
    return Reply(Response(status=202, headers={"X-Message-Id": message_id}))


def events_of(mail: Document, *, webhook: Document) -> list[Document]:
    """The body of an event webhook about this mail: an event for each recipient, the sender's arguments among it."""
    return [
        {
            **mail["custom_args"],
            **_FACTS.get(webhook["event"], {}),
            "email": recipient,
            "timestamp": webhook["happened_at"],
            "event": webhook["event"],
            "smtp-id": f"<{mail['message_id']}@sandbox>",
            "sg_event_id": f"{webhook['id']}.{number}",
            "sg_message_id": f"{mail['message_id']}.filter0001.1.{number}",
        }
        for number, recipient in enumerate(_recipients(mail))
    ]


def unavailable(*, headers: dict[str, str]) -> Reply:
    """503 in SendGrid's form."""
    return _refusal(503, [("", "The sandbox plays SendGrid being down.")], headers=headers)


def rate_limited(*, seconds: int, now_seconds: int) -> Reply:
    """429 with SendGrid's own headers: X-RateLimit-Reset is the epoch second at which sending may go on."""
    headers = {
        "X-RateLimit-Limit": "600",
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset": str(now_seconds + seconds),
    }
    return _refusal(429, [("", "The sandbox plays SendGrid's rate limit.")], headers=headers)


def _refusal(status: int, problems: list[Problem], *, headers: dict[str, str] | None = None) -> Reply:
    errors = [{"message": message, "field": field or None, "help": None} for field, message in problems]
    return json_reply({"errors": errors}, status=status, headers=headers)


def _problems_of(message: dict[str, Any]) -> Iterator[Problem]:
    yield from _address_problems(message.get("from"), at="from")
    if "reply_to" in message:
        yield from _address_problems(message["reply_to"], at="reply_to")
    if "template_id" in message:
        yield ("template_id", "Templates kept at SendGrid are unknown here; send the content itself.")
    yield from _content_problems(message.get("content"))
    yield from _custom_args_problems(message, at="")
    personalizations = message.get("personalizations")
    if not isinstance(personalizations, list) or not 1 <= len(personalizations) <= PERSONALIZATIONS_MAX:
        yield ("personalizations", f"Give a list of 1 to {PERSONALIZATIONS_MAX} personalizations.")
        return
    for index, personalization in enumerate(personalizations):
        yield from _personalization_problems(personalization, message=message, at=f"personalizations.{index}")


def _personalization_problems(personalization: object, *, message: dict[str, Any], at: str) -> Iterator[Problem]:
    if not isinstance(personalization, dict):
        yield (at, "A personalization is an object.")
        return
    if not _is_text(personalization.get("subject", message.get("subject"))):
        yield (f"{at}.subject", "Every mail needs a subject, here or for the whole message.")
    if not personalization.get("to"):
        yield (f"{at}.to", "Every mail needs at least one recipient.")
    for role in ("to", "cc", "bcc"):
        people = personalization.get(role, [])
        if not isinstance(people, list):
            yield (f"{at}.{role}", "Recipients are a list.")
            continue
        for index, person in enumerate(people):
            yield from _address_problems(person, at=f"{at}.{role}.{index}")
    yield from _custom_args_problems(personalization, at=f"{at}.")


def _address_problems(address: object, *, at: str) -> Iterator[Problem]:
    email = address.get("email") if isinstance(address, dict) else None
    if not isinstance(email, str) or not _EMAIL.fullmatch(email):
        yield (f"{at}.email", "This is not an e-mail address.")


def _content_problems(content: object) -> Iterator[Problem]:
    if not isinstance(content, list) or not content:
        yield ("content", "Give at least one part: text/plain, text/html, or both in this order.")
        return
    for index, part in enumerate(content):
        if not isinstance(part, dict) or not _is_text(part.get("type")) or not _is_text(part.get("value")):
            yield (f"content.{index}", "A part has a type and a value, neither of them empty.")
            return
    types = [part["type"] for part in content]
    if "text/plain" in types and types[0] != "text/plain":
        yield ("content", "The text/plain part comes first.")


def _custom_args_problems(holder: dict[str, Any], *, at: str) -> Iterator[Problem]:
    custom_args = holder.get("custom_args", {})
    if not isinstance(custom_args, dict) or not all(isinstance(value, str) for value in custom_args.values()):
        yield (f"{at}custom_args", "Custom arguments are an object whose values are text.")


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _mail(message: dict[str, Any], personalization: dict[str, Any], *, message_id: str, sandbox: Sandbox) -> Document:
    parts = {part["type"]: part["value"] for part in message["content"]}
    text, html = parts.get("text/plain"), parts.get("text/html")
    return {
        "id": f"mail_{sandbox.new_hex()}",
        "message_id": message_id,
        "from": message["from"],
        "reply_to": message.get("reply_to"),
        **{role: personalization.get(role, []) for role in ("to", "cc", "bcc")},
        "subject": personalization.get("subject", message.get("subject")),
        "text": text,
        "html": html,
        "links": links_in(text=text, html=html),
        "custom_args": {**message.get("custom_args", {}), **personalization.get("custom_args", {})},
        "status": "accepted",
        "created_at": sandbox.timestamp(),
    }


def _recipients(mail: Document) -> tuple[str, ...]:
    people = [*mail["to"], *mail["cc"], *mail["bcc"]]
    return tuple(dict.fromkeys(person["email"].lower() for person in people))
