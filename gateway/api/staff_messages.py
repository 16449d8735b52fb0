"""What a customer was told, or why not; for staff, each reading of it on record."""

from chassis.context import AGENT
from gateway.api import examples
from gateway.routing import HttpCall, Reply, route
from gateway.schemas import Page
from services.notifications.contract import schemas

MESSAGE = {
    "id": examples.MESSAGE_ID, "account_id": examples.ACCOUNT_ID, "channel": "sms", "template": "payment_past_due",
    "state": "suppressed", "reason": "no_consent", "created_at": "2026-11-23T15:30:00.000Z", "sent_at": None,
    "delivered_at": None,
    "decisions": [
        {
            "decided_at": "2026-11-23T15:30:00.000Z", "rule": "no_consent", "goes": False, "not_before": None,
            "facts": {"kind": "demand", "channel": "sms", "has_address": True, "is_wanted": True},
        }
    ],
}  # fmt: skip


@route(
    "GET", "/v1/staff/customers/{user_id}/messages", operation="listCustomerMessages", tags=("staff",),
    who=(AGENT,), query=Page, gives=schemas.Messages, summary="What a customer was told, or why not",
    example=examples.page_of(MESSAGE),
)  # fmt: skip
def list_customer_messages(call: HttpCall) -> Reply:
    """Without the words. `decisions` has every time that a message was decided: the rule, and what it rested on."""
    return call.relay("notifications", "list_messages", user_id=call.path["user_id"], **call.query)


ROUTES = (list_customer_messages,)
