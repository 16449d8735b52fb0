"""The tables of notifications."""

from services.notifications.models.conversations import (
    CONVERSATION,
    attachments,
    conversation_messages,
    conversation_steps,
    conversations,
    message_attachments,
)
from services.notifications.models.messages import account_flags, contact_accounts, contacts, messages, metadata

__all__ = [
    "CONVERSATION",
    "account_flags",
    "attachments",
    "contact_accounts",
    "contacts",
    "conversation_messages",
    "conversation_steps",
    "conversations",
    "message_attachments",
    "messages",
    "metadata",
]
