"""What a customer is told of their conversations with the desk."""

from datetime import timedelta
from uuid import UUID

from chassis.doors import EventCall
from services.notifications.operations.telling.announcing import Announcement

# Whoever follows the conversation on an open page has read it by then, and needs no mail for each line of a chat.
READ_LIVE_WITHIN = timedelta(minutes=2)


def conversation_replied(news: EventCall) -> Announcement:
    """Staff have written (our own conversation_replied): the customer is told, unless they have read it."""
    template = "conversation_begun" if news.data["is_first"] else "conversation_replied"
    answer = {"conversation_id": str(news.data["conversation_id"]), "answer_id": str(news.data["message_id"])}
    account_id = news.data["account_id"]
    return Announcement(
        news=news, template=template, variables=answer, person=UUID(str(news.data["user_id"])),
        account_id=account_id and UUID(str(account_id)), waits=READ_LIVE_WITHIN,
    )  # fmt: skip
