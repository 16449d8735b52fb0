"""What an account owes, for the customer and for the services that keep a copy."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import distinct_on

from chassis.context import CallContext
from chassis.store import Transaction
from services.accounts.models import allocations
from services.accounts.queries.reading import ReadAccount, allowed_id, read_account, read_accounts
from services.accounts.rules.assessing import grace_days
from services.accounts.rules.shown import carried_standing

FROM_STANDING = (
    "principal_balance_cents",
    "accrued_interest_cents",
    "fees_due_cents",
    "past_due_cents",
    "amount_due_cents",
    "payoff_ceiling_cents",
    "next_due_on",
    "days_past_due",
    "maturity_on",
)

# A payment that was undone is not the last one.
PAID = ("payment", "payment_held", "recovery")


_NEWEST = (
    select(allocations.c.account_id, allocations.c.amount_cents, allocations.c.effective_on)
    .where(allocations.c.account_id.in_(bindparam("account_ids", expanding=True)), allocations.c.kind.in_(PAID))
    .order_by(allocations.c.account_id, allocations.c.effective_on.desc(), allocations.c.id.desc())
    .ext(distinct_on(allocations.c.account_id))
)


def get_account(transaction: Transaction, *, account_id: str, caller: CallContext, today: date) -> dict[str, Any]:
    """The customer's view of one account. Raises NotFound."""
    account = read_account(transaction, account_id=allowed_id(caller, account_id))
    return _view(account, on=today, last_payments=_last_payments(transaction, [account.columns["id"]]))


def list_accounts(
    transaction: Transaction, *, account_ids: Sequence[str], caller: CallContext, today: date
) -> dict[str, Any]:
    """The same view of several, in the order asked; absent ones are left out. Raises NotFound for a foreign one."""
    allowed = [allowed_id(caller, account_id) for account_id in account_ids]
    found = read_accounts(transaction, account_ids=allowed)
    paid = _last_payments(transaction, allowed)
    return {"data": [_view(account, on=today, last_payments=paid) for account in found]}


def get_standing(transaction: Transaction, *, account_id: str, caller: CallContext, today: date) -> dict[str, Any]:
    """The standing that events carry, as of today. Raises NotFound."""
    account = read_account(transaction, account_id=allowed_id(caller, account_id))
    columns = account.columns
    return {
        "account_id": account.id,
        "product": columns["product"],
        "account_last4": account.last4,
        "state": columns["state"],
        **carried_standing(status=columns["status"], terms=account.terms, state=account.state, on=today),
    }


def _view(account: ReadAccount, *, on: date, last_payments: Mapping[UUID, Mapping[str, Any]]) -> dict[str, Any]:
    columns, figures = account.columns, asdict(account.shown(on=on))
    return {
        "id": account.id,
        "account_number": columns["account_number"],
        "product": columns["product"],
        "status": columns["status"],
        "vehicle": columns["vehicle"],
        "paperless": columns["paperless"],
        "unapplied_cents": figures["unapplied_cents"] + columns["held_cents"],
        "last_payment": last_payments.get(columns["id"]),
        "as_of": account.as_of(on=on),
        **{name: figures[name] for name in FROM_STANDING},
        **_grace(account, next_due_on=figures["next_due_on"], on=on),
    }


def _grace(account: ReadAccount, *, next_due_on: date | None, on: date) -> dict[str, Any]:
    days = grace_days(terms=account.terms, jurisdiction=account.columns["state"], due_on=next_due_on or on)
    last_on = None if next_due_on is None else next_due_on + timedelta(days=days)
    return {"grace_days": days, "last_day_without_late_fee_on": last_on}


def _last_payments(transaction: Transaction, account_ids: Sequence[UUID]) -> dict[UUID, Mapping[str, Any]]:
    return {row["account_id"]: row for row in transaction.all(_NEWEST, {"account_ids": list(account_ids)})}
