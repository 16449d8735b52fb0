"""What payments and accounts tell about a lease is kept as it came, and the answers follow it, in whatever order."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, or_, text, update
from sqlalchemy.dialects.postgresql import insert

from chassis.doors import EventCall
from chassis.store import Transaction
from services.leases.models import lease_facts, lease_payments, lease_standings
from services.leases.operations.evaluating import Changed, evaluate_lease, evaluate_leases, lock_lease, lock_leases

_KEEP = insert(lease_facts).on_conflict_do_nothing().returning(lease_facts.c.event_id)
_money_of = insert(lease_payments)
_UNDER_WAY = _money_of.on_conflict_do_nothing().returning(lease_payments.c.payment_id)
_ARRIVED = _money_of.on_conflict_do_update(
    index_elements=["payment_id", "presentment_number"], set_={"is_applied": _money_of.excluded.is_applied}
).returning(lease_payments.c.payment_id)
_NEWER = text("""
    UPDATE lease_standings SET sequence = told.sequence, status = told.status, past_due_cents = told.past_due_cents
    FROM json_to_recordset(CAST(:told AS json))
        AS told(account_id uuid, sequence bigint, status text, past_due_cents bigint)
    WHERE lease_standings.account_id = told.account_id AND lease_standings.sequence < told.sequence
""")
# A lease's end only ever falls later, by an extension or a move of its due dates: of two words, the later day is newer.
_ENDS_LATER = (
    update(lease_standings)
    .where(lease_standings.c.account_id == bindparam("of_account"))
    .where(or_(lease_standings.c.maturity_on.is_(None), lease_standings.c.maturity_on < bindparam("until_on")))
    .values(maturity_on=bindparam("until_on"))
)
STANDING = ("status", "past_due_cents")
TELL_THE_END = ("lease_extended", "schedule_changed")
"""What accounts tells with the day on which the lease ends from then on."""


def note_posted_payments(calls: Sequence[EventCall], *, now: datetime, today: date) -> None:
    """Money is on its way into the ledger: it counts at once against what is past due. Other accounts are passed by."""
    mine = _of_leases(calls)
    if not mine:
        return
    transaction = mine[0].transaction
    transaction.run(_KEEP, [_fact(call, data=_presentment(call.data)) for call in mine])
    transaction.run(_UNDER_WAY, [_money(call, is_applied=False) for call in mine])
    evaluate_leases([_changed(call) for call in mine], now=now, today=today)


def note_applied_payments(calls: Sequence[EventCall], *, now: datetime, today: date) -> None:
    """Money has arrived, and accounts tells how the lease stands; an older word than ours only marks its payment."""
    mine = _of_leases(calls)
    if not mine:
        return
    transaction = mine[0].transaction
    newest: dict[str, EventCall] = {}
    for call in sorted(mine, key=lambda call: call.event.sequence):
        newest[call.data["account_id"]] = call
    facts = [_fact(call, data={"standing": _standing(call.data), **_presentment(call.data)}) for call in mine]
    transaction.run(_KEEP, facts)
    transaction.run(_ARRIVED, list({_key(call): _money(call, is_applied=True) for call in mine}.values()))
    _note_newer(transaction, told=[(call.event.sequence, call.data) for call in newest.values()])
    evaluate_leases([_changed(call) for call in mine], now=now, today=today)


def note_returned_payment(
    transaction: Transaction, *, event_id: UUID, payment: Mapping[str, Any], now: datetime, today: date
) -> None:
    """Money that was on its way has gone back, known before or not: it counts no more."""
    account_id = UUID(payment["account_id"])
    if lock_lease(transaction, account_id=account_id) is None:
        return
    _keep(transaction, event_id=event_id, account_id=account_id, name="payment_returned", data=_presentment(payment))
    transaction.run(_ARRIVED, {**_presentment(payment), "account_id": account_id, "is_applied": True})
    evaluate_lease(transaction, account_id=account_id, cause=event_id, now=now, today=today)


def note_standing(
    transaction: Transaction, *, name: str, event_id: UUID, sequence: int, told: Mapping[str, Any], now: datetime,
    today: date,
) -> bool:  # fmt: skip
    """Accounts tells how the lease stands; an older word than ours changes nothing.

    `told` is the data of the event `name`. Gives whether the account is a lease.
    """
    account_id = UUID(told["account_id"])
    if lock_lease(transaction, account_id=account_id) is None:
        return False
    data: dict[str, Any] = {"standing": _standing(told)}
    if name in TELL_THE_END:
        data |= {"maturity_on": told["maturity_on"].isoformat()}
        transaction.run(_ENDS_LATER, {"of_account": account_id, "until_on": told["maturity_on"]})
    _keep(transaction, event_id=event_id, account_id=account_id, name=name, sequence=sequence, data=data)
    _note_newer(transaction, told=[(sequence, told)])
    evaluate_lease(transaction, account_id=account_id, cause=event_id, now=now, today=today)
    return True


def _of_leases(calls: Sequence[EventCall]) -> list[EventCall]:
    """Those about leases, which nobody else can change now."""
    of_account = {UUID(call.data["account_id"]) for call in calls}
    locked = lock_leases(calls[0].transaction, account_ids=of_account)
    return [call for call in calls if UUID(call.data["account_id"]) in locked]


def _note_newer(transaction: Transaction, *, told: Sequence[tuple[int, Mapping[str, Any]]]) -> None:
    rows = [{"account_id": data["account_id"], "sequence": sequence, **_standing(data)} for sequence, data in told]
    transaction.run(_NEWER, {"told": json.dumps(rows)})


def _standing(told: Mapping[str, Any]) -> dict[str, Any]:
    return {name: told["standing"][name] for name in STANDING}


def _presentment(payment: Mapping[str, Any]) -> dict[str, Any]:
    return {name: payment[name] for name in ("payment_id", "presentment_number", "amount_cents")}


def _keep(
    transaction: Transaction, *, event_id: UUID, account_id: UUID, name: str, data: Mapping[str, Any], sequence: int = 0
) -> None:
    row = {"event_id": event_id, "account_id": account_id, "name": name, "sequence": sequence, "data": data}
    transaction.run(_KEEP, row)


def _fact(call: EventCall, *, data: Mapping[str, Any]) -> dict[str, Any]:
    sequence = call.event.sequence if "standing" in data else 0
    return {
        "event_id": call.event.id, "account_id": UUID(call.data["account_id"]), "name": call.event.name,
        "sequence": sequence, "data": data,
    }  # fmt: skip


def _money(call: EventCall, *, is_applied: bool) -> dict[str, Any]:
    return {**_presentment(call.data), "account_id": UUID(call.data["account_id"]), "is_applied": is_applied}


def _key(call: EventCall) -> tuple[str, int]:
    return call.data["payment_id"], call.data["presentment_number"]


def _changed(call: EventCall) -> Changed:
    return Changed(call.transaction, UUID(call.data["account_id"]), call.event.id)
