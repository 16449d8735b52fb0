"""Secure messages and live chat between customers and staff: requests and replies."""

import re
from typing import Any
from uuid import UUID

from marshmallow import ValidationError, fields, pre_load, validate, validates_schema

from chassis.schemas import Instant, Strict, Text, YesOrNo
from services.payments.contract.errors import CardNumberRefused
from services.payments.contract.numbers import holds_card_number

TOPICS = ("payments", "payoff", "lease_end", "account", "documents", "technical", "other")
QUEUES = ("general", "payments", "lease_end", "hardship", "titles")
STATES = ("open", "closed")
AUTHORS = CUSTOMER, STAFF = ("customer", "staff")
CHANNELS = PORTAL, SMS = ("portal", "sms")
STEPS = ("opened", "handed_over", "closed", "reopened")

SUBJECT_LENGTH_MAX, BODY_LENGTH_MAX, NAME_LENGTH_MAX = 120, 4000, 120
MESSAGES_MAX = 1000
OPEN_MAX = 20
ATTACHMENT_BYTES_MAX = 5 * 1024 * 1024
# It is looked through for card numbers, which takes time that grows with the text.
PLAIN_BYTES_MAX = 32 * 1024
MESSAGE_ATTACHMENTS_MAX = 5
ATTACHMENTS_MAX = 40
ATTACHMENTS_BYTES_MAX = 40 * 1024 * 1024
PDF, JPEG, PNG, PLAIN = MEDIAS = ("application/pdf", "image/jpeg", "image/png", "text/plain")
# Who staff are is not for customers; what the whole desk hears of is told under this id, which nobody else has.
DESK = UUID("de5c0000-0000-4000-8000-000000000001")

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


class Words(fields.String):
    """What somebody wrote: lines and tabs, no other control characters, and something beside blanks."""

    def __init__(self, *, longest: int = BODY_LENGTH_MAX, **options: Any) -> None:
        super().__init__(validate=validate.Length(min=1, max=longest), **options)

    def deserialize(self, value: Any, attr: str | None = None, data: Any = None, **options: Any) -> Any:
        text = super().deserialize(_one_sort_of_line(value), attr, data, **options)
        if isinstance(text, str) and (_CONTROL.search(text) or not text.strip()):
            raise ValidationError("Must hold words, and no control characters.")
        return text


class Written(Strict):
    """The base of what people write: a card number is refused before anything else is said, and nothing is kept."""

    @pre_load
    def _refuse_card_numbers(self, data: Any, **_: Any) -> Any:
        texts = (data.get(name) for name in ("subject", "body", "name")) if isinstance(data, dict) else ()
        # What is longer is refused for its length; the search costs time that grows with the text.
        if any(isinstance(text, str) and holds_card_number(text[:BODY_LENGTH_MAX]) for text in texts):
            raise CardNumberRefused()
        return data


class OpenConversation(Written):
    """A new conversation with its first message; `account_id` where it is about one of your accounts."""

    topic = fields.String(required=True, validate=validate.OneOf(TOPICS))
    subject = Text(required=True, longest=SUBJECT_LENGTH_MAX)
    body = Words(required=True)
    account_id = fields.UUID(load_default=None, allow_none=True)


class BeginConversation(OpenConversation):
    """The same, begun by staff with a customer; `account_id` where it is about an account that this customer holds."""

    user_id = fields.UUID(required=True)


class OneConversation(Strict):
    conversation_id = fields.UUID(required=True)


class WriteMessage(Written, OneConversation):
    """The words, and files that were uploaded to the conversation before."""

    body = Words(required=True)
    attachment_ids = fields.List(
        fields.UUID(), load_default=list, validate=validate.Length(max=MESSAGE_ATTACHMENTS_MAX)
    )


class AddAttachment(Written, OneConversation):
    """One file: `media` is what it is said to be, its content shows what it is."""

    name = Text(required=True, longest=NAME_LENGTH_MAX)
    media = fields.String(required=True, validate=validate.OneOf(MEDIAS))
    body_base64 = fields.String(required=True)


class OneAttachment(OneConversation):
    attachment_id = fields.UUID(required=True)


class OneMessage(OneConversation):
    message_id = fields.UUID(required=True)


class Paged(Strict):
    """Newest first; `cursor` is the `next_cursor` of the page before."""

    limit = fields.Integer(load_default=25, strict=True, validate=validate.Range(min=1, max=100))
    cursor = fields.UUID(load_default=None, allow_none=True)


class ListConversations(Paged):
    """Those of the caller, of one state where it is named."""

    state = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(STATES))


class SearchConversations(ListConversations):
    """What staff look for; everything that is named must fit. `words` are found in subjects and messages.

    `assigned`: `me`, or `nobody`.
    """

    assigned = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(("me", "nobody")))
    queue = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(QUEUES))
    user_id = fields.UUID(load_default=None, allow_none=True)
    account_id = fields.UUID(load_default=None, allow_none=True)
    words = Text(load_default=None, allow_none=True, longest=200)


class ListConversationMessages(Paged, OneConversation):
    """The messages of one conversation."""


class HandOver(OneConversation):
    """To an agent (`agent_id`; your own id takes it), or back to a queue, where nobody has it."""

    agent_id = fields.UUID(load_default=None, allow_none=True)
    queue = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(QUEUES))

    @validates_schema
    def _to_one(self, data: dict[str, Any], **_: Any) -> None:
        if (data["agent_id"] is None) == (data["queue"] is None):
            raise ValidationError("Name an agent or a queue, one of the two.", "agent_id")


class OpenedConversation(Strict):
    conversation_id = fields.UUID(required=True)


class WrittenMessage(Strict):
    message_id = fields.UUID(required=True)


class AttachmentShown(Strict):
    """A file without its content."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    media = fields.String(required=True, validate=validate.OneOf(MEDIAS))
    size_bytes = fields.Integer(required=True)
    created_at = Instant(required=True)


class AddedAttachment(Strict):
    attachment_id = fields.UUID(required=True)


class AttachmentContent(AttachmentShown):
    content_base64 = fields.String(required=True)


class ConversationMessage(Strict):
    """`channel` is `sms` where a customer sent it as a text. `agent_id` is for staff alone, null for others."""

    id = fields.UUID(required=True)
    conversation_id = fields.UUID(required=True)
    author = fields.String(required=True, validate=validate.OneOf(AUTHORS))
    agent_id = fields.UUID(required=True, allow_none=True)
    channel = fields.String(required=True, validate=validate.OneOf(CHANNELS))
    body = fields.String(required=True)
    attachments = fields.List(fields.Nested(AttachmentShown), required=True)
    created_at = Instant(required=True)


class ConversationMessages(Strict):
    data = fields.List(fields.Nested(ConversationMessage), required=True)
    next_cursor = fields.UUID(required=True, allow_none=True)


class Desk(Strict):
    """Whether somebody is there now; `opens_at` is from when on messages are answered where nobody is."""

    is_open = YesOrNo(required=True)
    opens_at = Instant(required=True, allow_none=True)
    closes_at = Instant(required=True, allow_none=True)


class Conversation(Strict):
    """`waiting_for` says whose turn it is; null when closed. `…_read_id` is the last message that a side has read.

    `user_id`, `phone_masked` (a text of nobody we know), `queue` and `agent_id` are for staff, null for others.
    """

    id = fields.UUID(required=True)
    account_id = fields.UUID(required=True, allow_none=True)
    topic = fields.String(required=True)
    subject = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    waiting_for = fields.String(required=True, allow_none=True, validate=validate.OneOf(AUTHORS))
    messages_count = fields.Integer(required=True)
    last_message_id = fields.UUID(required=True, allow_none=True)
    customer_read_id = fields.UUID(required=True, allow_none=True)
    staff_read_id = fields.UUID(required=True, allow_none=True)
    opened_at = Instant(required=True)
    changed_at = Instant(required=True)
    closed_at = Instant(required=True, allow_none=True)
    desk = fields.Nested(Desk, required=True)
    user_id = fields.UUID(required=True, allow_none=True)
    phone_masked = fields.String(required=True, allow_none=True)
    queue = fields.String(required=True, allow_none=True)
    agent_id = fields.UUID(required=True, allow_none=True)


class Conversations(Strict):
    data = fields.List(fields.Nested(Conversation), required=True)
    next_cursor = fields.UUID(required=True, allow_none=True)


class ConversationStep(Strict):
    """What was done besides writing. `actor_id` and `agent_id` are for staff, null for others."""

    kind = fields.String(required=True, validate=validate.OneOf(STEPS))
    author = fields.String(required=True, validate=validate.OneOf(AUTHORS))
    actor_id = fields.UUID(required=True, allow_none=True)
    queue = fields.String(required=True, allow_none=True)
    agent_id = fields.UUID(required=True, allow_none=True)
    created_at = Instant(required=True)


class ExportedConversation(Strict):
    """Everything of a conversation, oldest first; files by name and size. `text` is the same for reading."""

    conversation = fields.Nested(Conversation, required=True)
    messages = fields.List(fields.Nested(ConversationMessage), required=True)
    steps = fields.List(fields.Nested(ConversationStep), required=True)
    text = fields.String(required=True)


class Hearer(Strict):
    """Who hears at once that somebody is writing: a customer's id, or the desk's. `author` is who writes."""

    hearer_id = fields.UUID(required=True, allow_none=True)
    author = fields.String(required=True, validate=validate.OneOf(AUTHORS))


def _one_sort_of_line(value: Any) -> Any:
    return value.replace("\r\n", "\n").replace("\r", "\n") if isinstance(value, str) else value
