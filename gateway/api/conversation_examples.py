"""One conversation, as its examples tell it."""

from typing import Any

from gateway.api import examples

CONVERSATION_ID = "0193584d-5c40-7d2b-8e91-6f5a4b3c2d1e"
WRITTEN_ID = "0193584d-7a10-7c4d-9b82-5e4f3a2b1c0d"
ANSWER_ID = "0193584d-9e60-7b3c-8a71-4d3e2f1a0b9c"
ATTACHMENT_ID = "0193584d-6f20-7e1a-9d80-3c2b1a0f9e8d"
AGENT_ID = "01935841-1a30-7c2d-b5e4-7f6a5b4c3d2e"

OPEN: dict[str, Any] = {
    "topic": "documents", "subject": "My title", "body": "When is my title sent?", "account_id": examples.ACCOUNT_ID,
}  # fmt: skip
DESK: dict[str, Any] = {"is_open": False, "opens_at": "2026-11-30T14:00:00.000Z", "closes_at": None}
CONVERSATION: dict[str, Any] = {
    "id": CONVERSATION_ID,
    "account_id": examples.ACCOUNT_ID,
    "topic": "documents",
    "subject": "My title",
    "state": "open",
    "waiting_for": "staff",
    "messages_count": 1,
    "last_message_id": WRITTEN_ID,
    "customer_read_id": WRITTEN_ID,
    "staff_read_id": None,
    "opened_at": "2026-11-28T23:02:11.000Z",
    "changed_at": "2026-11-28T23:02:11.000Z",
    "closed_at": None,
    "desk": DESK,
}
OF_DESK: dict[str, Any] = {
    **CONVERSATION, "user_id": examples.USER_ID, "phone_masked": None, "queue": "titles", "agent_id": AGENT_ID,
}  # fmt: skip
BEGIN: dict[str, Any] = {
    "user_id": examples.USER_ID, "topic": "documents", "subject": "Your insurance",
    "body": "Please send us the new policy of your insurance.", "account_id": examples.ACCOUNT_ID,
}  # fmt: skip
BEGUN: dict[str, Any] = {
    **OF_DESK, "subject": "Your insurance", "waiting_for": "customer", "customer_read_id": None,
    "staff_read_id": WRITTEN_ID,
}  # fmt: skip
ATTACHMENT: dict[str, Any] = {
    "id": ATTACHMENT_ID, "name": "odometer.png", "media": "image/png", "size_bytes": 48213,
    "created_at": "2026-11-28T23:01:58.000Z",
}  # fmt: skip
MESSAGE: dict[str, Any] = {
    "id": WRITTEN_ID,
    "conversation_id": CONVERSATION_ID,
    "author": "customer",
    "channel": "portal",
    "body": "When is my title sent?",
    "attachments": [ATTACHMENT],
    "created_at": "2026-11-28T23:02:11.000Z",
}
ANSWER: dict[str, Any] = {
    **MESSAGE, "id": ANSWER_ID, "author": "staff", "agent_id": AGENT_ID, "body": "Within 15 days.", "attachments": [],
    "created_at": "2026-11-30T14:05:40.000Z",
}  # fmt: skip
STEP: dict[str, Any] = {"kind": "opened", "author": "customer", "created_at": "2026-11-28T23:02:11.000Z"}
EXPORT: dict[str, Any] = {
    "conversation": CONVERSATION, "messages": [MESSAGE], "steps": [STEP],
    "text": "My title\n\n2026-11-28 17:02:11 CST - Customer wrote:\n    When is my title sent?\n",
}  # fmt: skip
DESK_EXPORT: dict[str, Any] = {
    **EXPORT, "conversation": OF_DESK, "messages": [{**MESSAGE, "agent_id": None}],
    "steps": [{**STEP, "actor_id": examples.USER_ID, "queue": "titles", "agent_id": None}],
}  # fmt: skip
