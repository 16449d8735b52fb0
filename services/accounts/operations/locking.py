"""Every writer of an account starts here: its state row is locked until the transaction ends."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import BindParameter, bindparam, func, select, update

from chassis.errors import Impossible
from chassis.store import Transaction
from services.accounts.models import (
    account_states,
    accounts,
    contract_terms,
    state_as_stored,
    state_from_stored,
    terms_from_stored,
)
from services.accounts.rules.journal import Product
from services.accounts.rules.state import AccountState
from services.accounts.rules.terms import Terms

_of_account: BindParameter[UUID] = bindparam("of_account")
_newest = select(func.max(contract_terms.c.version)).where(contract_terms.c.account_id == _of_account)
_LOCKED = (
    select(
        account_states.c.version,
        account_states.c.state,
        account_states.c.held_cents,
        accounts.c.product,
        accounts.c.status,
        contract_terms.c.terms,
    )
    .join(accounts, accounts.c.id == account_states.c.account_id)
    .join(contract_terms, contract_terms.c.account_id == account_states.c.account_id)
    .where(account_states.c.account_id == _of_account, contract_terms.c.version == _newest.scalar_subquery())
    # Both rows: after a wait PostgreSQL reads only locked rows anew, and a payoff meanwhile changed the status.
    .with_for_update(of=(account_states, accounts), key_share=True)
)
_SAVE = update(account_states).where(account_states.c.account_id == _of_account)


@dataclass(frozen=True, kw_only=True)
class LockedAccount:
    """An account as it stands, which nobody else can change now; `version` is the number of its last event."""

    id: UUID
    product: Product
    status: str
    terms: Terms
    state: AccountState
    version: int
    held_cents: int


def lock_account(transaction: Transaction, *, account_id: UUID) -> LockedAccount:
    """Wait for the account's row. Raises Impossible where there is no such account."""
    row = transaction.one(_LOCKED, {"of_account": account_id})
    if row is None:
        raise Impossible(f"There is no account {account_id}.")
    return LockedAccount(
        id=account_id,
        product=row["product"],
        status=row["status"],
        terms=terms_from_stored(row["product"], row["terms"]),
        state=state_from_stored(row["state"]),
        version=row["version"],
        held_cents=row["held_cents"],
    )


def save_account(transaction: Transaction, *, before: LockedAccount, after: LockedAccount, now: datetime) -> None:
    """Write what changed of a locked account."""
    kept = {"version": after.version, "state": state_as_stored(after.state), "held_cents": after.held_cents}
    transaction.run(_SAVE, {"of_account": after.id, "updated_at": now, **kept})
    if after.status != before.status:
        transaction.run(update(accounts).where(accounts.c.id == after.id).values(status=after.status))
