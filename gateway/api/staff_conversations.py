"""Conversations in the hands of the desk; notifications audits each question and each step."""

from chassis.context import AGENT
from chassis.schemas import Nothing
from gateway.api import conversation_examples as told
from gateway.api import conversing, examples
from gateway.api.conversing import FILE, NOT_TAKEN, NOT_WRITTEN, TYPING
from gateway.conversation_schemas import (
    ConversationSearch,
    DeskConversation,
    DeskConversations,
    DeskExport,
    DeskMessage,
    DeskMessages,
    FileName,
    HandOver,
    MarkRead,
    WriteMessage,
)
from gateway.negotiating import PLAIN
from gateway.routing import HttpCall, Reply, route
from gateway.schemas import Document, Page
from services.notifications.contract.conversations import AttachmentShown, BeginConversation

PATH = "/v1/staff/conversations"
ONE = f"{PATH}/{{conversation_id}}"
WHO, TAGS = (AGENT,), ("staff",)


@route(
    "GET", PATH, operation="searchConversations", tags=TAGS, who=WHO, query=ConversationSearch,
    gives=DeskConversations, summary="Conversations of customers, newest first",
    sends={"state": "open", "assigned": "nobody"}, example=examples.page_of(told.OF_DESK),
)  # fmt: skip
def search_conversations(call: HttpCall) -> Reply:
    """Words are found in every form that means the same, in English and in Spanish."""
    return call.relay("notifications", "search_conversations", **call.query)


@route(
    "POST", PATH, operation="beginConversation", status=201, tags=TAGS, who=WHO, takes_key=True,
    takes=BeginConversation, gives=DeskConversation, sends=told.BEGIN, example=told.BEGUN, replies=("Location",),
    summary="Write to a customer first", errors=("card_number_refused", "too_many_conversations", "not_found"),
)  # fmt: skip
def begin_conversation(call: HttpCall) -> Reply:
    """You have the conversation. The customer is told as of an answer: on open pages, in the inbox, by what they chose.

    `account_id` is one that this customer holds. With an Idempotency-Key a request that is sent twice begins one.
    """
    return conversing.begun(call, "begin_conversation", path=PATH)


@route(
    "GET", ONE, operation="getDeskConversation", tags=TAGS, who=WHO, has_etag=True, gives=DeskConversation,
    summary="One conversation, whose it is and who has it", example=told.OF_DESK,
)  # fmt: skip
def get_desk_conversation(call: HttpCall) -> Reply:
    return conversing.conversation(call)


@route(
    "GET", f"{ONE}/messages", operation="listDeskMessages", tags=TAGS, who=WHO, query=Page, gives=DeskMessages,
    summary="What was written, newest first", example=examples.page_of(told.ANSWER),
)  # fmt: skip
def list_desk_messages(call: HttpCall) -> Reply:
    return conversing.messages(call)


@route(
    "POST", f"{ONE}/messages", operation="answerConversation", status=201, tags=TAGS, who=WHO, takes_key=True,
    takes=WriteMessage, gives=DeskMessage, summary="Answer a customer", sends={"body": "Within 15 days."},
    example=told.ANSWER, errors=(*NOT_WRITTEN, "attachment_not_usable", "conversation_without_reader"),
)  # fmt: skip
def answer_conversation(call: HttpCall) -> Reply:
    """Who answers what nobody has takes it. The customer is told, and never who wrote it."""
    return conversing.written(call)


@route(
    "POST", f"{ONE}/attachments", operation="uploadDeskAttachment", status=201, tags=TAGS, who=WHO, takes_key=True,
    upload=FILE, query=FileName, gives=AttachmentShown, summary="Upload a file for an answer to come",
    sends={"name": "title.pdf"}, example=told.ATTACHMENT, errors=NOT_TAKEN,
)  # fmt: skip
def upload_desk_attachment(call: HttpCall) -> Reply:
    return conversing.uploaded(call)


@route(
    "GET", f"{ONE}/attachments/{{attachment_id}}", operation="downloadDeskAttachment", has_etag=True,
    tags=TAGS, who=WHO,
    gives=Document, media=FILE.medias[0], medias=FILE.medias, replies=("Content-Disposition",), example="%PDF-1.7",
    summary="Download a file of a customer's",
)  # fmt: skip
def download_desk_attachment(call: HttpCall) -> Reply:
    return conversing.downloaded(call)


@route(
    "POST", f"{ONE}/read", operation="markDeskRead", tags=TAGS, who=WHO, takes=MarkRead, gives=DeskConversation,
    summary="Say up to which message the desk has read", sends={"message_id": told.WRITTEN_ID}, example=told.OF_DESK,
)  # fmt: skip
def mark_desk_read(call: HttpCall) -> Reply:
    return conversing.changed(call, "mark_conversation_read")


@route(
    "POST", f"{ONE}/typing", operation="tellDeskTyping", status=204, tags=TAGS, who=WHO, gives=Nothing, limit=TYPING,
    summary="Say that you are writing an answer",
)  # fmt: skip
def tell_desk_typing(call: HttpCall) -> Reply:
    return conversing.typing(call)


@route(
    "POST", f"{ONE}/hand-over", operation="handOverConversation", tags=TAGS, who=WHO, takes=HandOver,
    gives=DeskConversation, summary="Hand a conversation over, or take it", sends={"agent_id": told.AGENT_ID},
    example=told.OF_DESK, errors=("conversation_closed", "not_found"),
)  # fmt: skip
def hand_over_conversation(call: HttpCall) -> Reply:
    """To an agent by id, your own to take it; or to a queue, where nobody has it until somebody answers."""
    agent_id = call.body["agent_id"]
    if agent_id is not None and str(agent_id) != call.context.subject:
        call.ask("identity", "find_agent", agent_id=agent_id)
    return conversing.changed(call, "hand_over_conversation")


@route(
    "POST", f"{ONE}/close", operation="closeDeskConversation", tags=TAGS, who=WHO, gives=DeskConversation,
    summary="Close a conversation",
    example={**told.OF_DESK, "state": "closed", "waiting_for": None, "closed_at": "2026-11-30T15:00:00.000Z"},
)  # fmt: skip
def close_desk_conversation(call: HttpCall) -> Reply:
    return conversing.changed(call, "close_conversation")


@route(
    "POST", f"{ONE}/reopen", operation="reopenDeskConversation", tags=TAGS, who=WHO, gives=DeskConversation,
    summary="Go on where a conversation ended", example=told.OF_DESK,
)  # fmt: skip
def reopen_desk_conversation(call: HttpCall) -> Reply:
    return conversing.changed(call, "reopen_conversation")


@route(
    "GET", f"{ONE}/export", operation="exportDeskConversation", has_etag=True,
    tags=TAGS, who=WHO, gives=DeskExport, printed=PLAIN,
    summary="A conversation whole, with who did what", example=told.DESK_EXPORT, errors=("not_acceptable",),
    replies=("Content-Disposition",),
)  # fmt: skip
def export_desk_conversation(call: HttpCall) -> Reply:
    return conversing.exported(call)


ROUTES = (
    search_conversations,
    begin_conversation,
    get_desk_conversation,
    list_desk_messages,
    answer_conversation,
    upload_desk_attachment,
    download_desk_attachment,
    mark_desk_read,
    tell_desk_typing,
    hand_over_conversation,
    close_desk_conversation,
    reopen_desk_conversation,
    export_desk_conversation,
)
