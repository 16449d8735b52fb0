"""What is done in conversations between customers and staff, one module per part of one."""

from services.notifications.operations.conversations.files import add_attachment, forget_unsent
from services.notifications.operations.conversations.moving import (
    close_conversation,
    hand_over,
    has_been_read,
    mark_read,
    reopen_conversation,
)
from services.notifications.operations.conversations.opening import begin_conversation, open_conversation
from services.notifications.operations.conversations.texts import take_text
from services.notifications.operations.conversations.writing import write_message

__all__ = [
    "add_attachment",
    "begin_conversation",
    "close_conversation",
    "forget_unsent",
    "hand_over",
    "has_been_read",
    "mark_read",
    "open_conversation",
    "reopen_conversation",
    "take_text",
    "write_message",
]
