"""The verbs of notifications, one module per part of a message's life."""

from services.notifications.operations.autopay import (
    tell_autopay_enrolled,
    tell_autopay_paused,
    tell_draft_upcoming,
)
from services.notifications.operations.contacts import put_contact
from services.notifications.operations.flags import note_flag
from services.notifications.operations.outcomes import record_reports
from services.notifications.operations.queueing import (
    release_waiting,
    send_secure_mail,
    send_secure_text,
    tell_payment_declined,
    tell_payment_received,
    tell_payment_returned,
    tell_statement_ready,
)
from services.notifications.operations.sending import send_messages

__all__ = [
    "note_flag",
    "put_contact",
    "record_reports",
    "release_waiting",
    "send_messages",
    "send_secure_mail",
    "send_secure_text",
    "tell_autopay_enrolled",
    "tell_autopay_paused",
    "tell_draft_upcoming",
    "tell_payment_declined",
    "tell_payment_received",
    "tell_payment_returned",
    "tell_statement_ready",
]
