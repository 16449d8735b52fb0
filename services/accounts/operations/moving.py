"""Due dates move: to another day of the month, or by whole months. What it does is told as a preview tells it."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from chassis.errors import Impossible
from chassis.store import Transaction
from services.accounts.contract import events
from services.accounts.models import account_events
from services.accounts.operations.changing import change
from services.accounts.operations.locking import LockedAccount
from services.accounts.operations.telling import tell, tell_consequences
from services.accounts.rules.amendments import in_force
from services.accounts.rules.events import Deferment, DueDateChange
from services.accounts.rules.moving import Asked, decide_deferment, decide_due_date_change
from services.accounts.rules.moving_wording import move_as_told
from services.accounts.rules.schedule import maturity_on

DUE_DATE_CHANGE, DEFERMENT = "due_date_change", "deferment"
# By kind of move: how it is decided, and as what it is recorded.
_KINDS: Mapping[str, tuple[Callable[..., DueDateChange | Deferment], str]] = {
    DUE_DATE_CHANGE: (decide_due_date_change, "due_date_changed"),
    DEFERMENT: (decide_deferment, "instalments_deferred"),
}


def move(
    transaction: Transaction, *, account: LockedAccount, kind: str, asked: Mapping[str, int], move_id: UUID,
    changed_by: str, now: datetime, today: date,
) -> dict[str, Any]:  # fmt: skip
    """Move the due dates of a locked account from the first instalment that may move on. Tells `schedule_changed`.

    `asked` is `due_day` for a due-date change and `months` for a deferment. Raises what the rules of that kind do.
    """
    decide, recorded_as = _KINDS[kind]
    known = _asked(transaction, account=account, kind=recorded_as, today=today)
    event = decide(known, **asked, source_key=f"{kind}:{move_id}")
    return _moved(
        transaction, account=account, event=event, kind=recorded_as, changed_by=changed_by, now=now, today=today
    )


def _asked(transaction: Transaction, *, account: LockedAccount, kind: str, today: date) -> Asked:
    moves = select(account_events.c.effective_on).where(
        account_events.c.account_id == account.id, account_events.c.kind == kind
    )
    earlier = [row["effective_on"] for row in transaction.all(moves)]
    return Asked(status=account.status, terms=account.terms, state=account.state, earlier=earlier, on=today)


def _moved(
    transaction: Transaction, *, account: LockedAccount, event: DueDateChange | Deferment, kind: str,
    changed_by: str, now: datetime, today: date,
) -> dict[str, Any]:  # fmt: skip
    details = {"changed_by": changed_by}
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
