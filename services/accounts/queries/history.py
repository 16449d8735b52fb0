"""What happened on an account, newest first, and what is still to come."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select, tuple_

from chassis.context import CallContext
from chassis.errors import FieldError, InvalidRequest, NotFound
from chassis.store import Transaction
from services.accounts.contract.schemas import FEE_KINDS
from services.accounts.models import account_events, accounts, allocations
from services.accounts.queries.reading import allowed_id, read_account
from services.accounts.rules.amendments import in_force
from services.accounts.rules.lease_yield import remaining_rows
from services.accounts.rules.schedule import amortisation_rows, due_on, maturity_on
from services.accounts.rules.sentences import sentence_of
from services.accounts.rules.shown import OPEN
from services.accounts.rules.state import AccountState
from services.accounts.rules.terms import LeaseTerms, LoanTerms, Terms

FEES = frozenset({*FEE_KINDS, "late_fee_reversed"})
PARTS = ("interest_cents", "principal_cents", "tax_cents", "fees_cents", "unapplied_cents")


def list_transactions(
    transaction: Transaction, *, account_id: str, limit: int, cursor: str | None, caller: CallContext
) -> dict[str, Any]:
    """A page of what the ledger says about an account, newest effective date first, each with its arithmetic.

    Stable under inserts: what was on an earlier page does not appear again. Raises NotFound, InvalidRequest.
    """
    identifier = allowed_id(caller, account_id)
    after = None if cursor is None else _read_cursor(cursor)
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
    next_cursor = _cursor(rows[limit - 1]) if len(rows) > limit else None
    return {"data": [_transaction(row) for row in rows[:limit]], "next_cursor": next_cursor}


def get_schedule(transaction: Transaction, *, account_id: str, caller: CallContext, today: date) -> dict[str, Any]:
    """The instalments still to come, should each be paid on its due date; none where the account is not open."""
    account = read_account(transaction, account_id=allowed_id(caller, account_id))
    terms = in_force(terms=account.terms, state=account.state)
    rows = _rows_to_come(terms, account.state) if account.columns["status"] == OPEN else []
    for position, row in enumerate(rows):
        row["paid_cents"] = account.state.partial_paid_cents if position == 0 else 0
        row["is_past_due"] = row["due_on"] < today
    return {
        "account_id": account.id,
        "product": account.columns["product"],
        "maturity_on": maturity_on(terms=terms),
        "data": rows,
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


def _cursor(row: Mapping[str, Any]) -> str:
    return urlsafe_b64encode(f"{row['effective_on'].isoformat()}/{row['id']}".encode()).decode()


def _read_cursor(cursor: str) -> tuple[date, UUID]:
    try:
        on, _, identifier = urlsafe_b64decode(cursor).decode().partition("/")
        return date.fromisoformat(on), UUID(identifier)
    except ValueError:
        wrong = FieldError(pointer="/cursor", code="invalid", detail="Not a cursor of this list.")
        raise InvalidRequest("Take the cursor from next_cursor of the page before.", errors=[wrong]) from None


def _rows_to_come(terms: Terms, state: AccountState) -> list[dict[str, Any]]:
    if isinstance(terms, LeaseTerms):
        return _lease_rows(terms, state)
    return _loan_rows(terms, state)


def _loan_rows(terms: LoanTerms, state: AccountState) -> list[dict[str, Any]]:
    rows = amortisation_rows(
        terms=terms,
        principal_cents=state.principal_cents,
        interest_from_on=state.interest_from_on,
        accrued=state.accrued_interest,
        first_number=state.next_instalment_number,
    )
    return [
        {
            "number": row.number,
            "due_on": row.due_on,
            "payment_cents": row.payment_cents,
            "interest_cents": row.interest_cents,
            "principal_cents": row.principal_cents,
            "tax_cents": 0,
            "balance_cents": row.balance_cents,
        }
        for row in rows
    ]


def _lease_rows(terms: LeaseTerms, state: AccountState) -> list[dict[str, Any]]:
    rows = remaining_rows(terms=terms, opening=state.opening)
    to_come: Sequence[Any] = rows[state.next_instalment_number - state.opening.next_instalment_number :]
    return [
        {
            "number": row.number,
            "due_on": due_on(terms=terms, number=row.number),
            "payment_cents": terms.payment_cents,
            "interest_cents": row.rent_cents,
            "principal_cents": row.depreciation_cents,
            "tax_cents": terms.tax_cents,
            "balance_cents": row.balance_cents,
        }
        for row in to_come
    ]
