"""Verbs of leases: take over contracts, follow what payments and accounts tell, and answer anew each time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert

from chassis.store import Row, Transaction
from services.leases.contract import events
from services.leases.models import facts_of, lease_eligibilities, lease_payments, lease_standings, leases
from services.leases.rules import BUYOUT, EXTENSION, TURN_IN, Facts, evaluate

_of_account: BindParameter[UUID] = bindparam("of_account")
_LOCKED = select(leases).where(leases.c.account_id == _of_account).with_for_update()
_FACTS = facts_of(_of_account)
_BEFORE = select(lease_eligibilities).where(lease_eligibilities.c.account_id == _of_account)
_evaluated = insert(lease_eligibilities)
_ANSWER = _evaluated.on_conflict_do_update(
    index_elements=["account_id"],
    set_={name: _evaluated.excluded[name] for name in ("evaluated_on", "evaluated_at", "cause_event_id", "reasons")},
)
_UNDER_WAY = insert(lease_payments).on_conflict_do_nothing()
_APPLIED = insert(lease_payments).on_conflict_do_update(
    index_elements=["payment_id", "presentment_number"], set_={"is_applied": True}
)
_NEWER = update(lease_standings).where(
    lease_standings.c.account_id == _of_account, lease_standings.c.sequence < bindparam("told")
)


@dataclass(frozen=True)
class TakenOver:
    """A lease to take over: its row, and the standing that accounts gives it."""

    lease: Mapping[str, Any]
    status: str
    past_due_cents: int


def import_leases(transaction: Transaction, *, records: Sequence[TakenOver], now: datetime, today: date) -> int:
    """Store contracts and their first evaluation; one that is known stays as it is. Gives how many were new.

    Nothing was paid into a lease that was not here, so that its evaluation rests on what accounts says alone.
    """
    ids = [record.lease["account_id"] for record in records]
    known = transaction.all(select(leases.c.account_id).where(leases.c.account_id.in_(ids))) if ids else []
    here = {row["account_id"] for row in known}
    new = {record.lease["account_id"]: record for record in records if record.lease["account_id"] not in here}
    if not new:
        return 0
    transaction.run(insert(leases), [record.lease for record in new.values()])
    transaction.run(insert(lease_standings), [_first_standing(record) for record in new.values()])
    transaction.run(insert(lease_eligibilities), [_first_answer(r, now=now, today=today) for r in new.values()])
    return len(new)


def _first_standing(record: TakenOver) -> dict[str, Any]:
    return {
        "account_id": record.lease["account_id"],
        "sequence": 0,
        "status": record.status,
        "past_due_cents": record.past_due_cents,
    }


def _first_answer(record: TakenOver, *, now: datetime, today: date) -> dict[str, Any]:
    facts = Facts(
        ends_on=record.lease["ends_on"],
        status=record.status,
        past_due_cents=record.past_due_cents,
        in_transit_cents=0,
    )
    return {"account_id": record.lease["account_id"], "cause_event_id": None, **_answer(facts, now=now, today=today)}


def _answer(facts: Facts, *, now: datetime, today: date) -> dict[str, Any]:
    reasons = {
        option: [dict(vars(reason)) for reason in found] for option, found in evaluate(facts=facts, on=today).items()
    }
    return {"evaluated_on": today, "evaluated_at": now, "reasons": reasons}


def note_posted_payment(
    transaction: Transaction, *, event_id: UUID, account_id: str, payment_id: str, presentment_number: int,
    amount_cents: int, now: datetime, today: date,
) -> None:  # fmt: skip
    """Money is on its way into the ledger: it counts at once against what is past due. Other accounts are passed by."""
    if _locked_lease(transaction, account_id) is None:
        return
    row = {
        "payment_id": payment_id, "presentment_number": presentment_number, "account_id": UUID(account_id),
        "amount_cents": amount_cents, "is_applied": False,
    }  # fmt: skip
    transaction.run(_UNDER_WAY, row)
    _evaluate(transaction, account_id=UUID(account_id), cause=event_id, now=now, today=today)


def note_standing(
    transaction: Transaction, *, event_id: UUID, sequence: int, account_id: str, payment_id: str | None,
    presentment_number: int, amount_cents: int, standing: Mapping[str, Any], now: datetime, today: date,
) -> None:  # fmt: skip
    """Accounts tells how the lease stands; an older word than ours changes nothing but the payment's mark."""
    if _locked_lease(transaction, account_id) is None:
        return
    identifier = UUID(account_id)
    if payment_id is not None:
        row = {
            "payment_id": payment_id, "presentment_number": presentment_number, "account_id": identifier,
            "amount_cents": amount_cents, "is_applied": True,
        }  # fmt: skip
        transaction.run(_APPLIED, row)
    newer = {"status": standing["status"], "past_due_cents": standing["past_due_cents"], "sequence": sequence}
    transaction.run(_NEWER, {"of_account": identifier, "told": sequence, **newer})
    _evaluate(transaction, account_id=identifier, cause=event_id, now=now, today=today)


def _locked_lease(transaction: Transaction, account_id: str) -> Row | None:
    return transaction.one(_LOCKED, {"of_account": UUID(account_id)})


def _evaluate(transaction: Transaction, *, account_id: UUID, cause: UUID | None, now: datetime, today: date) -> None:
    facts = transaction.one(_FACTS, {"of_account": account_id})
    assert facts is not None, "a lease is stored together with its standing"
    values = {**_answer(Facts(**facts), now=now, today=today), "cause_event_id": cause}
    reasons = values["reasons"]
    before = transaction.one(_BEFORE, {"of_account": account_id})
    transaction.run(_ANSWER, {"account_id": account_id, **values})
    if before is not None and before["reasons"] != reasons:
        transaction.emit(
            events.lease_eligibility_changed,
            subject=str(account_id),
            data={
                "account_id": str(account_id),
                "extension": not reasons[EXTENSION],
                "buyout": not reasons[BUYOUT],
                "turn_in": not reasons[TURN_IN],
                "reasons": reasons,
            },
        )
