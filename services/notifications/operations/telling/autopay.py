"""What holders of an account are told of autopay: the copy of their consent, the notice of a draft, why it stands."""

from chassis.doors import EventCall
from services.notifications.operations.telling.announcing import Announcement, to_holders


def autopay_enrolled(news: EventCall) -> Announcement:
    """The copy of the consent (payments.autopay_enrolled) that the law gives the customer, with the next drafts."""
    drafts = [
        {
            "draft_on": draft["draft_on"].isoformat(), "due_on": draft["due_on"].isoformat(),
            "amount_cents": draft["amount_cents"],
        }
        for draft in news.data["drafts"]
    ]  # fmt: skip
    return to_holders(news, template="autopay_enrolled", facts=("consent_text",), more={"drafts": drafts})


def autopay_cancelled(news: EventCall) -> Announcement:
    """Autopay is off (payments.autopay_cancelled), and why."""
    return to_holders(news, template="autopay_cancelled", facts=("reason_code", "reason"))


def autopay_paused(news: EventCall) -> Announcement:
    """Nothing is drawn any more (payments.autopay_paused), and why."""
    return to_holders(
        news, template="autopay_paused", facts=("reason_code", "resumes_on"),
        more={"pause_reason": news.data["reason"]},
    )  # fmt: skip


def autopay_resumed(news: EventCall) -> Announcement:
    """What was paused is drawn again (payments.autopay_resumed)."""
    return to_holders(news, template="autopay_resumed", facts=("method_type", "method_last4"))


def draft_upcoming(news: EventCall) -> Announcement:
    """The notice (payments.autopay_draft_upcoming) that must be out ten days before a draft."""
    facts = ("amount_cents", "draft_on", "due_on", "stop_through_on", "method_type", "method_last4")
    return to_holders(news, template="autopay_draft_upcoming", facts=facts)
