"""Messages go out, each once at most: taken under lock, handed to their vendor with no transaction open, recorded."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, bindparam, func, select, text

from chassis import beside
from chassis.clock import Clock
from chassis.doors import ErrandCall
from chassis.errors import Impossible, OutcomeUnknown, StoreDown, VendorDown
from chassis.failpoints import failpoint
from chassis.keys import FieldCipher
from chassis.store import Contended, Database, Row, Transaction, run_contended
from services.notifications.models import choices, contacts, messages
from services.notifications.operations import outcomes
from services.notifications.operations.contacts import Person, person_of
from services.notifications.operations.conversations import has_been_read
from services.notifications.operations.deciding import Aside, decide
from services.notifications.operations.flags import flags_of_all
from services.notifications.providers.channels import Mail, MailContent, Text, VendorRefused
from services.notifications.providers.wording import Wording
from services.notifications.rules import decided, states, writing
from services.notifications.rules.kinds import Channel
from services.notifications.rules.states import Reason, State

# What is answered within so long of one another is recorded together.
RECORDED_TOGETHER_SECONDS = 0.02

_OF_CONTACT = "contact_"
_READ = (*contacts.c, choices.c.matrix, choices.c.due_soon_days)
_LOCKED = (
    select(messages, *(column.label(f"{_OF_CONTACT}{column.name}") for column in _READ))
    .join_from(messages, contacts, messages.c.user_id == contacts.c.user_id, isouter=True)
    .join(choices, messages.c.user_id == choices.c.user_id, isouter=True)
    .where(messages.c.id == func.any(bindparam("of_messages", type_=ARRAY(Uuid))))
    .order_by(messages.c.id)
    .with_for_update(of=messages)
)
_ON_ITS_WAY = text("""
    UPDATE messages SET state = :sending, changed_at = :now, decisions = given.decisions
    FROM unnest(CAST(:ids AS uuid[]), CAST(:decisions AS jsonb[])) AS given(id, decisions)
    WHERE messages.id = given.id
""")


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """A message on its way: everything the vendor must know, read before the call, and on whose account it goes."""

    call: ErrandCall
    message: Row
    address: str
    content: MailContent | str
    decisions: Sequence[Mapping[str, Any]]


def send_messages(
    store: Database, *, clock: Clock, calls: Sequence[ErrandCall], cipher: FieldCipher, wording: Wording,
    mail: Mail, texts: Text,
) -> Mapping[str, Exception]:  # fmt: skip
    """Send each message at most once; run again at any time. Gives what the others met, by the key of their errand.

    `sending` is written before the call. Whoever finds it later cannot know what the vendor did, and vendors have no
    idempotency keys: the message becomes `unknown` and is never sent again; the vendor's report settles it. VendorDown
    says that the vendor has certainly not acted (the message is queued as before), OutcomeUnknown that nobody knows.
    """
    met: dict[str, Exception] = {}

    def take() -> list[Parcel]:
        met.clear()
        with store.writing() as transaction:
            return _take(transaction, now=clock.now(), calls=calls, cipher=cipher, wording=wording, met=met)

    parcels = run_contended(take)
    failpoint("vendor.before_call")
    hand_over = partial(_hand_over, mail=mail, texts=texts)
    for answered in beside.answers(hand_over, parcels, gather_seconds=RECORDED_TOGETHER_SECONDS):
        run_contended(partial(_record, store, clock=clock, cipher=cipher, answered=answered))
        met |= {
            parcel.call.key: answer
            for parcel, answer in answered
            if isinstance(answer, Exception) and not isinstance(answer, VendorRefused)
        }
    return met


def _take(
    transaction: Transaction, *, now: datetime, calls: Sequence[ErrandCall], cipher: FieldCipher, wording: Wording,
    met: dict[str, Exception],
) -> list[Parcel]:  # fmt: skip
    """The messages as parcels, now `sending`; not those of which nothing may be sent, or nothing again."""
    wanted: dict[UUID, ErrandCall] = {call.data["message_id"]: call for call in calls}
    found = transaction.all(_LOCKED, {"of_messages": list(wanted)})
    flags = flags_of_all(transaction, account_ids={message["account_id"] for message in found} - {None})
    parcels: list[Parcel] = []
    for message in found:
        call = wanted.pop(message["id"])
        try:
            parcel = _packed(
                transaction.within(call.cause), now=now, call=call, message=message, cipher=cipher, wording=wording,
                flags=flags.get(message["account_id"], frozenset()),
            )  # fmt: skip
        except (StoreDown, Contended):
            raise
        except Exception as error:  # noqa: BLE001 - the others go out all the same
            met[call.key] = error
            continue
        parcels += [parcel] if parcel is not None else []
    met.update({call.key: Impossible(f"there is no message {missing}") for missing, call in wanted.items()})
    if parcels:
        on_its_way = {
            "sending": states.step(State.QUEUED, State.SENDING), "now": now,
            "ids": [str(parcel.message["id"]) for parcel in parcels],
            "decisions": [json.dumps(parcel.decisions) for parcel in parcels],
        }  # fmt: skip
        transaction.run(_ON_ITS_WAY, on_its_way)
    return parcels


def _packed(
    transaction: Transaction, *, now: datetime, call: ErrandCall, message: Row, cipher: FieldCipher, wording: Wording,
    flags: frozenset[str],
) -> Parcel | None:  # fmt: skip
    """One message with its words; None where nothing may be sent, or nothing again."""
    message_id = message["id"]
    if message["state"] == State.SENDING:
        outcomes.settle(transaction, now=now, message=message, state=State.UNKNOWN, reason=Reason.NO_RECORD)
    if message["state"] != State.QUEUED:
        return None
    variables = json.loads(cipher.decrypt(message["variables_sealed"], bound_to=str(message_id)))
    person = _addressee(cipher=cipher, message=message, variables=variables)
    channel, template = Channel(message["channel"]), message["template"]
    # While the message waited for its vendor, consent may have been withdrawn, a flag set, the evening come, and what
    # it announces been read.
    aside = Aside.kept_with(message, was_read=_was_read(transaction, variables=variables))
    decision, record = decide(person, now=now, template=template, channel=channel, flags=flags, aside=aside)
    kept: dict[str, Any] = {"decisions": decided.with_one_more(message["decisions"], record)}
    if not decision.send:
        outcomes.settle(transaction, now=now, message=message, state=State.SUPPRESSED, reason=decision.reason, **kept)
        return None
    if decision.not_before is not None:
        waits = {"not_before": decision.not_before, "reason": decision.reason}
        outcomes.change(transaction, now=now, message_id=message_id, **waits, **kept)
        return None
    facts = {**variables, "greeting_name": writing.greeting_name(person.first_name)}
    words = wording.mail if channel is Channel.EMAIL else wording.text
    content = words(template, language=message["language"], facts=facts)
    return Parcel(
        call=call, message=message, address=str(person.address(channel)), content=content, **kept
    )  # fmt: skip


def _was_read(transaction: Transaction, *, variables: Mapping[str, Any]) -> bool:
    """Whether a message says that there is something to read, which has been read by now."""
    if "answer_id" not in variables:
        return False
    return has_been_read(
        transaction, conversation_id=UUID(variables["conversation_id"]), message_id=UUID(variables["answer_id"])
    )


def _hand_over(parcel: Parcel, *, mail: Mail, texts: Text) -> str:
    message_id = parcel.message["id"]
    try:
        if isinstance(parcel.content, MailContent):
            return mail.send(message_id=message_id, to=parcel.address, content=parcel.content)
        return texts.send(message_id=message_id, to=parcel.address, body=parcel.content)
    finally:
        failpoint("vendor.after_call")


def _record(
    store: Database, *, clock: Clock, cipher: FieldCipher, answered: Sequence[tuple[Parcel, str | Exception]]
) -> None:  # fmt: skip
    """What became of each: accepted, refused, not sent, or nobody knows."""
    now = clock.now()
    accepted = {parcel.message["id"]: parcel for parcel, answer in answered if isinstance(answer, str)}
    vendor_ids = {parcel.message["id"]: answer for parcel, answer in answered if isinstance(answer, str)}
    with store.writing() as transaction:
        if accepted:
            outcomes.record_acceptances(
                transaction, now=now, vendor_ids=vendor_ids,
                causes={message_id: parcel.call.cause for message_id, parcel in accepted.items()},
            )  # fmt: skip
        for parcel, answer in sorted(answered, key=lambda pair: pair[0].message["id"]):
            within, message_id = transaction.within(parcel.call.cause), parcel.message["id"]
            if isinstance(answer, VendorRefused):
                outcomes.record_refusal(
                    within, now=now, cipher=cipher, message_id=message_id, refusal=answer, address=parcel.address
                )
            elif isinstance(answer, VendorDown):
                outcomes.give_back(within, now=now, message_id=message_id)
            elif isinstance(answer, OutcomeUnknown):
                outcomes.record_silence(within, now=now, message_id=message_id, reason=Reason.NO_ANSWER)


def _addressee(*, cipher: FieldCipher, message: Row, variables: Mapping[str, Any]) -> Person:
    if message["user_id"] is None:
        return Person(
            first_name=variables["first_name"], email=variables.get("to_email"), phone=variables.get("to_phone"),
            # Whoever has a code sent to a number asked for that text a moment ago.
            sms_consent="to_phone" in variables, is_opted_out=False,
        )  # fmt: skip
    if message[f"{_OF_CONTACT}user_id"] is None:
        raise Impossible(f"message {message['id']} has no contact")
    person = person_of(cipher, {column.name: message[f"{_OF_CONTACT}{column.name}"] for column in _READ})
    # What answers a text goes to the number that sent it.
    return replace(person, phone=variables.get("to_phone", person.phone))
