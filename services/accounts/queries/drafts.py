"""What an account will owe on a date, payments that are still on their way counted as if they had arrived."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date
from typing import Any

from sqlalchemy import select

from chassis.context import CallContext
from chassis.store import Transaction
from services.accounts.models import account_events, history_from_stored
from services.accounts.queries.reading import ReadAccount, allowed_id, read_account
from services.accounts.rules.dues import dues_to_come, with_payments
from services.accounts.rules.events import Payment
from services.accounts.rules.history import History, replay_history
from services.accounts.rules.shown import OPEN, carried_standing, status_after
from services.accounts.rules.state import AccountState, EventOutOfOrder

INSTALMENTS_TOLD = 4


def get_amount_due(
    transaction: Transaction, *, account_id: str, on: date, counting: Sequence[Mapping[str, Any]], caller: CallContext
) -> dict[str, Any]:
    """The engine's own figures of `on`, dry: nothing is stored. Money that is in the books is counted once.

    Raises NotFound.
    """
    account = read_account(transaction, account_id=allowed_id(caller, account_id))
    status, state = account.columns["status"], account.state
    missing = _not_in_the_books(transaction, account=account, counting=counting)
    if missing and status == OPEN:
        state = _as_if_arrived(transaction, account=account, payments=missing)
        status = status_after(status=status, product=account.columns["product"], state=state, is_paid=True)
    dues = dues_to_come(terms=account.terms, state=state, count=INSTALMENTS_TOLD) if status == OPEN else ()
    return {
        "account_id": account.id,
        "product": account.columns["product"],
        "on": on,
        "sequence": account.sequence,
        "standing": carried_standing(status=status, terms=account.terms, state=state, on=on),
        "instalments": [asdict(due) for due in dues],
    }


def _not_in_the_books(
    transaction: Transaction, *, account: ReadAccount, counting: Sequence[Mapping[str, Any]]
) -> list[Payment]:
    """Also a payment that was undone is in the books: it counts no more."""
    if not counting:
        return []
    named = {f"payment:{each['payment_id']}:{each['presentment_number']}": each for each in counting}
    statement = select(account_events.c.source_key).where(account_events.c.source_key.in_(list(named)))
    known = {row["source_key"] for row in transaction.all(statement)} | set(account.state.awaited)
    return [
        Payment(
            source_key=key, amount_cents=each["amount_cents"], effective_on=each["effective_on"], extra=each["extra"]
        )
        for key, each in named.items()
        if key not in known
    ]


def _as_if_arrived(transaction: Transaction, *, account: ReadAccount, payments: Sequence[Payment]) -> AccountState:
    """Money from before the opening is for a person to place, so it changes nothing here."""
    opened_on = account.state.opening.as_of_on
    in_reach = [payment for payment in payments if payment.effective_on >= opened_on]
    try:
        return with_payments(terms=account.terms, state=account.state, payments=in_reach)
    except EventOutOfOrder:
        history = _history_with(transaction, account=account, payments=in_reach)
        replayed = replay_history(terms=account.terms, opening=account.state.opening, history=history)
        return replayed.state


def _history_with(transaction: Transaction, *, account: ReadAccount, payments: Sequence[Payment]) -> History:
    rows = transaction.all(select(account_events).where(account_events.c.account_id == account.columns["id"]))
    history = history_from_stored(rows, explanations={})
    return replace(history, events=[*history.events, *payments])
