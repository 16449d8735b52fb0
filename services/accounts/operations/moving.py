"""Due dates move: to another day of the month, or by whole months. What it does is told as a preview tells it."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from chassis.context import CallContext
from chassis.errors import Impossible
from chassis.ids import new_id
from chassis.store import Transaction
from services.accounts.contract import events
from services.accounts.models import account_events
from services.accounts.operations.changing import change
from services.accounts.operations.locking import LockedAccount, lock_for
from services.accounts.operations.telling import tell, tell_consequences
from services.accounts.rules.amendments import in_force
from services.accounts.rules.events import Deferment, DueDateChange
from services.accounts.rules.moving import Asked, decide_deferment, decide_due_date_change
from services.accounts.rules.moving_wording import move_as_told
from services.accounts.rules.schedule import maturity_on

DUE_DATE_CHANGED, DEFERRED = "due_date_changed", "instalments_deferred"


def change_due_date(
    transaction: Transaction, *, account_id: str, due_day: int, caller: CallContext, now: datetime, today: date
) -> dict[str, Any]:
    """Let payments fall due on another day of the month, from the first instalment that may move on.

    Tells `schedule_changed`. Raises NotFound and what `decide_due_date_change` does.
    """
    account = lock_for(transaction, caller=caller, account_id=account_id)
    asked = _asked(transaction, account=account, kind=DUE_DATE_CHANGED, today=today)
    event = decide_due_date_change(asked, due_day=due_day, source_key=f"due_date_change:{new_id(at=now)}")
    return _moved(transaction, account=account, event=event, kind=DUE_DATE_CHANGED, caller=caller, now=now, today=today)


def defer_payments(
    transaction: Transaction, *, account_id: str, months: int, caller: CallContext, now: datetime, today: date
) -> dict[str, Any]:
    """Let every instalment wait some months, from the first that may move on. Tells `schedule_changed`.

    Raises NotFound and what `decide_deferment` does.
    """
    account = lock_for(transaction, caller=caller, account_id=account_id)
    asked = _asked(transaction, account=account, kind=DEFERRED, today=today)
    event = decide_deferment(asked, months=months, source_key=f"deferment:{new_id(at=now)}")
    return _moved(transaction, account=account, event=event, kind=DEFERRED, caller=caller, now=now, today=today)


def _asked(transaction: Transaction, *, account: LockedAccount, kind: str, today: date) -> Asked:
    moves = select(account_events.c.effective_on).where(
        account_events.c.account_id == account.id, account_events.c.kind == kind
    )
    earlier = [row["effective_on"] for row in transaction.all(moves)]
    return Asked(status=account.status, terms=account.terms, state=account.state, earlier=earlier, on=today)


def _moved(
    transaction: Transaction, *, account: LockedAccount, event: DueDateChange | Deferment, kind: str,
    caller: CallContext, now: datetime, today: date,
) -> dict[str, Any]:  # fmt: skip
    details = {"changed_by": caller.subject}
    folded = change(transaction, account=account, event=event, kind=kind, now=now, today=today, details=details)
    if folded is None:
        raise Impossible(f"{event.source_key} was recorded before.")
    after = folded.account
    data = {
        "reason": "deferment" if isinstance(event, Deferment) else "due_date_change",
        "effective_on": event.effective_on,
        "from_instalment": event.from_number,
        "maturity_on": maturity_on(terms=in_force(terms=after.terms, state=after.state)),
    }
    tell(transaction, event=events.schedule_changed, account=after, today=today, data=data)
    tell_consequences(transaction, before=account, folded=folded, today=today)
    return move_as_told(
        account_id=str(account.id), is_preview=False, terms=account.terms, before=account.state, after=after.state,
        event=event, allocation=folded.allocation_of(event.source_key),
    )  # fmt: skip
