"""Secure messages between customers and the desk; seen live over the stream they are a chat."""

from chassis.context import CUSTOMER
from chassis.schemas import Nothing
from gateway.api import conversation_examples as told
from gateway.api import conversing, examples
from gateway.api.conversing import FILE, NOT_TAKEN, NOT_WRITTEN, TYPING
from gateway.conversation_schemas import (
    Conversation,
    ConversationMessage,
    ConversationMessages,
    Conversations,
    ConversationsPage,
    ExportedConversation,
    FileName,
    MarkRead,
    WriteMessage,
)
from gateway.negotiating import PLAIN
from gateway.routing import HttpCall, Reply, route
from gateway.schemas import Document, Page
from services.notifications.contract.conversations import AttachmentShown, OpenConversation

PATH = "/v1/support/conversations"
ONE = f"{PATH}/{{conversation_id}}"
WHO, TAGS = (CUSTOMER,), ("support",)


@route(
    "GET", PATH, operation="listConversations", tags=TAGS, who=WHO, query=ConversationsPage, gives=Conversations,
    summary="Your conversations, newest first", example=examples.page_of(told.CONVERSATION),
)  # fmt: skip
def list_conversations(call: HttpCall) -> Reply:
    return call.relay("notifications", "list_conversations", **call.query)


@route(
    "POST", PATH, operation="openConversation", status=201, tags=TAGS, who=WHO, takes_key=True, takes=OpenConversation,
    gives=Conversation, sends=told.OPEN, example=told.CONVERSATION, replies=("Location",),
    summary="Ask the desk something", errors=("card_number_refused", "too_many_conversations", "not_found"),
)  # fmt: skip
def open_conversation(call: HttpCall) -> Reply:
    """With its first message. `desk` in the answer says whether somebody is there, and else when it is answered.

    With an Idempotency-Key a request that is sent twice opens one. Never write a card number: it is refused.
    """
    return conversing.begun(call, "open_conversation", path=PATH)


@route(
    "GET", ONE, operation="getConversation", tags=TAGS, who=WHO, has_etag=True, gives=Conversation,
    summary="One conversation: whose turn it is, what was read, whether somebody is there",
    example=told.CONVERSATION,
)  # fmt: skip
def get_conversation(call: HttpCall) -> Reply:
    return conversing.conversation(call)


@route(
    "GET", f"{ONE}/messages", operation="listConversationMessages", tags=TAGS, who=WHO, query=Page,
    gives=ConversationMessages, summary="What was written, newest first", example=examples.page_of(told.MESSAGE),
)  # fmt: skip
def list_conversation_messages(call: HttpCall) -> Reply:
    return conversing.messages(call)


@route(
    "POST", f"{ONE}/messages", operation="writeMessage", status=201, tags=TAGS, who=WHO, takes_key=True,
    takes=WriteMessage, gives=ConversationMessage, summary="Write to the desk",
    sends={"body": "When is my title sent?"}, example=told.MESSAGE, errors=(*NOT_WRITTEN, "attachment_not_usable"),
)  # fmt: skip
def write_message(call: HttpCall) -> Reply:
    """It stays as it is written. With an Idempotency-Key a request that is sent twice writes once.

    Files are uploaded first, and named by their ids here. An answer is told on the stream as `conversation_replied`.
    """
    return conversing.written(call)


@route(
    "POST", f"{ONE}/attachments", operation="uploadAttachment", status=201, tags=TAGS, who=WHO, takes_key=True,
    upload=FILE, query=FileName, gives=AttachmentShown, summary="Upload a file for a message to come",
    sends={"name": "odometer.png"}, example=told.ATTACHMENT, errors=NOT_TAKEN,
)  # fmt: skip
def upload_attachment(call: HttpCall) -> Reply:
    """The body is the file itself, of at most 5 MiB (text: 32 KiB); its content decides what it is, not its name.

    A message has at most five; one that no message names within a day is gone.
    """
    return conversing.uploaded(call)


@route(
    "GET", f"{ONE}/attachments/{{attachment_id}}", operation="downloadAttachment", has_etag=True,
    tags=TAGS, who=WHO, gives=Document,
    media=FILE.medias[0], medias=FILE.medias, replies=("Content-Disposition",), summary="Download a file",
    example="%PDF-1.7",
)  # fmt: skip
def download_attachment(call: HttpCall) -> Reply:
    return conversing.downloaded(call)


@route(
    "POST", f"{ONE}/read", operation="markConversationRead", tags=TAGS, who=WHO, takes=MarkRead, gives=Conversation,
    summary="Say up to which message you have read", sends={"message_id": told.WRITTEN_ID}, example=told.CONVERSATION,
)  # fmt: skip
def mark_conversation_read(call: HttpCall) -> Reply:
    """The mark only goes forward; the desk sees it."""
    return conversing.changed(call, "mark_conversation_read")


@route(
    "POST", f"{ONE}/typing", operation="tellTyping", status=204, tags=TAGS, who=WHO, gives=Nothing, limit=TYPING,
    summary="Say that you are writing",
)  # fmt: skip
def tell_typing(call: HttpCall) -> Reply:
    """The desk hears of it at once (`conversation_typing`) and it is kept nowhere; every few seconds is enough."""
    return conversing.typing(call)


@route(
    "POST", f"{ONE}/close", operation="closeConversation", tags=TAGS, who=WHO, gives=Conversation,
    summary="Close a conversation",
    example={**told.CONVERSATION, "state": "closed", "waiting_for": None, "closed_at": "2026-11-30T15:00:00.000Z"},
)  # fmt: skip
def close_conversation(call: HttpCall) -> Reply:
    """It can be read and exported as before. One that is closed stays as it is."""
    return conversing.changed(call, "close_conversation")


@route(
    "POST", f"{ONE}/reopen", operation="reopenConversation", tags=TAGS, who=WHO, gives=Conversation,
    summary="Go on where a conversation ended", example=told.CONVERSATION,
)  # fmt: skip
def reopen_conversation(call: HttpCall) -> Reply:
    return conversing.changed(call, "reopen_conversation")


@route(
    "GET", f"{ONE}/export", operation="exportConversation", has_etag=True,
    tags=TAGS, who=WHO, gives=ExportedConversation,
    printed=PLAIN, summary="A conversation whole, to keep", example=told.EXPORT, errors=("not_acceptable",),
    replies=("Content-Disposition",),
)  # fmt: skip
def export_conversation(call: HttpCall) -> Reply:
    """As JSON, or to read and print with `Accept: text/plain`. Files are listed; each is downloaded by itself."""
    return conversing.exported(call)


ROUTES = (
    list_conversations,
    open_conversation,
    get_conversation,
    list_conversation_messages,
    write_message,
    upload_attachment,
    download_attachment,
    mark_conversation_read,
    tell_typing,
    close_conversation,
    reopen_conversation,
    export_conversation,
)
