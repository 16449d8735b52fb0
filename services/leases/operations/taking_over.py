"""Leases are taken over from a portfolio: the contract, what accounts says of it, and a first answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from chassis.bulk import insert_all
from chassis.store import Transaction
from services.leases.models import lease_eligibilities, lease_facts, lease_standings, leases
from services.leases.operations.evaluating import answer
from services.leases.rules import Facts


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
    insert_all(transaction, leases, [record.lease for record in new.values()])
    insert_all(transaction, lease_facts, [_first_fact(record) for record in new.values()])
    insert_all(transaction, lease_standings, [_first_standing(record) for record in new.values()])
    insert_all(transaction, lease_eligibilities, [_first_answer(r, now=now, today=today) for r in new.values()])
    return len(new)


def _first_standing(record: TakenOver) -> dict[str, Any]:
    return {
        "account_id": record.lease["account_id"],
        "sequence": 0,
        "status": record.status,
        "past_due_cents": record.past_due_cents,
        "maturity_on": None,
    }


def _first_fact(record: TakenOver) -> dict[str, Any]:
    """Nothing was heard yet: what accounts said goes under the account's own id."""
    account_id = record.lease["account_id"]
    standing = {"status": record.status, "past_due_cents": record.past_due_cents}
    return {
        "event_id": account_id, "account_id": account_id, "name": "imported", "sequence": 0,
        "data": {"standing": standing},
    }  # fmt: skip


def _first_answer(record: TakenOver, *, now: datetime, today: date) -> dict[str, Any]:
    facts = Facts(
        ends_on=record.lease["ends_on"],
        status=record.status,
        past_due_cents=record.past_due_cents,
        in_transit_cents=0,
    )
    return {"account_id": record.lease["account_id"], "cause_event_id": None, **answer(facts, now=now, today=today)}
