"""What is done in conversations between customers and staff, one module per part of one."""

from services.notifications.operations.conversations.texts import take_text

__all__ = ["take_text"]
