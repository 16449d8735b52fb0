"""Every change of what is known about a lease ends here: its answers are given anew, and told where they are others."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, bindparam, select
from sqlalchemy.dialects.postgresql import insert

from chassis.store import Row, Transaction
from services.leases.contract import events
from services.leases.models import facts_of, lease_eligibilities, leases
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


def lock_lease(transaction: Transaction, *, account_id: UUID) -> Row | None:
    """The lease, which nobody else can change now; None for an account that is no lease."""
    return transaction.one(_LOCKED, {"of_account": account_id})


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
    facts = transaction.one(_FACTS, {"of_account": account_id})
    assert facts is not None, "a lease is stored together with its standing"
    values = {**answer(Facts(**facts), now=now, today=today), "cause_event_id": cause}
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
