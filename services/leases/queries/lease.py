"""The lease as signed."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from chassis.context import CallContext
from chassis.store import Row, Transaction
from services.leases.contract.errors import NotFound
from services.leases.models import lease_standings, leases
from services.leases.rules import monthly_disclosure
from services.leases.rules.base_payment import term_totals


def get_lease(transaction: Transaction, *, caller: CallContext, account_id: str) -> dict[str, Any]:
    """The lease as signed, but for the day it ends, which an extension or a move of due dates has put off.

    Raises NotFound.
    """
    row = read_lease(transaction, caller=caller, account_id=account_id)
    depreciation, rent = monthly_disclosure(
        adjusted_capitalized_cost_cents=row["adjusted_capitalized_cost_cents"], residual_cents=row["residual_cents"],
        base_payment_cents=row["base_payment_cents"], term_months=row["term_months"],
    )  # fmt: skip
    ends_on = transaction.value(
        select(func.coalesce(lease_standings.c.maturity_on, row["ends_on"])).where(
            lease_standings.c.account_id == row["account_id"]
        )
    )
    return {
        **row,
        "purchase_option_cents": row["residual_cents"] + (row["purchase_option_fee_cents"] or 0),
        "totals": term_totals(
            adjusted_capitalized_cost_cents=row["adjusted_capitalized_cost_cents"],
            residual_cents=row["residual_cents"], base_payment_cents=row["base_payment_cents"],
            tax_cents=row["tax_cents"], term_months=row["term_months"],
        ),
        "dates": {"first_due_on": row["first_due_on"], "ends_on": ends_on},
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
    }  # fmt: skip


def read_lease(transaction: Transaction, *, caller: CallContext, account_id: str) -> Row:
    """Raises NotFound for a foreign lease and an absent one alike."""
    caller.require(account_id)
    try:
        identifier = UUID(account_id)
    except ValueError:
        raise NotFound() from None
    row = transaction.one(select(leases).where(leases.c.account_id == identifier))
    if row is None:
        raise NotFound()
    return row
