"""What became of a message: the answer to our call, its absence, and whatever the vendor reports later."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select, text, update

from chassis.errors import Impossible
from chassis.keys import FieldCipher
from chassis.store import Cause, Row, Transaction
from services.notifications.contract import events
from services.notifications.models import messages
from services.notifications.operations.contacts import note_dead_address, stop_texts_to
from services.notifications.providers.channels import VendorRefused
from services.notifications.providers.reports import Report
from services.notifications.rules import states
from services.notifications.rules.kinds import Channel
from services.notifications.rules.states import Reason, State

_LOCKED = select(messages).where(messages.c.id == bindparam("of_message")).with_for_update()
_CHANGE = update(messages).where(messages.c.id == bindparam("of_message"))
# What nearly every acceptance is, without asking first: nobody has said anything of a message that is on its way.
# Locked in the order of ids, as reports of many are.
_ACCEPT = text("""
    UPDATE messages SET
        state = :sent, reason = :accepted, variables_sealed = NULL, not_before = NULL, changed_at = :now,
        vendor_id = coalesce(messages.vendor_id, answered.vendor_id), sent_at = coalesce(messages.sent_at, :now)
    FROM (
        SELECT m.id, nullif(given.vendor_id, '') AS vendor_id
        FROM messages m JOIN unnest(CAST(:ids AS uuid[]), CAST(:vendor_ids AS text[])) AS given(id, vendor_id)
            ON given.id = m.id
        WHERE m.state = :sending ORDER BY m.id FOR UPDATE OF m
    ) AS answered
    WHERE messages.id = answered.id
    RETURNING messages.id, messages.channel, messages.template, messages.user_id
""").columns(messages.c.id, messages.c.channel, messages.c.template, messages.c.user_id)
_TOLD = {
    State.SENT: events.notification_sent,
    State.DELIVERED: events.notification_delivered,
    State.FAILED: events.notification_failed,
}


def record_reports(
    transaction: Transaction, *, now: datetime, cipher: FieldCipher, reports: Iterable[Report]
) -> None:  # fmt: skip
    """Believe what vendors report about messages of ours; what is old news, or of somebody else, changes nothing."""
    in_order = sorted(reports, key=lambda report: report.message_id)
    said = {message_id: list(group) for message_id, group in groupby(in_order, key=lambda report: report.message_id)}
    ours = select(messages).where(messages.c.id.in_(said)).order_by(messages.c.id).with_for_update()
    for message in transaction.all(ours) if said else ():
        last = _last_news(message, said[message["id"]])
        if last is None:
            continue
        settle(transaction, now=now, message=message, state=last.state, reason=last.reason, vendor_id=last.vendor_id)
        if last.stopped_number is not None:
            stop_texts_to(
                transaction, now=now, cipher=cipher, user_id=message["user_id"], number=last.stopped_number
            )  # fmt: skip
        if last.dead_address is not None:
            note_dead_address(
                transaction, now=now, cipher=cipher, user_id=message["user_id"], channel=last.channel,
                address=last.dead_address,
            )  # fmt: skip


def record_acceptances(
    transaction: Transaction, *, now: datetime, vendor_ids: Mapping[UUID, str], causes: Mapping[UUID, Cause]
) -> None:  # fmt: skip
    """The vendor answered that it takes these messages, each under an id of its own, which may be empty."""
    accepted = transaction.all(
        _ACCEPT,
        {
            "ids": [str(one) for one in vendor_ids], "vendor_ids": list(vendor_ids.values()), "now": now,
            "sent": states.step(State.SENDING, State.SENT), "accepted": Reason.ACCEPTED, "sending": State.SENDING,
        },
    )  # fmt: skip
    for message in accepted:
        within = transaction.within(causes[message["id"]])
        _tell(within, message=message, state=State.SENT, reason=Reason.ACCEPTED)
    for message_id in sorted(vendor_ids.keys() - {message["id"] for message in accepted}):
        within = transaction.within(causes[message_id])
        _record_late_acceptance(within, now=now, message_id=message_id, vendor_id=vendor_ids[message_id])


def _record_late_acceptance(transaction: Transaction, *, now: datetime, message_id: UUID, vendor_id: str) -> None:
    """The vendor's webhook was quicker, or the attempt outlived its lease: then the vendor's id may be what is new."""
    message = locked(transaction, message_id)
    if states.is_news(State(message["state"]), State.SENT):
        settle(
            transaction, now=now, message=message, state=State.SENT, reason=Reason.ACCEPTED, vendor_id=vendor_id
        )  # fmt: skip
    elif vendor_id:
        change(transaction, now=now, message_id=message_id, vendor_id=vendor_id)


def record_refusal(
    transaction: Transaction, *, now: datetime, cipher: FieldCipher, message_id: UUID, refusal: VendorRefused,
    address: str,
) -> None:  # fmt: skip
    """The vendor answered that it will never send the message."""
    message = locked(transaction, message_id)
    state = State.SUPPRESSED if refusal.opted_out else State.FAILED
    if states.is_news(State(message["state"]), state):
        settle(transaction, now=now, message=message, state=state, reason=refusal.reason)
    if refusal.opted_out:
        stop_texts_to(transaction, now=now, cipher=cipher, user_id=message["user_id"], number=address)
    if refusal.is_dead:
        note_dead_address(
            transaction, now=now, cipher=cipher, user_id=message["user_id"], channel=Channel(message["channel"]),
            address=address,
        )  # fmt: skip


def record_silence(transaction: Transaction, *, now: datetime, message_id: UUID, reason: Reason) -> None:
    """Nobody knows what the vendor did, unless somebody has said so meanwhile."""
    message = locked(transaction, message_id)
    if message["state"] == State.SENDING:
        settle(transaction, now=now, message=message, state=State.UNKNOWN, reason=reason)


def give_back(transaction: Transaction, *, now: datetime, message_id: UUID) -> None:
    """The vendor has certainly not acted: the message waits as before."""
    message = locked(transaction, message_id)
    # Where the attempt outlived its lease, another has called the message unknown already: it stays so.
    if message["state"] == State.SENDING:
        change(transaction, now=now, message_id=message_id, state=states.step(State.SENDING, State.QUEUED))


def settle(
    transaction: Transaction, *, now: datetime, message: Row, state: State, reason: str, vendor_id: str | None = None,
    **more: Any,
) -> None:  # fmt: skip
    """Take a locked message to a state from which nothing more is sent, wipe its words, and tell what is to be told."""
    following = states.step(State(message["state"]), state)
    values: dict[str, Any] = {
        "state": following,
        "reason": reason,
        "variables_sealed": None,
        "not_before": None,
        **more,
    }
    values["vendor_id"] = message["vendor_id"] or vendor_id or None
    if following in (State.SENT, State.DELIVERED):
        values["sent_at"] = message["sent_at"] or now
    if following is State.DELIVERED:
        values["delivered_at"] = now
    change(transaction, now=now, message_id=message["id"], **values)
    _tell(transaction, message=message, state=following, reason=reason)


def _tell(transaction: Transaction, *, message: Row, state: State, reason: str) -> None:
    if state in _TOLD:
        shown = {name: message[name] for name in ("channel", "template", "user_id")}
        transaction.emit(
            _TOLD[state],
            subject=str(message["user_id"] or message["id"]),
            data={"message_id": message["id"], "reason": reason, **shown},
        )


def change(transaction: Transaction, *, now: datetime, message_id: UUID, **values: Any) -> None:
    """Write to one message, locked before."""
    transaction.run(_CHANGE, {"of_message": message_id, "changed_at": now, **values})


def locked(transaction: Transaction, message_id: UUID) -> Row:
    """One message, which nobody else changes until the commit."""
    message = transaction.one(_LOCKED, {"of_message": message_id})
    if message is None:
        raise Impossible(f"there is no message {message_id}")
    return message


def _last_news(message: Row, said: Iterable[Report]) -> Report | None:
    """Where the vendor's words about one message lead; None where they lead nowhere."""
    current, last = State(message["state"]), None
    for report in said:
        if report.channel == message["channel"] and states.is_news(current, report.state):
            current, last = report.state, report
    return last
