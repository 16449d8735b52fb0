"""What you are told and how, what you agreed to, and your inbox."""

from typing import Any

from chassis.context import CUSTOMER
from gateway.admission import Rank
from gateway.api import examples
from gateway.limits import Limit
from gateway.routing import HttpCall, Reply, route
from gateway.schemas import Alerts, Page
from services.notifications.contract import choices

TAGS = ("notifications",)
TESTS = Limit("test-messages", "TEST_MESSAGES_PER_HOUR", window_seconds=3600, is_of_persons_alone=True)

CELLS = {"email": True, "sms": False, "inbox": True}
CONSENT_TEXT = "I agree that Kia Finance America texts me about my account at the mobile number that it has of me: …"
ALERTS: dict[str, Any] = {
    "matrix": {**dict.fromkeys(choices.ALERTS, CELLS), "payment_due_soon": {"email": True, "sms": True, "inbox": True}},
    "locked": [
        {"alert": "autopay_draft", "channels": ["email"]},
        {"alert": "lease_disclosures", "channels": ["email"]},
        {"alert": "security", "channels": ["email", "inbox", "sms"]},
    ],
    "due_soon_days": [7, 1],
    "texts": {
        "state": "agreed", "number_masked": "•••• 0142", "changed_at": "2026-11-23T15:30:00.000Z",
        "consent_offer": {"version": "sms-2026-11", "text": CONSENT_TEXT},
    },
    "mails": {"state": "works"},
}  # fmt: skip
CONSENT: dict[str, Any] = {
    "id": "0193584d-6b10-7d5c-a4e3-8f7a6b5c4d3e", "channel": "sms", "is_given": True, "source": "portal",
    "version": "sms-2026-11", "wording": CONSENT_TEXT,
    "proof": {"session_id": examples.SESSION_ID, "request_id": "mobile-7f3a91", "text_id": None},
    "address_last4": "0142", "said_at": "2026-11-23T15:30:00.000Z",
}  # fmt: skip
ITEM: dict[str, Any] = {
    "id": examples.MESSAGE_ID, "account_id": examples.ACCOUNT_ID, "alert": "payment_confirmation",
    "template": "payment_received", "title": "We received your payment of $412.35",
    "text": "We received your payment of $412.35. It counts as of November 23, 2026.",
    "created_at": "2026-11-23T15:30:00.000Z", "read_at": None,
}  # fmt: skip


@route(
    "GET", "/v1/me/alerts", operation="getAlerts", rank=Rank.READ, tags=TAGS, who=(CUSTOMER,), has_etag=True,
    gives=Alerts, summary="What you are told, by which channels", example=ALERTS,
)  # fmt: skip
def get_alerts(call: HttpCall) -> Reply:
    """Texts go only while `texts.state` is `agreed`, mails while `mails.state` is `works`; the inbox has everything."""
    return call.relay("notifications", "get_alerts")


@route(
    "PUT", "/v1/me/alerts", operation="putAlerts", tags=TAGS, who=(CUSTOMER,), conditional=True,
    takes=choices.PutAlerts, gives=Alerts, summary="Choose what you are told, by which channels",
    sends={"matrix": {"payment_due_soon": CELLS}, "due_soon_days": [10, 3]}, example=ALERTS, errors=("alert_locked",),
)  # fmt: skip
def put_alerts(call: HttpCall) -> Reply:
    """Every choice is replaced: an alert that is left out has its default. Cells under `locked` stay as they are.

    If-Match is the ETag of the answer that you changed, of GET or of the last PUT.
    """
    return call.relay("notifications", "put_alerts", if_versions=list(call.versions), **call.body)


@route(
    "POST", "/v1/me/alerts/test", operation="testAlerts", status=202, tags=TAGS, who=(CUSTOMER,), limit=TESTS,
    takes=choices.TestAlerts, gives=choices.TestedAlerts, summary="Send yourself a message, to try a channel",
    sends={"channel": "sms"}, errors=("not_found",),
    example={
        "message_id": examples.MESSAGE_ID, "channel": "sms", "is_sent": True, "reason": "allowed",
        "explanation": "It is on its way.",
    },
)  # fmt: skip
def test_alerts(call: HttpCall) -> Reply:
    """`is_sent` says whether it goes at all, `explanation` what stands in the way."""
    return call.relay("notifications", "test_alerts", **call.body)


@route(
    "GET", "/v1/me/consents", operation="listConsents", rank=Rank.READ, tags=TAGS, who=(CUSTOMER,), query=Page,
    gives=choices.Consents, summary="What you agreed to and took back", example=examples.page_of(CONSENT),
)  # fmt: skip
def list_consents(call: HttpCall) -> Reply:
    """Nothing is ever removed from it."""
    return call.relay("notifications", "list_consents", **call.query)


@route(
    "POST", "/v1/me/consents", operation="giveConsent", status=201, tags=TAGS, who=(CUSTOMER,),
    takes=choices.GiveConsent, gives=choices.Consent, summary="Agree to texts, or take it back",
    sends={"channel": "sms", "is_given": True, "version": "sms-2026-11"}, example=CONSENT,
    errors=("not_found", "telephone_number_missing", "texts_stopped_by_text", "sms_consent_not_current"),
)  # fmt: skip
def give_consent(call: HttpCall) -> Reply:
    """Show `texts.consent_offer.text` of GET /v1/me/alerts first and send its version. Taking it back needs none."""
    return call.relay("notifications", "give_consent", **call.body)


@route(
    "GET", "/v1/me/inbox", operation="listInbox", rank=Rank.READ, tags=TAGS, who=(CUSTOMER,), query=Page,
    gives=choices.Inbox, summary="Your inbox", example={**examples.page_of(ITEM), "unread": 1},
)  # fmt: skip
def list_inbox(call: HttpCall) -> Reply:
    """The stream tells `inbox_message_added` when something new lies here."""
    return call.relay("notifications", "list_inbox", **call.query)


@route(
    "POST", "/v1/me/inbox/{item_id}/read", operation="readInboxItem", tags=TAGS, who=(CUSTOMER,),
    gives=choices.InboxItem, summary="Mark a message of your inbox as read", errors=("not_found",),
    example={**ITEM, "read_at": "2026-11-23T15:31:00.000Z"},
)  # fmt: skip
def read_inbox_item(call: HttpCall) -> Reply:
    """Once read, `read_at` stays."""
    return call.relay("notifications", "read_inbox_item", message_id=call.path["item_id"])


ROUTES = (
    get_alerts, put_alerts, test_alerts, list_consents, give_consent, list_inbox, read_inbox_item,
)  # fmt: skip
