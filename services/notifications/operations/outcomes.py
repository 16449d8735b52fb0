"""What became of a message: the answer to our call, its absence, and whatever the vendor reports later."""

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Text, bindparam, func, select, update

from chassis.errors import Impossible
from chassis.keys import FieldCipher
from chassis.store import Row, Transaction
from services.notifications.contract import events
from services.notifications.models import messages
from services.notifications.operations.contacts import stop_texts_to
from services.notifications.providers.channels import VendorRefused
from services.notifications.providers.reports import Report
from services.notifications.rules import states
from services.notifications.rules.states import Reason, State

_LOCKED = select(messages).where(messages.c.id == bindparam("of_message")).with_for_update()
_CHANGE = update(messages).where(messages.c.id == bindparam("of_message"))
# What nearly every acceptance is, without asking first: nobody has said anything of a message that is on its way.
_ACCEPT = (
    update(messages)
    .where(messages.c.id == bindparam("of_message"), messages.c.state == State.SENDING)
    .values(
        state=states.step(State.SENDING, State.SENT), reason=Reason.ACCEPTED, variables_sealed=None, not_before=None,
        vendor_id=func.coalesce(messages.c.vendor_id, bindparam("of_vendor", type_=Text)),
        sent_at=func.coalesce(messages.c.sent_at, bindparam("now", type_=DateTime(timezone=True))),
        changed_at=bindparam("now", type_=DateTime(timezone=True)),
    )
    .returning(messages)
)  # fmt: skip
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


def record_acceptance(transaction: Transaction, *, now: datetime, message_id: UUID, vendor_id: str) -> None:
    """The vendor answered that it takes the message. Its webhook may have been quicker: then its id is what is new."""
    accepted = transaction.one(_ACCEPT, {"of_message": message_id, "now": now, "of_vendor": vendor_id or None})
    if accepted is not None:
        _tell(transaction, message=accepted, state=State.SENT, reason=Reason.ACCEPTED)
        return
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
