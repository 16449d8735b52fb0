"""What a customer is told of their conversations with the desk."""

from datetime import timedelta
from uuid import UUID

from chassis.store import Transaction
from services.notifications.operations.queueing import tell_person
from services.notifications.operations.telling.news import News

# Whoever follows the conversation on an open page has read it by then, and needs no mail for each line of a chat.
READ_LIVE_WITHIN = timedelta(minutes=2)


def tell_conversation_replied(transaction: Transaction, *, news: News) -> None:
    """Staff have answered (our own conversation_replied): the person who asked is told, unless they have read it."""
    answer = {"conversation_id": str(news.data["conversation_id"]), "answer_id": str(news.data["message_id"])}
    tell_person(
        transaction, now=news.now, cipher=news.cipher, cause=news.cause, user_id=UUID(str(news.data["user_id"])),
        template="conversation_replied", variables=answer, waits=READ_LIVE_WITHIN,
    )  # fmt: skip
