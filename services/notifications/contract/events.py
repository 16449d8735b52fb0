"""What notifications tells: ids only; the words of a message and the address it goes to never travel."""

from marshmallow import fields

from chassis.events import Event
from chassis.schemas import Strict


class MessageQueued(Strict):
    """A message may go out now. Told in the transaction that queued or released it; only notifications listens.

    An event for each vendor: while one of them is down, what goes by another does not wait behind it.
    """

    message_id = fields.UUID(required=True)


class NotificationSent(Strict):
    """The vendor has accepted a message. It has not necessarily arrived."""

    message_id = fields.UUID(required=True)
    channel = fields.String(required=True)
    template = fields.String(required=True)
    user_id = fields.UUID(required=True, allow_none=True)


class NotificationDelivered(NotificationSent):
    """The vendor says that a message has arrived: its mail server, or the telephone's network, took it.

    `notification_sent` need not have been told before.
    """


class NotificationFailed(NotificationSent):
    """A message has not arrived and is not sent again. `reason` is `<vendor>_<code>`, such as `sendgrid_bounce`."""

    reason = fields.String(required=True)


class ConversationReplied(Strict):
    """Staff have written to a customer in a secure conversation. The words are read by who may read them.

    `is_first`: nobody had written in it before; it is no answer.
    """

    conversation_id = fields.UUID(required=True)
    message_id = fields.UUID(required=True)
    user_id = fields.UUID(required=True)
    account_id = fields.UUID(required=True, allow_none=True)
    is_first = fields.Boolean(load_default=False)


class ConversationChanged(Strict):
    """Something happened in a customer's conversation. Told to their open pages; only our own gateway listens.

    `what` is `opened`, `message`, `read`, `handed_over`, `closed` or `reopened`; `message_id` the one written or read.
    """

    user_id = fields.UUID(required=True)
    conversation_id = fields.UUID(required=True)
    what = fields.String(required=True)
    author = fields.String(required=True)
    message_id = fields.UUID(required=True, allow_none=True)


class ConversationMoved(Strict):
    """The same, told to the desk: with the queue it is in, and who has it. Only our own gateway listens."""

    desk_id = fields.UUID(required=True)
    conversation_id = fields.UUID(required=True)
    what = fields.String(required=True)
    author = fields.String(required=True)
    message_id = fields.UUID(required=True, allow_none=True)
    queue = fields.String(required=True)
    agent_id = fields.UUID(required=True, allow_none=True)


class ChannelOptedOut(Strict):
    """A person wants nothing more by this channel. `source` says how we know: `text` (they wrote STOP, or in words that
    mean it), `portal`, `carrier` (the vendor refused a text for it) or `staff`."""

    user_id = fields.UUID(required=True)
    channel = fields.String(required=True)
    source = fields.String(required=True)


class InboxMessageAdded(Strict):
    """A message lies in a person's inbox; they read its words there."""

    message_id = fields.UUID(required=True)
    user_id = fields.UUID(required=True)
    account_id = fields.UUID(required=True, allow_none=True)
    template = fields.String(required=True)


mail_queued = Event("notifications", "mail_queued", 1, MessageQueued, promised=False, handled=True)
text_queued = Event("notifications", "text_queued", 1, MessageQueued, promised=False, handled=True)
notification_sent = Event("notifications", "notification_sent", 1, NotificationSent, handled=True)
notification_delivered = Event("notifications", "notification_delivered", 1, NotificationDelivered, handled=True)
notification_failed = Event("notifications", "notification_failed", 1, NotificationFailed, handled=True)
conversation_replied = Event("notifications", "conversation_replied", 1, ConversationReplied, handled=True)
conversation_changed = Event(
    "notifications", "conversation_changed", 1, ConversationChanged, promised=False, handled=True
)
conversation_moved = Event("notifications", "conversation_moved", 1, ConversationMoved, promised=False, handled=True)
channel_opted_out = Event("notifications", "channel_opted_out", 1, ChannelOptedOut, handled=True)
inbox_message_added = Event("notifications", "inbox_message_added", 1, InboxMessageAdded, handled=True)
