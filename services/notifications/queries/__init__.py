"""What may be asked of notifications; read-only."""

from services.notifications.queries.messages import count_unsettled, list_messages

__all__ = ["count_unsettled", "list_messages"]
