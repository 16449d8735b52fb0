"""Conversations as customers and staff see them; read-only."""

from services.notifications.queries.conversations.exporting import export_conversation
from services.notifications.queries.conversations.finding import (
    find_hearer,
    get_conversation,
    list_conversations,
    search_conversations,
)
from services.notifications.queries.conversations.reading import (
    describe_attachment,
    get_attachment,
    get_conversation_message,
    list_conversation_messages,
)

__all__ = [
    "describe_attachment",
    "export_conversation",
    "find_hearer",
    "get_attachment",
    "get_conversation",
    "get_conversation_message",
    "list_conversation_messages",
    "list_conversations",
    "search_conversations",
]
