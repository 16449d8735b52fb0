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


mail_queued = Event("notifications", "mail_queued", 1, MessageQueued, promised=False, handled=True)
text_queued = Event("notifications", "text_queued", 1, MessageQueued, promised=False, handled=True)
notification_sent = Event("notifications", "notification_sent", 1, NotificationSent, handled=True)
notification_delivered = Event("notifications", "notification_delivered", 1, NotificationDelivered, handled=True)
notification_failed = Event("notifications", "notification_failed", 1, NotificationFailed, handled=True)
