"""What customers and staff do alike in a conversation, whichever door they come by."""

import re
from base64 import b64decode, b64encode
from typing import Any
from urllib.parse import quote

from gateway.limits import Limit
from gateway.negotiating import JSON, PLAIN, chosen_media
from gateway.routing import HttpCall, Printed, Reply, Upload
from gateway.stream import passing
from services.notifications.contract.conversations import ATTACHMENT_BYTES_MAX, MEDIAS

FILE = Upload(medias=MEDIAS, bytes_max=ATTACHMENT_BYTES_MAX)
TYPING = Limit("typing", "TYPING_PER_MINUTE", is_of_persons_alone=True)
TYPING_EVENT = "conversation_typing"
NOT_WRITTEN = ("card_number_refused", "conversation_closed", "conversation_full")
NOT_TAKEN = (
    "card_number_refused", "attachment_type_refused", "attachment_too_large", "too_many_attachments",
    "conversation_closed",
)  # fmt: skip

_UNSAFE = re.compile(r"[^A-Za-z0-9._ -]")


def conversation(call: HttpCall) -> Reply:
    """The conversation as it stands."""
    return call.relay("notifications", "get_conversation", conversation_id=call.path["conversation_id"])


def begun(call: HttpCall, method: str, *, path: str) -> Reply:
    """A conversation begins, then it is read: what was answered to a key holds no words."""
    answer = call.ask("notifications", method, **call.body)
    identifier = answer.data["conversation_id"]
    shown = call.ask("notifications", "get_conversation", conversation_id=identifier)
    return Reply(shown.data, replayed=answer.replayed, headers={"Location": f"{path}/{identifier}"})


def changed(call: HttpCall, method: str) -> Reply:
    """The conversation as it stands after a change."""
    call.ask("notifications", method, conversation_id=call.path["conversation_id"], **call.body)
    return conversation(call)


def messages(call: HttpCall) -> Reply:
    return call.relay(
        "notifications", "list_conversation_messages", conversation_id=call.path["conversation_id"], **call.query
    )


def written(call: HttpCall) -> Reply:
    """A message is written, then read: what was answered to a key holds no words."""
    asked = {"conversation_id": call.path["conversation_id"]}
    answer = call.ask("notifications", "write_message", **asked, **call.body)
    shown = call.ask("notifications", "get_conversation_message", **asked, message_id=answer.data["message_id"])
    return Reply(shown.data, replayed=answer.replayed)


def uploaded(call: HttpCall) -> Reply:
    assert call.file is not None
    asked = {"conversation_id": call.path["conversation_id"]}
    sent = {"media": call.file.media, "body_base64": b64encode(call.file.content).decode(), **call.query}
    answer = call.ask("notifications", "add_attachment", **asked, **sent)
    identifier = answer.data["attachment_id"]
    shown = call.ask("notifications", "describe_attachment", **asked, attachment_id=identifier)
    return Reply(shown.data, replayed=answer.replayed)


def downloaded(call: HttpCall) -> Reply:
    """Never shown in the page: browsers are told to keep it, and to guess nothing about it."""
    found = call.ask("notifications", "get_attachment", **call.path).data
    return _kept(b64decode(found["content_base64"]), media=found["media"], name=found["name"])


def exported(call: HttpCall) -> Reply:
    found = call.ask("notifications", "export_conversation", **call.path).data
    if chosen_media(call.headers, offered=(JSON, PLAIN)) == JSON:
        return Reply(found)
    name = f"conversation-{call.path['conversation_id']}.txt"
    return _kept(found["text"].encode(), media=f"{PLAIN}; charset=utf-8", name=name)


def typing(call: HttpCall) -> Reply:
    """The other side hears of it at once, or never."""
    conversation_id = call.path["conversation_id"]
    found = call.ask("notifications", "find_hearer", conversation_id=conversation_id).data
    if found["hearer_id"] is not None:
        data = {"conversation_id": conversation_id, "author": found["author"]}
        with call.house.store.writing() as transaction:
            passing.tell(transaction, audience=found["hearer_id"], name=TYPING_EVENT, data=data)
    return Reply()


def _kept(content: bytes, *, media: str, name: str) -> Reply:
    """A download under its name: plain for old readers, whole for the others (RFC 6266)."""
    plain = _UNSAFE.sub("_", name)
    headers: dict[str, Any] = {
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    }
    return Reply(printed=Printed(content, media), headers=headers)
