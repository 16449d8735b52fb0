"""The projection built again from the facts alone: the same as it is, or it was wrong and is put right."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select, update

from chassis.store import Row, Transaction
from services.leases.models import lease_facts, lease_payments, lease_standings, leases
from services.leases.operations.evaluating import evaluate_lease
from services.leases.rules.projection import Fact, Projection, project

STANDING = ("sequence", "status", "past_due_cents", "maturity_on")


@dataclass(frozen=True)
class Rebuilt:
    """How many leases were built again, and the accounts whose projection was not what the facts say."""

    leases: int
    differing: tuple[str, ...]


def rebuild_leases(transaction: Transaction, *, limit: int, after: UUID | None, now: datetime, today: date) -> Rebuilt:
    """Build up to `limit` leases again, those after an account in the order of ids; each is locked until the end."""
    some = select(leases.c.account_id).order_by(leases.c.account_id).limit(limit).with_for_update()
    some = some if after is None else some.where(leases.c.account_id > after)
    ids = [row["account_id"] for row in transaction.all(some)]
    facts = _grouped(transaction.all(select(lease_facts).where(lease_facts.c.account_id.in_(ids))))
    stored = _grouped(transaction.all(select(lease_payments).where(lease_payments.c.account_id.in_(ids))))
    differing = []
    for standing in transaction.all(select(lease_standings).where(lease_standings.c.account_id.in_(ids))):
        account_id = standing["account_id"]
        projection = project(Fact(name=f["name"], sequence=f["sequence"], data=f["data"]) for f in facts[account_id])
        if _as_stored(standing, stored[account_id]) != projection:
            differing.append(str(account_id))
            _put_right(transaction, account_id=account_id, projection=projection, facts=facts[account_id])
        evaluate_lease(transaction, account_id=account_id, cause=None, now=now, today=today)
    return Rebuilt(len(ids), tuple(differing))


def last_lease(transaction: Transaction, *, limit: int, after: UUID | None) -> UUID | None:
    """The last account of the next `limit` leases; None where there are none."""
    some = select(leases.c.account_id).order_by(leases.c.account_id).limit(limit)
    rows = transaction.all(some if after is None else some.where(leases.c.account_id > after))
    return rows[-1]["account_id"] if rows else None


def _as_stored(standing: Row, payments: Sequence[Row]) -> Projection:
    return Projection(
        **{name: standing[name] for name in STANDING},
        payments={(row["payment_id"], row["presentment_number"]): row["is_applied"] for row in payments},
    )


def _put_right(transaction: Transaction, *, account_id: UUID, projection: Projection, facts: Sequence[Row]) -> None:
    right = {name: getattr(projection, name) for name in STANDING}
    transaction.run(update(lease_standings).where(lease_standings.c.account_id == account_id).values(right))
    transaction.run(delete(lease_payments).where(lease_payments.c.account_id == account_id))
    amounts = {
        (fact["data"]["payment_id"], fact["data"]["presentment_number"]): fact["data"]["amount_cents"]
        for fact in facts
        if "payment_id" in fact["data"]
    }
    rows = [
        {
            "payment_id": payment_id, "presentment_number": number, "account_id": account_id,
            "amount_cents": amounts[payment_id, number], "is_applied": is_applied,
        }
        for (payment_id, number), is_applied in projection.payments.items()
    ]  # fmt: skip
    if rows:
        transaction.run(insert(lease_payments), rows)


def _grouped(rows: Sequence[Row]) -> dict[UUID, list[Row]]:
    groups: dict[UUID, list[Any]] = defaultdict(list)
    for row in rows:
        groups[row["account_id"]].append(row)
    return groups
