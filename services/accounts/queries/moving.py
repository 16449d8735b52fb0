"""What a move of due dates would do: the engine runs with it, and nothing is stored."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import select

from chassis.context import CallContext
from chassis.store import Row, Transaction
from services.accounts.models import account_events, history_from_stored
from services.accounts.queries.reading import ReadAccount, allowed_id, read_account
from services.accounts.rules.events import Deferment, DueDateChange
from services.accounts.rules.history import History, replay_history
from services.accounts.rules.moving import Asked, decide_deferment, decide_due_date_change
from services.accounts.rules.moving_wording import move_as_told

# Later in the order than any move of the same day, as the one to come would be.
TO_COME = "to_come"


def preview_due_date_change(
    transaction: Transaction, *, account_id: str, due_day: int, caller: CallContext, today: date
) -> dict[str, Any]:
    """What `change_due_date` would do today. Raises what it raises."""
    account = read_account(transaction, account_id=allowed_id(caller, account_id))
    rows = _events(transaction, account)
    asked = _asked(account, rows, kind="due_date_changed", today=today)
    event = decide_due_date_change(asked, due_day=due_day, source_key=TO_COME)
    return _previewed(account, rows, event=event)


def preview_deferment(
    transaction: Transaction, *, account_id: str, months: int, caller: CallContext, today: date
) -> dict[str, Any]:
    """What `defer_payments` would do today. Raises what it raises."""
    account = read_account(transaction, account_id=allowed_id(caller, account_id))
    rows = _events(transaction, account)
    asked = _asked(account, rows, kind="instalments_deferred", today=today)
    event = decide_deferment(asked, months=months, source_key=TO_COME)
    return _previewed(account, rows, event=event)


def _events(transaction: Transaction, account: ReadAccount) -> list[Row]:
    return transaction.all(select(account_events).where(account_events.c.account_id == account.columns["id"]))


def _asked(account: ReadAccount, rows: Sequence[Row], *, kind: str, today: date) -> Asked:
    earlier = [row["effective_on"] for row in rows if row["kind"] == kind]
    return Asked(status=account.columns["status"], terms=account.terms, state=account.state, earlier=earlier, on=today)


def _previewed(account: ReadAccount, rows: Sequence[Row], *, event: DueDateChange | Deferment) -> dict[str, Any]:
    known = history_from_stored(rows, explanations={})
    history = History(events=[*known.events, event], held=known.held)
    replayed = replay_history(terms=account.terms, opening=account.state.opening, history=history)
    allocation = next(each for each in replayed.allocations if each.source_key == event.source_key)
    told = move_as_told(
        account_id=account.id, is_preview=True, terms=account.terms, before=account.state, after=replayed.state,
        event=event, allocation=allocation,
    )  # fmt: skip
    return {**told, "approval": None}
