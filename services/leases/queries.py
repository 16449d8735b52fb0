"""Questions about leases."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from chassis.context import CallContext
from chassis.store import Row, Transaction
from services.leases.contract.errors import NotFound
from services.leases.models import facts_of, lease_eligibilities, leases
from services.leases.rules import Facts, evaluate, monthly_disclosure


def get_lease(transaction: Transaction, *, caller: CallContext, account_id: str) -> dict[str, Any]:
    """The lease as signed. Raises NotFound."""
    row = _lease(transaction, caller=caller, account_id=account_id)
    depreciation, rent = monthly_disclosure(
        adjusted_capitalized_cost_cents=row["adjusted_capitalized_cost_cents"], residual_cents=row["residual_cents"],
        base_payment_cents=row["base_payment_cents"], term_months=row["term_months"],
    )  # fmt: skip
    return {
        **row,
        "dates": {"first_due_on": row["first_due_on"], "ends_on": row["ends_on"]},
        "payment": {
            "base_payment_cents": row["base_payment_cents"],
            "tax_cents": row["tax_cents"],
            "payment_cents": row["base_payment_cents"] + row["tax_cents"],
            "depreciation_cents": depreciation,
            "rent_charge_cents": rent,
        },
        "mileage": {
            "allowance_miles": row["mileage_allowance_miles"],
            "excess_mile_cents": row["excess_mile_cents"],
        },
    }


def get_lease_end(transaction: Transaction, *, caller: CallContext, account_id: str, today: date) -> dict[str, Any]:
    """The three options as they stand today, and the event that led to the last evaluation. Raises NotFound."""
    lease = _lease(transaction, caller=caller, account_id=account_id)
    answer = transaction.one(select(lease_eligibilities).where(lease_eligibilities.c.account_id == UUID(account_id)))
    assert answer is not None, "a lease is evaluated when it is taken over"
    facts = transaction.one(facts_of(UUID(account_id)))
    assert facts is not None, "a lease is stored together with its standing"
    reasons = evaluate(facts=Facts(**facts), on=today)
    return {
        "account_id": account_id,
        "ends_on": lease["ends_on"],
        "days_left": (lease["ends_on"] - today).days,
        "options": [
            {"option": option, "eligible": not found, "reasons": found} for option, found in sorted(reasons.items())
        ],
        "evaluated_at": answer["evaluated_at"],
        "evaluated_because": str(answer["cause_event_id"]) if answer["cause_event_id"] else None,
    }


def _lease(transaction: Transaction, *, caller: CallContext, account_id: str) -> Row:
    caller.require(account_id)
    try:
        identifier = UUID(account_id)
    except ValueError:
        raise NotFound() from None
    row = transaction.one(select(leases).where(leases.c.account_id == identifier))
    if row is None:
        raise NotFound()
    return row
