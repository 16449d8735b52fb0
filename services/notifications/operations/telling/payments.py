"""What holders of an account are told of payments and refunds."""

from chassis.store import Transaction
from services.notifications.operations.telling.news import News, tell


def tell_payment_received(transaction: Transaction, *, news: News) -> None:
    """Money was taken (payments.payment_posted)."""
    tell(
        transaction, news=news, template="payment_received", facts=("amount_cents", "effective_on", "method_type")
    )  # fmt: skip


def tell_payment_scheduled(transaction: Transaction, *, news: News) -> None:
    """A payment is to be made (payments.payment_scheduled)."""
    facts = ("amount_cents", "effective_on", "method_type", "method_last4")
    tell(transaction, news=news, template="payment_scheduled", facts=facts)


def tell_payment_cancelled(transaction: Transaction, *, news: News) -> None:
    """A payment will not be made (payments.payment_cancelled), and why."""
    facts = ("amount_cents", "effective_on", "reason_code", "reason")
    tell(transaction, news=news, template="payment_cancelled", facts=facts)


def tell_payment_declined(transaction: Transaction, *, news: News) -> None:
    """A payment did not go through (payments.payment_declined), and why."""
    tell(
        transaction, news=news, template="payment_declined", facts=("amount_cents", "reason_code"),
        more={"decline_reason": news.data["reason"]},
    )  # fmt: skip


def tell_payment_returned(transaction: Transaction, *, news: News) -> None:
    """A bank sent a payment back (payments.payment_returned), why, and what happens next."""
    facts = (
        "amount_cents", "effective_on", "method_type", "method_last4", "next_step", "will_be_presented_again",
        "present_again_on", "return_code",
    )  # fmt: skip
    tell(
        transaction, news=news, template="payment_returned", facts=facts, more={"return_reason": news.data["reason"]}
    )  # fmt: skip


def tell_payment_disputed(transaction: Transaction, *, news: News) -> None:
    """A card's bank says that its customer disputes a payment (payments.payment_disputed)."""
    tell(transaction, news=news, template="payment_disputed", facts=("amount_cents", "disputed_on"))


def tell_payment_refunded(transaction: Transaction, *, news: News) -> None:
    """A whole payment went back (payments.payment_refunded). What staff wrote about it stays with them."""
    tell(transaction, news=news, template="payment_refunded", facts=("amount_cents", "refunded_on"))


def tell_refund_paid(transaction: Transaction, *, news: News) -> None:
    """What was paid too much is on its way back (payments.refund_paid)."""
    tell(transaction, news=news, template="refund_paid", facts=("amount_cents", "paid_on"))


def tell_refund_failed(transaction: Transaction, *, news: News) -> None:
    """A refund could not be paid (payments.refund_failed): it is owed as before."""
    tell(transaction, news=news, template="refund_failed", facts=("amount_cents", "failed_on", "was_paid"))
