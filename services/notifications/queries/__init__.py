"""What may be asked of notifications; read-only."""

from services.notifications.queries.messages import (
    count_unsettled,
    get_alerts,
    list_consents,
    list_inbox,
    list_messages,
)

__all__ = ["count_unsettled", "get_alerts", "list_consents", "list_inbox", "list_messages"]
