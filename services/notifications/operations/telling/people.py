"""Announcements become messages: for each person and channel one, all that came together decided and kept together."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, bindparam, func, select

from chassis.keys import FieldCipher
from chassis.store import Row, Transaction
from services.notifications.models import choices, contact_accounts, contacts, messages
from services.notifications.operations.contacts import Person, person_of
from services.notifications.operations.deciding import Aside, decide, is_counted, spent_of
from services.notifications.operations.drafts import Draft, keep
from services.notifications.operations.flags import flags_of_all
from services.notifications.operations.telling.announcing import Announcement
from services.notifications.providers.wording import Wording
from services.notifications.rules import causes
from services.notifications.rules.kinds import CARRIED, Channel

_CHOSEN = (choices.c.matrix, choices.c.due_soon_days)
_HOLDERS = (
    select(contacts, contact_accounts.c.account_id, contact_accounts.c.last4, *_CHOSEN)
    .join_from(contact_accounts, contacts)
    .join(choices, choices.c.user_id == contacts.c.user_id, isouter=True)
    .where(contact_accounts.c.account_id == func.any(bindparam("of_accounts", type_=ARRAY(Uuid))))
    .order_by(contacts.c.user_id)
)
_PEOPLE = (
    select(contacts, *_CHOSEN)
    .join_from(contacts, choices, choices.c.user_id == contacts.c.user_id, isouter=True)
    .where(contacts.c.user_id == func.any(bindparam("of_people", type_=ARRAY(Uuid))))
    .order_by(contacts.c.user_id)
)
# Whoever counts what a person got today holds them until its own messages are written, always in the same order.
_COUNTED_HOLDERS, _COUNTED_PEOPLE = (one.with_for_update(of=contacts, key_share=True) for one in (_HOLDERS, _PEOPLE))
_TOLD = select(messages.c.source_key).where(messages.c.source_key == func.any(bindparam("of_keys")))


@dataclass(frozen=True, kw_only=True)
class _Addressed:
    """One announcement for one person by one channel."""

    announcement: Announcement
    person: Person
    row: Row
    channel: Channel
    key: str


def tell_people(
    announcements: Sequence[Announcement | None], *, now: datetime, cipher: FieldCipher, wording: Wording
) -> None:
    """One message for each person and channel, once for each cause; what must not go is kept with its reason.

    `announcements` share a transaction, each within its own event; None is an event that says nothing to anybody.
    """
    said = [one for one in announcements if one is not None]
    if not said:
        return
    transaction = said[0].news.transaction
    addressed = _once(transaction, _addressed(transaction, said, cipher=cipher))
    flags = flags_of_all(transaction, account_ids={one.account_id for one in said if one.account_id})
    spent = Counter(spent_of(transaction, now=now, people={one.row["user_id"] for one in addressed if _counts(one)}))
    drafts = []
    for one in addressed:
        of_person = (one.row["user_id"], one.channel)
        draft = _draft(one, now=now, flags=flags, spent=spent[of_person])
        spent[of_person] += draft.decision.send and _counts(one)
        drafts.append(draft)
    keep(transaction, drafts, now=now, cipher=cipher, wording=wording)


def _draft(one: _Addressed, *, now: datetime, flags: Mapping[UUID, Collection[str]], spent: int) -> Draft:
    said = one.announcement
    aside = Aside(
        days_before=_day_for(one.person, days=said.days), on_paper=said.on_paper, spent=spent if _counts(one) else 0
    )  # fmt: skip
    decision, record = decide(
        one.person, now=now, template=said.template, channel=one.channel, aside=aside,
        flags=flags.get(said.account_id, ()) if said.account_id else (),
    )  # fmt: skip
    if said.waits is not None and one.channel in CARRIED:
        decision = replace(decision, not_before=max(decision.not_before or now, now + said.waits))
    last4 = {} if said.person else {"account_last4": one.row["last4"]}
    return Draft(
        within=said.news.transaction, key=one.key, channel=one.channel, template=said.template,
        language=one.row["language"], decision=decision, record=record, variables={**said.variables, **last4},
        first_name=one.person.first_name, user_id=one.row["user_id"], account_id=said.account_id,
    )  # fmt: skip


def _day_for(person: Person, *, days: Sequence[int]) -> int | None:
    """Of the days that a reminder comes for, the first that the person wants; else the first."""
    return next((each for each in days if each in person.due_soon_days), next(iter(days), None))


def _addressed(
    transaction: Transaction, said: Sequence[Announcement], *, cipher: FieldCipher
) -> Iterator[_Addressed]:  # fmt: skip
    """Every announcement for everybody whom it concerns, by each of its channels."""
    rows = _rows_by_whom(transaction, said)
    people: dict[UUID, Person] = {}
    for announcement in said:
        for row in rows[announcement.person or announcement.account_id]:
            person = people.get(row["user_id"])
            if person is None:
                person = people[row["user_id"]] = person_of(cipher, row)
            for channel in announcement.channels:
                key = causes.source_key(
                    cause=str(announcement.news.event.id), addressee=str(row["user_id"]), channel=channel,
                    template=announcement.template,
                )  # fmt: skip
                yield _Addressed(announcement=announcement, person=person, row=row, channel=channel, key=key)


def _rows_by_whom(transaction: Transaction, said: Sequence[Announcement]) -> Mapping[Any, list[Row]]:
    """The contacts of each account, and of each person who is meant."""
    found: dict[Any, list[Row]] = defaultdict(list)
    accounts = {one.account_id for one in said if one.person is None}
    people = {one.person for one in said if one.person}
    counts = any(is_counted(one.template) for one in said)
    holders, persons = (_COUNTED_HOLDERS, _COUNTED_PEOPLE) if counts else (_HOLDERS, _PEOPLE)
    for row in transaction.all(holders, {"of_accounts": list(accounts)}) if accounts else ():
        found[row["account_id"]].append(row)
    for row in transaction.all(persons, {"of_people": list(people)}) if people else ():
        found[row["user_id"]].append(row)
    return found


def _once(transaction: Transaction, addressed: Iterator[_Addressed]) -> list[_Addressed]:
    """Without what has been told of the same cause, before or in this very batch."""
    first: dict[str, _Addressed] = {}
    for one in addressed:
        first.setdefault(one.key, one)
    told = {row["source_key"] for row in transaction.all(_TOLD, {"of_keys": list(first)})} if first else set()
    return [one for key, one in first.items() if key not in told]


def _counts(one: _Addressed) -> bool:
    return one.channel in CARRIED and is_counted(one.announcement.template)
