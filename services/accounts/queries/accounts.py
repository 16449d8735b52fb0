"""What an account owes, for the customer and for the services that keep a copy."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select, true

from chassis.context import CallContext
from chassis.store import Transaction
from services.accounts.models import accounts, allocations
from services.accounts.queries.reading import READ, ReadAccount, allowed_id, read_account, read_accounts
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


_last_payment = (
    select(allocations.c.amount_cents, allocations.c.effective_on)
    .where(allocations.c.account_id == accounts.c.id, allocations.c.kind.in_(PAID))
    .order_by(allocations.c.effective_on.desc(), allocations.c.id.desc())
    .limit(1)
    .lateral()
)
# In one question: every page of an account asks it.
_SHOWN = READ.add_columns(
    _last_payment.c.amount_cents.label("last_paid_cents"), _last_payment.c.effective_on.label("last_paid_on")
).outerjoin(_last_payment, true())


def get_account(transaction: Transaction, *, account_id: str, caller: CallContext, today: date) -> dict[str, Any]:
    """The customer's view of one account. Raises NotFound."""
    return _view(read_account(transaction, account_id=allowed_id(caller, account_id), asking=_SHOWN), on=today)


def list_accounts(
    transaction: Transaction, *, account_ids: Sequence[str], caller: CallContext, today: date
) -> dict[str, Any]:
    """The same view of several, in the order asked; absent ones are left out. Raises NotFound for a foreign one."""
    allowed = [allowed_id(caller, account_id) for account_id in account_ids]
    found = read_accounts(transaction, account_ids=allowed, asking=_SHOWN)
    return {"data": [_view(account, on=today) for account in found]}


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


def _view(account: ReadAccount, *, on: date) -> dict[str, Any]:
    columns, figures = account.columns, account.shown(on=on)
    return {
        "id": account.id,
        "account_number": columns["account_number"],
        "product": columns["product"],
        "status": columns["status"],
        "vehicle": columns["vehicle"],
        "paperless": columns["paperless"],
        "unapplied_cents": figures.unapplied_cents + columns["held_cents"],
        "last_payment": _last_payment_of(columns),
        "as_of": account.as_of(on=on),
        **{name: getattr(figures, name) for name in FROM_STANDING},
        **_grace(account, next_due_on=figures.next_due_on, on=on),
    }


def _grace(account: ReadAccount, *, next_due_on: date | None, on: date) -> dict[str, Any]:
    days = grace_days(terms=account.terms, jurisdiction=account.columns["state"], due_on=next_due_on or on)
    last_on = None if next_due_on is None else next_due_on + timedelta(days=days)
    return {"grace_days": days, "last_day_without_late_fee_on": last_on}


def _last_payment_of(columns: Mapping[str, Any]) -> dict[str, Any] | None:
    if columns["last_paid_on"] is None:
        return None
    return {"amount_cents": columns["last_paid_cents"], "effective_on": columns["last_paid_on"]}
