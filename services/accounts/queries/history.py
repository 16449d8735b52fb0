"""What happened on an account, newest first, and what is still to come."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select, tuple_

from chassis.context import CallContext
from chassis.errors import NotFound
from chassis.store import Transaction
from services.accounts.contract.schemas import FEE_KINDS
from services.accounts.models import account_events, accounts, allocations
from services.accounts.queries.paging import cursor_of, read_cursor
from services.accounts.queries.reading import allowed_id, read_account
from services.accounts.rules.amendments import in_force
from services.accounts.rules.rows_to_come import rows_to_come
from services.accounts.rules.schedule import maturity_on
from services.accounts.rules.sentences import sentence_of
from services.accounts.rules.shown import OPEN

FEES = frozenset({*FEE_KINDS, "late_fee_reversed"})
PARTS = ("interest_cents", "principal_cents", "tax_cents", "fees_cents", "unapplied_cents")


def list_transactions(
    transaction: Transaction, *, account_id: str, limit: int, cursor: str | None, caller: CallContext
) -> dict[str, Any]:
    """A page of what the ledger says about an account, newest effective date first, each with its arithmetic.

    Stable under inserts: what was on an earlier page does not appear again. Raises NotFound, InvalidRequest.
    """
    identifier = allowed_id(caller, account_id)
    after = None if cursor is None else read_cursor(cursor)
    if transaction.value(select(accounts.c.id).where(accounts.c.id == identifier)) is None:
        raise NotFound()
    statement = (
        select(allocations, account_events.c.data)
        .outerjoin(account_events, account_events.c.id == allocations.c.event_id)
        .where(allocations.c.account_id == identifier)
        .order_by(allocations.c.effective_on.desc(), allocations.c.id.desc())
        .limit(limit + 1)
    )
    if after is not None:
        statement = statement.where(tuple_(allocations.c.effective_on, allocations.c.id) < after)
    rows = transaction.all(statement)
    next_cursor = cursor_of(rows[limit - 1]["effective_on"], rows[limit - 1]["id"]) if len(rows) > limit else None
    return {"data": [_transaction(row) for row in rows[:limit]], "next_cursor": next_cursor}


def get_schedule(transaction: Transaction, *, account_id: str, caller: CallContext, today: date) -> dict[str, Any]:
    """The instalments still to come, should each be paid on its due date; none where the account is not open."""
    account = read_account(transaction, account_id=allowed_id(caller, account_id))
    terms = in_force(terms=account.terms, state=account.state)
    is_open = account.columns["status"] == OPEN
    return {
        "account_id": account.id,
        "product": account.columns["product"],
        "maturity_on": maturity_on(terms=terms),
        "data": rows_to_come(terms=account.terms, state=account.state, on=today) if is_open else [],
        "as_of": account.as_of(on=today),
    }


def _transaction(row: Mapping[str, Any]) -> dict[str, Any]:
    paid_with = row["data"] or {}
    sentence = sentence_of(
        kind=row["kind"],
        effective_on=row["effective_on"],
        amount_cents=row["amount_cents"],
        explanation=row["explanation"],
    )
    return {
        "id": str(row["id"]),
        "kind": row["kind"],
        "payment_id": paid_with.get("payment_id"),
        "method_type": paid_with.get("method_type"),
        "method_last4": paid_with.get("method_last4"),
        "fee_id": str(row["event_id"]) if row["kind"] in FEES else None,
        "effective_on": row["effective_on"],
        "recorded_at": row["recorded_at"],
        "amount_cents": row["amount_cents"],
        "allocation": {part: row[part] for part in PARTS},
        "instalments": row["instalments"],
        "revision": row["revision"],
        "explanation": {**row["explanation"], "sentence": sentence},
    }
