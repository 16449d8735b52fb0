"""The verbs of notifications, one module per part of a message's life; `telling` has one for each event heard."""

from services.notifications.operations.choices import give_consent, put_alerts, test_alerts
from services.notifications.operations.contacts import print_numbers, put_contact
from services.notifications.operations.flags import note_flag
from services.notifications.operations.inbound import take_inbound_text
from services.notifications.operations.inbox import read_inbox_item
from services.notifications.operations.leftovers import lay_leftovers
from services.notifications.operations.outcomes import record_reports
from services.notifications.operations.queueing import release_waiting, send_secure_mail, send_secure_text
from services.notifications.operations.sending import send_messages

__all__ = [
    "give_consent",
    "lay_leftovers",
    "note_flag",
    "print_numbers",
    "put_alerts",
    "put_contact",
    "read_inbox_item",
    "record_reports",
    "release_waiting",
    "send_messages",
    "send_secure_mail",
    "send_secure_text",
    "take_inbound_text",
    "test_alerts",
]
