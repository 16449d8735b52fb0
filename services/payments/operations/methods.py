"""Payment methods: added, and removed without forgetting what was paid with them."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, update

from chassis.context import CallContext
from chassis.errors import NotFound
from chassis.ids import new_id
from chassis.keys import FieldCipher
from chassis.store import Row, Transaction
from services.payments.contract.errors import CardExpired, CardTokenUnknown
from services.payments.contract.schemas import BANK_ACCOUNT
from services.payments.models import ach_entries, payment_methods
from services.payments.operations.autopay.pausing import pause_for_method
from services.payments.operations.scheduled import cancel_for_method
from services.payments.providers.interface import Card, Processor
from services.payments.rules.methods import (
    MethodPolicy,
    consent_kept,
    debits_from_on,
    is_expired,
    owner_of,
    prenote_key,
    refuse_unaccepted,
)
from services.payments.rules.nacha import DEBIT
from services.payments.rules.originating import DEBIT_CLASS, DEBIT_DESCRIPTION


def look_up_card(processor: Processor, *, token: str | None) -> Mapping[str, Any]:
    """{"card": what the processor shows of it}, empty without a token. Raises CardTokenUnknown, VendorDown."""
    if token is None:
        return {}
    card = processor.find_card(token=token)
    if card is None:
        raise CardTokenUnknown()
    return {"card": card}


def add_payment_method(
    transaction: Transaction, *, cipher: FieldCipher, now: datetime, today: date, caller: CallContext,
    policy: MethodPolicy, answers: Mapping[str, Any], request: Mapping[str, Any],
) -> Row:  # fmt: skip
    """Keep a bank account (its number encrypted) or a card (its token) for the caller, with the consent that was given.

    Raises CardExpired, CardsNotAccepted, ConsentRequired and ConsentNotCurrent.
    """
    consent = consent_kept(request.get("consent"), policy=policy, now=now)
    refuse_unaccepted(method_type=request["type"], policy=policy)
    identifier = new_id(at=now)
    if request["type"] == BANK_ACCOUNT:
        fields = _bank_account(request, cipher=cipher, identifier=identifier)
    else:
        fields = _card(answers["card"], token=request["processor_token"], today=today)
    row = {
        "id": identifier,
        "user_id": owner_of(caller),
        "type": request["type"],
        "created_at": now,
        **fields,
        **consent,
    }
    if row["type"] == BANK_ACCOUNT and policy.sends_prenotes:
        row["debits_from_on"] = debits_from_on(today=today)
        _queue_prenote(transaction, method=row, number=request["account_number"], cipher=cipher, now=now)
    transaction.run(insert(payment_methods).values(row))
    return {"debits_from_on": None, **row, "disabled_because": None}


def remove_payment_method(
    transaction: Transaction, *, now: datetime, caller: CallContext, payment_method_id: UUID
) -> None:
    """No new payment can use it; payments already submitted still do, scheduled ones are cancelled, autopay pauses.

    Raises NotFound, also when it is removed.
    """
    removed = (
        update(payment_methods)
        .where(payment_methods.c.id == payment_method_id, payment_methods.c.user_id == owner_of(caller))
        .where(payment_methods.c.removed_at.is_(None))
        .values(removed_at=now)
    )
    if not transaction.run(removed):
        raise NotFound()
    cancel_for_method(transaction, payment_method_id=payment_method_id)
    pause_for_method(transaction, payment_method_id=payment_method_id, now=now)


def _bank_account(request: Mapping[str, Any], *, cipher: FieldCipher, identifier: UUID) -> dict[str, Any]:
    number = request["account_number"]
    return {
        "last4": number[-4:],
        "routing_number": request["routing_number"],
        "account_number_encrypted": cipher.encrypt(number, bound_to=str(identifier)),
        "account_type": request["account_type"],
        "holder_name": request["holder_name"],
    }


def _queue_prenote(
    transaction: Transaction, *, method: Mapping[str, Any], number: str, cipher: FieldCipher, now: datetime
) -> None:  # fmt: skip
    """An entry of no money leaves in the next file, so that the account's bank can object before any is drawn."""
    identifier = new_id(at=now)
    told = ("routing_number", "account_type", "holder_name")
    transaction.run(
        insert(ach_entries).values(
            id=identifier, charge_key=prenote_key(method["id"]), direction=DEBIT, amount_cents=0, is_prenote=True,
            account_number_encrypted=cipher.encrypt(number, bound_to=str(identifier)), entry_class=DEBIT_CLASS,
            description=DEBIT_DESCRIPTION, recurs=False, queued_at=now, **{name: method[name] for name in told},
        )
    )  # fmt: skip


def _card(card: Card, *, token: str, today: date) -> dict[str, Any]:
    if is_expired(exp_month=card.exp_month, exp_year=card.exp_year, today=today):
        raise CardExpired()
    return {"processor_token": token, **vars(card)}
