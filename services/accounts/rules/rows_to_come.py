"""The instalments still to come, as a customer is shown them, should each be paid on its due date."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from services.accounts.rules.amendments import in_force
from services.accounts.rules.lease_yield import remaining_rows
from services.accounts.rules.schedule import amortisation_rows, due_on
from services.accounts.rules.state import AccountState
from services.accounts.rules.terms import LeaseTerms, LoanTerms, Terms


def rows_to_come(*, terms: Terms, state: AccountState, on: date) -> list[dict[str, Any]]:
    """One row for each, by the signed terms as amended; `paid_cents` is what the first has received already."""
    amended = in_force(terms=terms, state=state)
    rows = _loan_rows(amended, state) if isinstance(amended, LoanTerms) else _lease_rows(amended, state)
    for position, row in enumerate(rows):
        row["paid_cents"] = state.partial_paid_cents if position == 0 else 0
        row["is_past_due"] = row["due_on"] < on
    return rows


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
