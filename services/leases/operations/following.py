"""What payments and accounts tell about a lease is kept as it came, and the answers follow it, in whatever order."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, or_, update
from sqlalchemy.dialects.postgresql import insert

from chassis.store import Transaction
from services.leases.models import lease_facts, lease_payments, lease_standings
from services.leases.operations.evaluating import evaluate_lease, lock_lease

_KEEP = insert(lease_facts).on_conflict_do_nothing()
_UNDER_WAY = insert(lease_payments).on_conflict_do_nothing()
_ARRIVED = insert(lease_payments).on_conflict_do_update(
    index_elements=["payment_id", "presentment_number"], set_={"is_applied": True}
)
_newer = update(lease_standings).where(lease_standings.c.account_id == bindparam("of_account"))
_NEWER = _newer.where(lease_standings.c.sequence < bindparam("told"))
# A lease is only ever extended: of two words about its end, the later day is the newer one.
_EXTENDED = _newer.where(
    or_(lease_standings.c.maturity_on.is_(None), lease_standings.c.maturity_on < bindparam("until_on"))
).values(maturity_on=bindparam("until_on"))


def note_posted_payment(
    transaction: Transaction, *, event_id: UUID, payment: Mapping[str, Any], now: datetime, today: date
) -> None:
    """Money is on its way into the ledger: it counts at once against what is past due. Other accounts are passed by."""
    account_id = UUID(payment["account_id"])
    if lock_lease(transaction, account_id=account_id) is None:
        return
    _keep(transaction, event_id=event_id, account_id=account_id, name="payment_posted", data=_presentment(payment))
    transaction.run(_UNDER_WAY, {**_presentment(payment), "account_id": account_id, "is_applied": False})
    evaluate_lease(transaction, account_id=account_id, cause=event_id, now=now, today=today)


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
    """Accounts tells how the lease stands; an older word than ours changes nothing but the mark of its payment.

    `told` is the data of the event `name`. Gives whether the account is a lease.
    """
    account_id = UUID(told["account_id"])
    if lock_lease(transaction, account_id=account_id) is None:
        return False
    standing = {key: told["standing"][key] for key in ("status", "past_due_cents")}
    data: dict[str, Any] = {"standing": standing}
    if name == "payment_applied":
        data |= _presentment(told)
        transaction.run(_ARRIVED, {**_presentment(told), "account_id": account_id, "is_applied": True})
    if name == "lease_extended":
        data |= {"maturity_on": told["maturity_on"].isoformat()}
        transaction.run(_EXTENDED, {"of_account": account_id, "until_on": told["maturity_on"]})
    _keep(transaction, event_id=event_id, account_id=account_id, name=name, sequence=sequence, data=data)
    transaction.run(_NEWER, {"of_account": account_id, "told": sequence, **standing, "sequence": sequence})
    evaluate_lease(transaction, account_id=account_id, cause=event_id, now=now, today=today)
    return True


def _presentment(payment: Mapping[str, Any]) -> dict[str, Any]:
    return {name: payment[name] for name in ("payment_id", "presentment_number", "amount_cents")}


def _keep(
    transaction: Transaction, *, event_id: UUID, account_id: UUID, name: str, data: Mapping[str, Any], sequence: int = 0
) -> None:
    row = {"event_id": event_id, "account_id": account_id, "name": name, "sequence": sequence, "data": data}
    transaction.run(_KEEP, row)
