"""What holders of an account are told of autopay: the copy of their consent, the notice of a draft, why it stands."""

from chassis.store import Transaction
from services.notifications.operations.telling.news import News, tell


def tell_autopay_enrolled(transaction: Transaction, *, news: News) -> None:
    """The copy of the consent (payments.autopay_enrolled) that the law gives the customer, with the next drafts."""
    drafts = [
        {
            "draft_on": draft["draft_on"].isoformat(), "due_on": draft["due_on"].isoformat(),
            "amount_cents": draft["amount_cents"],
        }
        for draft in news.data["drafts"]
    ]  # fmt: skip
    tell(transaction, news=news, template="autopay_enrolled", facts=("consent_text",), more={"drafts": drafts})


def tell_autopay_cancelled(transaction: Transaction, *, news: News) -> None:
    """Autopay is off (payments.autopay_cancelled), and why."""
    tell(transaction, news=news, template="autopay_cancelled", facts=("reason_code", "reason"))


def tell_autopay_paused(transaction: Transaction, *, news: News) -> None:
    """Nothing is drawn any more (payments.autopay_paused), and why."""
    tell(
        transaction, news=news, template="autopay_paused", facts=("reason_code", "resumes_on"),
        more={"pause_reason": news.data["reason"]},
    )  # fmt: skip


def tell_autopay_resumed(transaction: Transaction, *, news: News) -> None:
    """What was paused is drawn again (payments.autopay_resumed)."""
    tell(transaction, news=news, template="autopay_resumed", facts=("method_type", "method_last4"))


def tell_draft_upcoming(transaction: Transaction, *, news: News) -> None:
    """The notice (payments.autopay_draft_upcoming) that must be out ten days before a draft."""
    facts = ("amount_cents", "draft_on", "due_on", "stop_through_on", "method_type", "method_last4")
    tell(transaction, news=news, template="autopay_draft_upcoming", facts=facts)
