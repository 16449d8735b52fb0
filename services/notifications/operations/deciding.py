"""What is known of a person and a message becomes the facts of a decision, and the decision is kept with them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, bindparam, func, select
from sqlalchemy.dialects.postgresql import UUID as UUID_COLUMN

from chassis.ids import lowest_id
from chassis.store import Transaction
from services.notifications.models import messages
from services.notifications.operations.contacts import Person
from services.notifications.rules import alerts, decided, deciding
from services.notifications.rules.deciding import BUDGET_WINDOW, Decision, Facts
from services.notifications.rules.kinds import CARRIED, COUNTED, Channel
from services.notifications.rules.states import State

_SPENT = (
    select(messages.c.user_id, messages.c.channel, func.count().label("count"))
    .where(
        messages.c.user_id == func.any(bindparam("of_people", type_=ARRAY(UUID_COLUMN(as_uuid=True)))),
        messages.c.id >= bindparam("since", type_=UUID_COLUMN(as_uuid=True)),
        messages.c.channel.in_(CARRIED),
        messages.c.template.in_(alerts.COUNTED_TEMPLATES),
        messages.c.state != State.SUPPRESSED,
    )
    .group_by(messages.c.user_id, messages.c.channel)
)


@dataclass(frozen=True, kw_only=True)
class Aside:
    """What a decision rests on besides the person: see deciding.Facts."""

    days_before: int | None = None
    on_paper: bool = False
    spent: int = 0
    answers_text_at: datetime | None = None
    was_read: bool = False

    @classmethod
    def kept_with(cls, message: Mapping[str, Any], *, was_read: bool = False) -> "Aside":
        """As it was when the message was queued."""
        kept = message["decisions"][0]["facts"] if message["decisions"] else {}
        said_at = kept.get("answers_text_at")
        return cls(
            days_before=kept.get("days_before"), on_paper=kept.get("on_paper", False), spent=kept.get("spent", 0),
            answers_text_at=None if said_at is None else datetime.fromisoformat(said_at), was_read=was_read,
        )  # fmt: skip


def decide(
    person: Person, *, now: datetime, template: str, channel: Channel, flags: Collection[str] = (),
    aside: Aside | None = None,
) -> tuple[Decision, Mapping[str, Any]]:  # fmt: skip
    """May this go, now, this way, to this person: the decision, and its record to be kept with the message."""
    occasion, aside = alerts.OCCASIONS[template], aside or Aside()
    facts = Facts(
        kind=occasion.kind,
        channel=channel,
        has_address=channel is Channel.INBOX or person.address(channel) is not None,
        has_consent=person.sms_consent,
        is_wanted=alerts.is_wanted(person.matrix, alert=occasion.alert, channel=channel),
        is_locked=alerts.goes_whatever_they_chose(alert=occasion.alert, channel=channel),
        is_stopped=person.is_opted_out and channel is Channel.SMS,
        is_dead=channel in person.dead,
        zones=person.zones,
        flags=tuple(sorted(flags)),
        days_wanted=person.due_soon_days if aside.days_before is not None else (),
        days_before=aside.days_before,
        on_paper=aside.on_paper,
        spent=aside.spent,
        answers_text_at=aside.answers_text_at,
        was_read=aside.was_read,
    )
    decision = deciding.may_send(facts, now=now)
    return decision, decided.record_of(decision, facts=facts, now=now)


def is_counted(template: str) -> bool:
    """Whether messages of this template count towards what a person gets in a day."""
    return alerts.OCCASIONS[template].kind in COUNTED


def spent_of(transaction: Transaction, *, now: datetime, people: Collection[UUID]) -> Mapping[tuple[UUID, str], int]:
    """By person and channel, the counted messages of the last day."""
    if not people:
        return {}
    rows = transaction.all(_SPENT, {"of_people": list(people), "since": lowest_id(at=now - BUDGET_WINDOW)})
    return {(row["user_id"], row["channel"]): row["count"] for row in rows}
