"""Messages that were decided are kept, once for each cause; what lies in an inbox lies there from that moment."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text

from chassis.ids import new_id
from chassis.keys import FieldCipher
from chassis.store import Transaction
from services.notifications.contract import events
from services.notifications.models import messages
from services.notifications.providers.wording import Wording
from services.notifications.rules import writing
from services.notifications.rules.deciding import Decision
from services.notifications.rules.kinds import Channel
from services.notifications.rules.states import Reason, State

_QUEUED = {Channel.EMAIL: events.mail_queued, Channel.SMS: events.text_queued}
# In the order of their keys, so that two transactions that have the same causes do not wait for one another.
_KEEP = text("""
    WITH given AS (
        SELECT * FROM json_to_recordset(CAST(:rows AS json)) AS t (
            id uuid, source_key text, user_id uuid, account_id uuid, channel text, template text, language text,
            state text, reason text, not_before timestamptz, variables_sealed text, arrived_at timestamptz,
            decisions jsonb, title_sealed text, text_sealed text
        )
    ), kept AS (
        INSERT INTO messages (
            id, source_key, user_id, account_id, channel, template, language, state, reason, not_before,
            variables_sealed, sent_at, delivered_at, decisions, created_at, changed_at
        )
        SELECT id, source_key, user_id, account_id, channel, template, language, state, reason, not_before,
            variables_sealed, arrived_at, arrived_at, decisions, :now, :now
        FROM given ORDER BY source_key
        ON CONFLICT ON CONSTRAINT uq_messages_source_key DO NOTHING RETURNING id
    ), laid AS (
        INSERT INTO inbox_items (message_id, user_id, title_sealed, text_sealed)
        SELECT id, user_id, title_sealed, text_sealed FROM given JOIN kept USING (id) WHERE title_sealed IS NOT NULL
    )
    SELECT id FROM kept
""").columns(messages.c.id)


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A message with what was decided about it; `within` is the transaction on account of the event that is told."""

    within: Transaction
    key: str
    channel: Channel
    template: str
    language: str
    decision: Decision
    record: Mapping[str, Any]
    variables: Mapping[str, Any]
    first_name: str = ""
    user_id: UUID | None = None
    account_id: UUID | None = None

    @property
    def is_laid(self) -> bool:
        """Whether it goes into an inbox: there no vendor is waited for."""
        return self.channel is Channel.INBOX and self.decision.send


def keep(
    transaction: Transaction, drafts: Sequence[Draft], *, now: datetime, cipher: FieldCipher, wording: Wording
) -> Mapping[str, UUID]:
    """Keep all of them in one statement, and tell who carries them; gives the ids of those that are new, by key.

    What goes to a vendor is announced to the errand that sends it, once it need not wait. What lies in an inbox is
    told to the person's open pages.
    """
    if not drafts:
        return {}
    by_id = {new_id(at=now): draft for draft in drafts}
    rows = [
        _row(draft, message_id=message_id, now=now, cipher=cipher, wording=wording)
        for message_id, draft in by_id.items()
    ]
    values = {"rows": json.dumps(rows, default=str, separators=(",", ":")), "now": now}
    kept = {row["id"] for row in transaction.all(_KEEP, values)}
    new = {message_id: draft for message_id, draft in by_id.items() if message_id in kept}
    for message_id, draft in new.items():
        _tell(draft, message_id=message_id)
    return {draft.key: message_id for message_id, draft in new.items()}


def queue(draft: Draft, *, now: datetime, cipher: FieldCipher, wording: Wording) -> UUID:
    """Keep one message; gives its id, or that of the message which this cause has already."""
    new = keep(draft.within, [draft], now=now, cipher=cipher, wording=wording)
    if draft.key in new:
        return new[draft.key]
    existing: UUID = draft.within.value(select(messages.c.id).where(messages.c.source_key == draft.key))
    return existing


def announce(transaction: Transaction, message_id: UUID, *, channel: str) -> None:
    """A message may go to its vendor now."""
    transaction.emit(_QUEUED[Channel(channel)], subject=str(message_id), data={"message_id": message_id})


def _tell(draft: Draft, *, message_id: UUID) -> None:
    if draft.is_laid:
        shown = {"user_id": draft.user_id, "account_id": draft.account_id, "template": draft.template}
        draft.within.emit(
            events.inbox_message_added, subject=str(draft.user_id), data={"message_id": message_id, **shown}
        )
    elif draft.decision.send and draft.decision.not_before is None:
        announce(draft.within, message_id, channel=draft.channel)


def _row(
    draft: Draft, *, message_id: UUID, now: datetime, cipher: FieldCipher, wording: Wording
) -> Mapping[str, Any]:  # fmt: skip
    row = {
        "id": message_id, "source_key": draft.key, "user_id": draft.user_id, "account_id": draft.account_id,
        "channel": draft.channel, "template": draft.template, "language": draft.language, "state": State.SUPPRESSED,
        "reason": draft.decision.reason, "decisions": [draft.record],
    }  # fmt: skip
    if draft.is_laid:
        parts = _laid_parts(draft, wording=wording)
        sealed = {name: cipher.encrypt(part, bound_to=str(message_id)) for name, part in parts}
        return {**row, **sealed, "state": State.DELIVERED, "reason": Reason.DELIVERED, "arrived_at": now}
    if draft.decision.send:
        words = cipher.encrypt(json.dumps(draft.variables), bound_to=str(message_id))
        waits = {"not_before": draft.decision.not_before, "variables_sealed": words}
        return {**row, **waits, "state": State.QUEUED}
    return row


def _laid_parts(draft: Draft, *, wording: Wording) -> Iterable[tuple[str, str]]:
    facts = {**draft.variables, "greeting_name": writing.greeting_name(draft.first_name)}
    content = wording.inbox(draft.template, language=draft.language, facts=facts)
    return (("title_sealed", content.title), ("text_sealed", content.text))
