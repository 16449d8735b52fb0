"""What holders of an account are told of payments and refunds."""

from chassis.doors import EventCall
from services.notifications.operations.telling.announcing import Announcement, to_holders


def payment_received(news: EventCall) -> Announcement:
    """Money was taken (payments.payment_posted)."""
    return to_holders(
        news, template="payment_received", facts=("amount_cents", "effective_on", "method_type")
    )  # fmt: skip


def payment_scheduled(news: EventCall) -> Announcement:
    """A payment is to be made (payments.payment_scheduled)."""
    facts = ("amount_cents", "effective_on", "method_type", "method_last4")
    return to_holders(news, template="payment_scheduled", facts=facts)


def payment_cancelled(news: EventCall) -> Announcement:
    """A payment will not be made (payments.payment_cancelled), and why."""
    facts = ("amount_cents", "effective_on", "reason_code", "reason")
    return to_holders(news, template="payment_cancelled", facts=facts)


def payment_declined(news: EventCall) -> Announcement:
    """A payment did not go through (payments.payment_declined), and why."""
    return to_holders(
        news, template="payment_declined", facts=("amount_cents", "reason_code"),
        more={"decline_reason": news.data["reason"]},
    )  # fmt: skip


def payment_returned(news: EventCall) -> Announcement:
    """A bank sent a payment back (payments.payment_returned), why, and what happens next."""
    facts = (
        "amount_cents", "effective_on", "method_type", "method_last4", "next_step", "will_be_presented_again",
        "present_again_on", "return_code",
    )  # fmt: skip
    return to_holders(
        news, template="payment_returned", facts=facts, more={"return_reason": news.data["reason"]}
    )  # fmt: skip


def payment_disputed(news: EventCall) -> Announcement:
    """A card's bank says that its customer disputes a payment (payments.payment_disputed)."""
    return to_holders(news, template="payment_disputed", facts=("amount_cents", "disputed_on"))


def payment_refunded(news: EventCall) -> Announcement:
    """A whole payment went back (payments.payment_refunded). What staff wrote about it stays with them."""
    return to_holders(news, template="payment_refunded", facts=("amount_cents", "refunded_on"))


def refund_paid(news: EventCall) -> Announcement:
    """What was paid too much is on its way back (payments.refund_paid)."""
    return to_holders(news, template="refund_paid", facts=("amount_cents", "paid_on"))


def refund_failed(news: EventCall) -> Announcement:
    """A refund could not be paid (payments.refund_failed): it is owed as before."""
    return to_holders(news, template="refund_failed", facts=("amount_cents", "failed_on", "was_paid"))
