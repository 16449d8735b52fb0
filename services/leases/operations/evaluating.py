"""Every change of what is known about a lease ends here: its answers are given anew, and told where they are others."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, bindparam, func, select
from sqlalchemy.dialects.postgresql import insert

from chassis.store import Row, Transaction
from services.leases.contract import events
from services.leases.models import facts, lease_eligibilities, leases
from services.leases.rules import BUYOUT, EXTENSION, TURN_IN, Facts, evaluate

_of_accounts = func.any(bindparam("of_accounts", type_=ARRAY(Uuid)))
_LOCKED = select(leases).where(leases.c.account_id == _of_accounts).order_by(leases.c.account_id).with_for_update()
_FACTS = facts.add_columns(leases.c.account_id).where(leases.c.account_id == _of_accounts)
_BEFORE = select(lease_eligibilities.c.account_id, lease_eligibilities.c.reasons).where(
    lease_eligibilities.c.account_id == _of_accounts
)
_evaluated = insert(lease_eligibilities)
_ANSWER = _evaluated.on_conflict_do_update(
    index_elements=["account_id"],
    set_={name: _evaluated.excluded[name] for name in ("evaluated_on", "evaluated_at", "cause_event_id", "reasons")},
).returning(lease_eligibilities.c.account_id)


@dataclass(frozen=True)
class Changed:
    """A lease of which something else is known, and the event on whose account; None for a day that has come."""

    transaction: Transaction
    account_id: UUID
    cause: UUID | None


def lock_lease(transaction: Transaction, *, account_id: UUID) -> Row | None:
    """The lease, which nobody else can change now; None for an account that is no lease."""
    return lock_leases(transaction, account_ids=[account_id]).get(account_id)


def lock_leases(transaction: Transaction, *, account_ids: Collection[UUID]) -> dict[UUID, Row]:
    """Those of the accounts that are leases; always locked in the same order."""
    found = transaction.all(_LOCKED, {"of_accounts": sorted(account_ids)})
    return {lease["account_id"]: lease for lease in found}


def answer(facts: Facts, *, now: datetime, today: date) -> dict[str, Any]:
    """The columns of an evaluation."""
    reasons = {
        option: [dict(vars(reason)) for reason in found] for option, found in evaluate(facts=facts, on=today).items()
    }
    return {"evaluated_on": today, "evaluated_at": now, "reasons": reasons}


def evaluate_lease(
    transaction: Transaction, *, account_id: UUID, cause: UUID | None, now: datetime, today: date
) -> None:
    """Answer anew on what is known, and tell `lease_eligibility_changed` where the answer is another one."""
    evaluate_leases([Changed(transaction, account_id, cause)], now=now, today=today)


def evaluate_leases(changed: Sequence[Changed], *, now: datetime, today: date) -> None:
    """The same for several that share a transaction; of one that changed more than once the last event is the cause."""
    last = {one.account_id: one for one in changed}
    transaction, wanted = changed[0].transaction, {"of_accounts": sorted(last)}
    known = {row.pop("account_id"): row for row in map(dict[str, Any], transaction.all(_FACTS, wanted))}
    assert known.keys() == last.keys(), "a lease is stored together with its standing"
    answers = {
        account_id: {**answer(Facts(**known[account_id]), now=now, today=today), "cause_event_id": one.cause}
        for account_id, one in sorted(last.items())
    }
    before = {row["account_id"]: row["reasons"] for row in transaction.all(_BEFORE, wanted)}
    transaction.run(_ANSWER, [{"account_id": account_id, **values} for account_id, values in answers.items()])
    for account_id, values in answers.items():
        if before.get(account_id, values["reasons"]) != values["reasons"]:
            _tell_changed(last[account_id], reasons=values["reasons"])


def _tell_changed(changed: Changed, *, reasons: Mapping[str, Any]) -> None:
    account_id = str(changed.account_id)
    changed.transaction.emit(
        events.lease_eligibility_changed,
        subject=account_id,
        data={
            "account_id": account_id,
            "extension": not reasons[EXTENSION],
            "buyout": not reasons[BUYOUT],
            "turn_in": not reasons[TURN_IN],
            "reasons": reasons,
        },
    )
