"""The inbox: a channel of our own, so that what lies there is delivered, and its words are kept for the reader."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, insert, select, update

from chassis.context import CallContext
from chassis.errors import Impossible, NotFound
from chassis.keys import FieldCipher
from chassis.store import Row, Transaction
from services.notifications.contract import events
from services.notifications.models import choices, contacts, inbox_items, messages
from services.notifications.operations import outcomes
from services.notifications.operations.contacts import person_of
from services.notifications.operations.deciding import Aside, decide
from services.notifications.operations.flags import flags_of
from services.notifications.providers.channels import InboxContent
from services.notifications.providers.wording import Wording
from services.notifications.rules import states, writing
from services.notifications.rules.kinds import Channel
from services.notifications.rules.standing import shown_item
from services.notifications.rules.states import Reason, State

_LOCKED = select(messages).where(messages.c.id == bindparam("of_message")).with_for_update()
_CONTACT = (
    select(contacts, choices.c.matrix, choices.c.due_soon_days)
    .join_from(contacts, choices, contacts.c.user_id == choices.c.user_id, isouter=True)
    .where(contacts.c.user_id == bindparam("of_person"))
)


def lay_into_inbox(
    transaction: Transaction, *, now: datetime, cipher: FieldCipher, wording: Wording, message_id: UUID
) -> None:
    """Lay a queued message into its person's inbox, unless it may not be sent any more, and tell their open pages."""
    message = transaction.one(_LOCKED, {"of_message": message_id})
    if message is None or message["state"] != State.QUEUED:
        return
    contact = transaction.one(_CONTACT, {"of_person": message["user_id"]})
    if contact is None:
        raise Impossible(f"message {message_id} has no contact")
    person, template = person_of(cipher, contact), message["template"]
    flags = flags_of(transaction, account_id=message["account_id"])
    decision, record = decide(
        person, now=now, template=template, channel=Channel.INBOX, flags=flags, aside=Aside.kept_with(message)
    )
    decisions = [*message["decisions"], record]
    if not decision.send:
        outcomes.settle(
            transaction, now=now, message=message, state=State.SUPPRESSED, reason=decision.reason, decisions=decisions
        )
        return
    variables = json.loads(cipher.decrypt(message["variables_sealed"], bound_to=str(message_id)))
    facts = {**variables, "greeting_name": writing.greeting_name(person.first_name)}
    content = wording.inbox(template, language=message["language"], facts=facts)
    _keep(transaction, now=now, cipher=cipher, message=message, content=content, decisions=decisions)


def _keep(
    transaction: Transaction, *, now: datetime, cipher: FieldCipher, message: Row, content: InboxContent,
    decisions: list[Any],
) -> None:  # fmt: skip
    message_id, user_id = message["id"], message["user_id"]
    item = {
        "message_id": message_id, "user_id": user_id,
        "title_sealed": cipher.encrypt(content.title, bound_to=str(message_id)),
        "text_sealed": cipher.encrypt(content.text, bound_to=str(message_id)),
    }  # fmt: skip
    transaction.run(insert(inbox_items).values(item))
    outcomes.change(
        transaction, now=now, message_id=message_id, state=states.step(State.QUEUED, State.DELIVERED),
        reason=Reason.DELIVERED, variables_sealed=None, not_before=None, sent_at=now, delivered_at=now,
        decisions=decisions,
    )  # fmt: skip
    shown = {"message_id": message_id, **{name: message[name] for name in ("user_id", "account_id", "template")}}
    transaction.emit(events.inbox_message_added, subject=str(user_id), data=shown)


def read_inbox_item(
    transaction: Transaction, *, now: datetime, caller: CallContext, cipher: FieldCipher, message_id: UUID
) -> Mapping[str, Any]:
    """One message of the caller's, read from now on, or since it was read first. Raises NotFound."""
    mine = (inbox_items.c.message_id == message_id) & (inbox_items.c.user_id == UUID(caller.subject))
    reading = update(inbox_items).where(mine).values(read_at=func.coalesce(inbox_items.c.read_at, now))
    item = transaction.one(reading.returning(inbox_items))
    if item is None:
        raise NotFound()
    columns = (messages.c.id, messages.c.account_id, messages.c.template, messages.c.created_at)
    message = transaction.one(select(*columns).where(messages.c.id == message_id))
    assert message is not None
    title, text = (cipher.decrypt(item[part], bound_to=str(message_id)) for part in ("title_sealed", "text_sealed"))
    return shown_item({**message, "read_at": item["read_at"]}, title=title, text=text)
