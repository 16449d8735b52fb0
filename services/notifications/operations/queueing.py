"""Messages come to be: decided, kept once for each cause, and announced to the errand that sends them."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects.postgresql import insert

from chassis.ids import new_id
from chassis.keys import FieldCipher
from chassis.store import Database, Transaction
from services.accounts.contract.statements import ELECTRONIC
from services.notifications.contract import events
from services.notifications.models import contact_accounts, contacts, messages
from services.notifications.operations.contacts import person_of
from services.notifications.operations.flags import flags_of
from services.notifications.providers.wording import LANGUAGE
from services.notifications.rules import causes, deciding, kinds
from services.notifications.rules.deciding import Decision
from services.notifications.rules.kinds import Channel
from services.notifications.rules.states import Reason, State

RELEASED_AT_ONCE_MAX = 500

_HOLDERS = (
    select(contacts, contact_accounts.c.last4)
    .join_from(contact_accounts, contacts)
    .where(contact_accounts.c.account_id == bindparam("of_account"))
    .order_by(contacts.c.user_id)
)
_QUEUED = {Channel.EMAIL: events.mail_queued, Channel.SMS: events.text_queued}
_ONCE = insert(messages).on_conflict_do_nothing(constraint="uq_messages_source_key")


def send_secure_mail(
    transaction: Transaction, *, now: datetime, cipher: FieldCipher, cause: str, template: str, to_email: str,
    first_name: str, link: str, about: str | None,
) -> Mapping[str, Any]:  # fmt: skip
    """Queue a mail with a secret link → {message_id}. The same cause gives the same message, for ever."""
    key = causes.source_key(cause=cause, addressee="address", channel=Channel.EMAIL, template=template)
    queued = _queue(
        transaction, now=now, cipher=cipher, key=key, channel=Channel.EMAIL, template=template,
        decision=Decision(send=True, reason=Reason.ALLOWED),
        variables={"to_email": to_email, "first_name": first_name, "link": link, "about": about},
    )  # fmt: skip
    return {"message_id": queued}


def send_secure_text(
    transaction: Transaction, *, now: datetime, cipher: FieldCipher, cause: str, template: str, to_phone: str, code: str
) -> Mapping[str, Any]:
    """Queue a text with a code → {message_id}. The same cause gives the same message, for ever."""
    key = causes.source_key(cause=cause, addressee="number", channel=Channel.SMS, template=template)
    queued = _queue(
        transaction, now=now, cipher=cipher, key=key, channel=Channel.SMS, template=template,
        decision=Decision(send=True, reason=Reason.ALLOWED),
        variables={"to_phone": to_phone, "first_name": "", "code": code},
    )  # fmt: skip
    return {"message_id": queued}


def tell_payment_received(
    transaction: Transaction, *, now: datetime, cipher: FieldCipher, cause: str, payment: Mapping[str, Any]
) -> None:
    """Confirm a payment (payments.payment_posted) to everybody who holds the account."""
    variables = {
        "amount_cents": payment["amount_cents"],
        "effective_on": payment["effective_on"].isoformat(),
        "method_type": payment["method_type"],
    }
    tell_holders(
        transaction, now=now, cipher=cipher, cause=cause, account_id=UUID(payment["account_id"]),
        template="payment_received", variables=variables,
    )  # fmt: skip


def tell_payment_declined(
    transaction: Transaction, *, now: datetime, cipher: FieldCipher, cause: str, payment: Mapping[str, Any]
) -> None:
    """Tell everybody who holds the account that a payment (payments.payment_declined) did not go through."""
    tell_holders(
        transaction, now=now, cipher=cipher, cause=cause, account_id=UUID(payment["account_id"]),
        template="payment_declined",
        variables={"amount_cents": payment["amount_cents"], "decline_reason": payment["reason"]},
    )  # fmt: skip


def tell_payment_returned(
    transaction: Transaction, *, now: datetime, cipher: FieldCipher, cause: str, payment: Mapping[str, Any],
    root_id: str,
) -> None:  # fmt: skip
    """Tell everybody who holds the account that a bank sent a payment back (payments.payment_returned), and why."""
    tell_holders(
        transaction, now=now, cipher=cipher, cause=cause, account_id=UUID(payment["account_id"]),
        template="payment_returned", root_id=root_id,
        variables={
            "amount_cents": payment["amount_cents"],
            "effective_on": payment["effective_on"].isoformat(),
            "method_type": payment["method_type"],
            "method_last4": payment["method_last4"],
            "return_reason": payment["reason"],
            "next_step": payment["next_step"],
            "will_be_presented_again": payment["will_be_presented_again"],
        },
    )  # fmt: skip


def tell_statement_ready(
    transaction: Transaction, *, now: datetime, cipher: FieldCipher, cause: str, statement: Mapping[str, Any]
) -> None:
    """Tell everybody who holds the account, by mail, that a statement can be read (accounts.statement_issued).

    One that goes out on paper is not announced: it comes by itself.
    """
    if statement["delivery"] != ELECTRONIC:
        return
    due_on = statement["due_on"]
    variables = {
        "kind": statement["kind"],
        "statement_on": statement["statement_on"].isoformat(),
        "amount_due_cents": statement["amount_due_cents"],
        "due_on": None if due_on is None else due_on.isoformat(),
    }
    tell_holders(
        transaction, now=now, cipher=cipher, cause=cause, account_id=UUID(statement["account_id"]),
        template="statement_ready", variables=variables, channels=(Channel.EMAIL,),
    )  # fmt: skip


def release_waiting(store: Database, *, now: datetime) -> int:
    """Let the messages go whose quiet hours are over; gives their number."""
    due = (
        select(messages.c.id, messages.c.channel)
        .where(messages.c.not_before <= now)
        .order_by(messages.c.not_before)
        .limit(RELEASED_AT_ONCE_MAX)
        .with_for_update(skip_locked=True)
    )
    with store.writing() as transaction:
        waiting = transaction.all(due)
        for row in waiting:
            transaction.run(update(messages).where(messages.c.id == row["id"]).values(not_before=None, changed_at=now))
            _announce(transaction, row["id"], channel=row["channel"])
    return len(waiting)


def tell_holders(
    transaction: Transaction, *, now: datetime, cipher: FieldCipher, cause: str, account_id: UUID, template: str,
    variables: Mapping[str, Any], channels: Iterable[Channel] = tuple(Channel), root_id: str | None = None,
) -> None:  # fmt: skip
    """One message for each person and channel, once for each cause; what must not go is kept with its reason."""
    cause = causes.cause_of(template=template, event_id=cause, root_id=root_id, account_id=str(account_id))
    flags = flags_of(transaction, account_id=account_id)
    for row in transaction.all(_HOLDERS, {"of_account": account_id}):
        person = person_of(cipher, row)
        for channel in channels:
            decision = deciding.may_send(
                kind=kinds.KINDS[template], channel=channel, reach=person.reach(channel), now=now, flags=flags
            )
            _queue(
                transaction, now=now, cipher=cipher, channel=channel, template=template, decision=decision,
                key=causes.source_key(cause=cause, addressee=str(row["user_id"]), channel=channel, template=template),
                user_id=row["user_id"], account_id=account_id,
                variables={**variables, "account_last4": row["last4"]},
            )  # fmt: skip


def _queue(
    transaction: Transaction, *, now: datetime, cipher: FieldCipher, key: str, channel: Channel, template: str,
    decision: Decision, variables: Mapping[str, Any], user_id: UUID | None = None, account_id: UUID | None = None,
) -> UUID:  # fmt: skip
    """Keep one message with what was decided; gives its id, or that of the message which this cause has already."""
    identifier = new_id(at=now)
    state = State.QUEUED if decision.send else State.SUPPRESSED
    sealed = cipher.encrypt(json.dumps(variables), bound_to=str(identifier)) if decision.send else None
    values = {
        "id": identifier, "source_key": key, "user_id": user_id, "account_id": account_id, "channel": channel,
        "template": template, "language": LANGUAGE, "state": state, "reason": decision.reason,
        "not_before": decision.not_before, "variables_sealed": sealed, "created_at": now, "changed_at": now,
    }  # fmt: skip
    if not transaction.run(_ONCE, values):
        existing: UUID = transaction.value(select(messages.c.id).where(messages.c.source_key == key))
        return existing
    if decision.send and decision.not_before is None:
        _announce(transaction, identifier, channel=channel)
    return identifier


def _announce(transaction: Transaction, message_id: UUID, *, channel: str) -> None:
    transaction.emit(_QUEUED[Channel(channel)], subject=str(message_id), data={"message_id": message_id})
