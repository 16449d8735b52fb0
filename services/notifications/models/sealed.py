"""Which columns are encrypted, and what each value is tied to: for bringing them under new keys."""

from chassis.resealing import SealedTable
from services.notifications.models.conversations import attachments, conversation_messages, conversations
from services.notifications.models.inbox import inbound_texts, inbox_items
from services.notifications.models.messages import contacts, messages

# What is written into a conversation is never written again, not even under another key: its key stays.
SEALED_TABLES = (
    SealedTable(
        table=contacts,
        bound_to=dict.fromkeys(("email_sealed", "phone_sealed", "first_name_sealed"), "{user_id}"),
        prints={"phone_sealed": "phone_print"},
    ),
    SealedTable(table=messages, bound_to={"variables_sealed": "{id}"}),
    SealedTable(table=inbox_items, bound_to=dict.fromkeys(("title_sealed", "text_sealed"), "{message_id}")),
    SealedTable(
        table=inbound_texts,
        bound_to={"number_sealed": "{id}"},
        prints={"number_sealed": "number_print"},
    ),
    SealedTable(
        table=conversations, bound_to=dict.fromkeys(("subject_sealed", "phone_sealed"), "{id}"), keeps_its_key=True
    ),
    SealedTable(table=conversation_messages, bound_to={"body_sealed": "{id}"}, keeps_its_key=True),
    SealedTable(
        table=attachments, bound_to=dict.fromkeys(("name_sealed", "content_sealed"), "{id}"), keeps_its_key=True
    ),
)
