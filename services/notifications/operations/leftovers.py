"""What the release before queued for inboxes is laid there; since then nothing for an inbox waits."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select

from chassis import logs
from chassis.keys import FieldCipher
from chassis.store import Database, Row, Transaction
from services.notifications.contract import events
from services.notifications.models import choices, contacts, inbox_items, messages
from services.notifications.operations import outcomes
from services.notifications.operations.contacts import Person, person_of
from services.notifications.operations.deciding import Aside, decide
from services.notifications.operations.flags import flags_of
from services.notifications.providers.wording import Wording
from services.notifications.rules import decided, states, writing
from services.notifications.rules.kinds import Channel
from services.notifications.rules.states import Reason, State

LAID_AT_ONCE_MAX = 200
_IS_LEFT = (messages.c.channel == Channel.INBOX.value) & (messages.c.state == State.QUEUED.value)
_LEFT = select(messages).where(_IS_LEFT).order_by(messages.c.id).limit(LAID_AT_ONCE_MAX)
_PERSON = select(contacts, choices.c.matrix, choices.c.due_soon_days).join_from(
    contacts, choices, contacts.c.user_id == choices.c.user_id, isouter=True
)

log = logs.logger(__name__)


def lay_leftovers(store: Database, *, now: datetime, cipher: FieldCipher, wording: Wording) -> int:
    """Lay them, or suppress what may not be told any more; gives how many were found. Safe in many processes.

    One that cannot be read is logged and left, and keeps nobody else's.
    """
    with store.writing() as transaction:
        found = transaction.all(_LEFT.with_for_update(skip_locked=True))
        for message in found:
            _settle(transaction, message=message, now=now, cipher=cipher, wording=wording)
    return len(found)


def _settle(
    transaction: Transaction, *, message: Row, now: datetime, cipher: FieldCipher, wording: Wording
) -> None:  # fmt: skip
    contact = transaction.one(_PERSON.where(contacts.c.user_id == message["user_id"]))
    flags = flags_of(transaction, account_id=message["account_id"])
    try:
        if contact is None:
            raise LookupError("nobody is known whose inbox it is")
        person = person_of(cipher, contact)
        words = _words(message, person=person, cipher=cipher, wording=wording)
    except Exception:
        log.exception("a message for an inbox cannot be read, it is left", message_id=str(message["id"]))
        return
    decision, record = decide(
        person, now=now, template=message["template"], channel=Channel.INBOX, flags=flags,
        aside=Aside.kept_with(message),
    )  # fmt: skip
    decisions = decided.with_one_more(message["decisions"], record)
    if decision.send:
        _lay(transaction, message=message, words=words, decisions=decisions, now=now)
    else:
        outcomes.settle(
            transaction, now=now, message=message, state=State.SUPPRESSED, reason=decision.reason, decisions=decisions
        )


def _words(message: Row, *, person: Person, cipher: FieldCipher, wording: Wording) -> Mapping[str, str]:
    bound_to = str(message["id"])
    variables = json.loads(cipher.decrypt(message["variables_sealed"], bound_to=bound_to))
    facts = {**variables, "greeting_name": writing.greeting_name(person.first_name)}
    content = wording.inbox(message["template"], language=message["language"], facts=facts)
    parts = {"title_sealed": content.title, "text_sealed": content.text}
    return {name: cipher.encrypt(part, bound_to=bound_to) for name, part in parts.items()}


def _lay(
    transaction: Transaction, *, message: Row, words: Mapping[str, str], decisions: list[Any], now: datetime
) -> None:  # fmt: skip
    message_id, user_id = message["id"], message["user_id"]
    transaction.run(insert(inbox_items).values(message_id=message_id, user_id=user_id, **words))
    outcomes.change(
        transaction, now=now, message_id=message_id, state=states.step(State.QUEUED, State.DELIVERED),
        reason=Reason.DELIVERED, variables_sealed=None, not_before=None, sent_at=now, delivered_at=now,
        decisions=decisions,
    )  # fmt: skip
    shown = {"message_id": message_id, **{name: message[name] for name in ("user_id", "account_id", "template")}}
    transaction.emit(events.inbox_message_added, subject=str(user_id), data=shown)
