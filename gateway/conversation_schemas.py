"""Conversations over HTTP: requests without the ids of the path, and what customers see of them."""

from marshmallow import fields, validate

from chassis.schemas import Strict, Text
from gateway.schemas import Page
from services.notifications.contract import conversations

FOR_STAFF = ("user_id", "phone_masked", "queue", "agent_id")


class WriteMessage(conversations.WriteMessage):
    """The words, and the ids of files that you uploaded to the conversation before."""

    class Meta:
        exclude = ("conversation_id",)


class MarkRead(conversations.OneMessage):
    """The last message that you have read."""

    class Meta:
        exclude = ("conversation_id",)


class HandOver(conversations.HandOver):
    """To an agent (your own id takes the conversation), or back to a queue, where nobody has it."""

    class Meta:
        exclude = ("conversation_id",)


class FileName(Strict):
    """What the file is called."""

    name = Text(required=True, longest=conversations.NAME_LENGTH_MAX)


class ConversationsPage(Page):
    """Which part of your conversations: all, or those of one state."""

    state = fields.String(validate=validate.OneOf(conversations.STATES))


class ConversationSearch(ConversationsPage):
    """What to look for; everything that is named must fit. `words`: all of them, in the subject or in one message."""

    assigned = fields.String(validate=validate.OneOf(("me", "nobody")))
    queue = fields.String(validate=validate.OneOf(conversations.QUEUES))
    user_id = fields.UUID()
    account_id = fields.UUID()
    words = Text(longest=200)


class Conversation(conversations.Conversation):
    """`waiting_for` says whose turn it is; null when closed. `…_read_id` is the last message that a side has read.

    `desk` says whether somebody is there now, and else from when on messages are answered.
    """

    class Meta:
        exclude = FOR_STAFF


class Conversations(Strict):
    data = fields.List(fields.Nested(Conversation), required=True)
    next_cursor = fields.UUID(required=True, allow_none=True)


class ConversationMessage(conversations.ConversationMessage):
    """`channel` is `sms` where it came as a text."""

    class Meta:
        exclude = ("agent_id",)


class ConversationMessages(Strict):
    data = fields.List(fields.Nested(ConversationMessage), required=True)
    next_cursor = fields.UUID(required=True, allow_none=True)


class ConversationStep(conversations.ConversationStep):
    """What was done besides writing."""

    class Meta:
        exclude = ("actor_id", "queue", "agent_id")


class ExportedConversation(Strict):
    """Everything of a conversation, oldest first; files by name and size. `text` is the same for reading."""

    conversation = fields.Nested(Conversation, required=True)
    messages = fields.List(fields.Nested(ConversationMessage), required=True)
    steps = fields.List(fields.Nested(ConversationStep), required=True)
    text = fields.String(required=True)


class DeskConversation(conversations.Conversation):
    """A conversation as staff see it: whose it is, in which queue, and who has it."""


class DeskConversations(Strict):
    data = fields.List(fields.Nested(DeskConversation), required=True)
    next_cursor = fields.UUID(required=True, allow_none=True)


class DeskMessage(conversations.ConversationMessage):
    """A message as staff see it: which agent wrote it."""


class DeskMessages(Strict):
    data = fields.List(fields.Nested(DeskMessage), required=True)
    next_cursor = fields.UUID(required=True, allow_none=True)


class DeskStep(conversations.ConversationStep):
    """A step as staff see it: who took it, and who has the conversation after it."""


class DeskExport(Strict):
    """Everything of a conversation, oldest first, with who did what."""

    conversation = fields.Nested(DeskConversation, required=True)
    messages = fields.List(fields.Nested(DeskMessage), required=True)
    steps = fields.List(fields.Nested(DeskStep), required=True)
    text = fields.String(required=True)
