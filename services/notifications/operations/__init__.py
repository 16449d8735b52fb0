"""The verbs of notifications, one module per part of a message's life; `telling` has one for each event heard."""

from services.notifications.operations.contacts import put_contact
from services.notifications.operations.flags import note_flag
from services.notifications.operations.outcomes import record_reports
from services.notifications.operations.queueing import release_waiting, send_secure_mail, send_secure_text
from services.notifications.operations.sending import send_message

__all__ = [
    "note_flag",
    "put_contact",
    "record_reports",
    "release_waiting",
    "send_message",
    "send_secure_mail",
    "send_secure_text",
]
