"""The tables of notifications."""

from services.notifications.models.choices import choices, consents
from services.notifications.models.conversations import (
    CONVERSATION,
    attachments,
    conversation_messages,
    conversation_steps,
    conversations,
    message_attachments,
)
from services.notifications.models.inbox import inbound_texts, inbox_items
from services.notifications.models.messages import account_flags, contact_accounts, contacts, messages, metadata

__all__ = [
    "CONVERSATION",
    "account_flags",
    "attachments",
    "choices",
    "consents",
    "contact_accounts",
    "contacts",
    "conversation_messages",
    "conversation_steps",
    "conversations",
    "inbound_texts",
    "inbox_items",
    "message_attachments",
    "messages",
    "metadata",
]
